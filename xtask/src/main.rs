//! The project's own commands: `cargo xtask test | prose | imports | unified | ci | bench | coverage`.

mod coverage;
mod imports;
mod prose;
mod servers;
mod steps;
mod tools;
mod unified;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  test      every test, also those in the documentation; lists what could not run here
  prose     lower the number of stiff phrases that older files may have
  imports   whether modules import only what ARCHITECTURE.md allows, and documents name files that exist
  unified   whether a store leaves the features of all packages below the runtime as they are
  ci        what lands a change: format, prose, lints, docs, each feature alone, tests, the quickstart
  bench     the benchmarks against the alternatives, as a table
  coverage  the share of lines that the tests reach";

fn main() -> ExitCode {
    let outcome = match std::env::args().nth(1).as_deref() {
        Some("test") => steps::test(),
        Some("prose") => prose::lower(),
        Some("imports") => imports::check(),
        Some("unified") => unified::check(),
        Some("ci") => steps::ci(),
        Some("bench") => steps::bench(),
        Some("coverage") => coverage::measure(),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
