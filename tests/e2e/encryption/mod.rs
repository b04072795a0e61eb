//! Files that are encrypted as a whole, and output of the command line.

mod files;
mod hidden;
mod tool;
mod values;

use std::path::Path;

use clap::Parser;
use hotswap::{HotConfig, Secret, cli::ConfigCommand};
use serde::Deserialize;

/// A test identity, and its recipient.
const KEY: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
const RECIPIENT: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
/// Another identity.
const FOREIGN: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

const GIVEN: &[(&str, &str)] = &[("HOTSWAP_AGE_IDENTITY", KEY)];

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    password: Secret<String>,
    #[hot(default = 1, range(max = 100))]
    port: u16,
    #[hot(default = "none", length(max = 20))]
    user: String,
}

#[derive(Parser)]
struct Program {
    #[command(subcommand)]
    command: ConfigCommand,
}

/// Runs a command of the library, and returns its exit code and all output.
fn command(words: &[&str]) -> (u8, String) {
    let program = Program::parse_from(["program"].iter().chain(words));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = program.command.write(App::hot_builder, &mut out, &mut err);
    (code, String::from_utf8([out, err].concat()).unwrap())
}

#[track_caller]
fn done(words: &[&str]) -> String {
    let (code, said) = command(words);
    assert_eq!(code, 0, "{said}");
    said
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Encrypts a text into a file, which appears atomically.
fn seal(path: &Path, plaintext: &str, recipient: &str) {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    std::fs::write(&plain, plaintext).unwrap();
    done(&["encrypt", "--in", text(&plain), "--out", text(path), "--recipient", recipient]);
}
