//! What the commands run, step by step. The first step that fails ends the run.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use crate::{servers, tools};

pub(crate) type Outcome = Result<(), String>;

/// Never built but by `bench` and the lints: its dependencies are the alternatives.
const BENCHES: &str = "hotswap-benches";

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs a step, with a line before it and its time after.
pub(crate) fn run(what: &str, command: &mut Command) -> Outcome {
    println!("\n== {what}");
    let start = Instant::now();
    let status = command.status().map_err(|error| format!("{what}: cannot start: {error}"))?;
    println!("== {what}: {:.0} s", start.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { Err(format!("{what}: {status}")) }
}

fn cargo_step<S: AsRef<OsStr>>(what: &str, arguments: impl IntoIterator<Item = S>) -> Outcome {
    run(what, cargo().args(arguments))
}

fn has_nextest() -> bool {
    let mut probe = cargo();
    probe.args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

pub(crate) fn test() -> Outcome {
    tools::bring();
    let left_out = root().join("target").join("left-out");
    // What an earlier run left out says nothing about this one.
    let _ = fs::remove_dir_all(&left_out);
    let runner: &[&str] = if has_nextest() {
        &["nextest", "run"]
    } else {
        &["test", "--lib", "--bins", "--tests", "--examples"]
    };
    let selection = ["--workspace", "--exclude", BENCHES, "--all-features"];
    let servers = servers::bring();
    let step =
        |what, arguments: &[&str]| run(what, cargo().envs(servers.clone()).args(arguments).args(selection));
    step("tests", runner)?;
    step("documentation tests", &["test", "--doc"])?;
    report(&left_out);
    Ok(())
}

/// Tests that could not run on this machine leave a file with the reason.
fn report(left_out: &Path) {
    let files = fs::read_dir(left_out).into_iter().flatten().flatten();
    let mut lines: Vec<_> = files
        .map(|file| {
            let reason = fs::read_to_string(file.path()).unwrap_or_default();
            format!("  {}: {}", file.file_name().to_string_lossy(), reason.trim())
        })
        .collect();
    lines.sort();
    match lines.len() {
        0 => println!("\nEvery test could run on this machine."),
        count => {
            println!("\n{count} tests could not run on this machine and say nothing:\n{}", lines.join("\n"))
        }
    }
}

pub(crate) fn ci() -> Outcome {
    cargo_step("format", ["fmt", "--all", "--check"])?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "--deny", "warnings"];
    cargo_step("lints", clippy)?;
    features()?;
    let mut docs = cargo();
    docs.args(["doc", "--workspace", "--exclude", BENCHES, "--all-features", "--no-deps"])
        .env("RUSTDOCFLAGS", "--deny warnings");
    run("documentation", &mut docs)?;
    test()?;
    cargo_step("quickstart", ["run", "--quiet", "--example", "quickstart"])
}

/// Each feature on its own, and none.
fn features() -> Outcome {
    let check = ["check", "--package", "hotswap", "--no-default-features"];
    cargo_step("no feature", check)?;
    for feature in ["derive", "toml", "yaml", "json", "cli", "vault", "age", "aws", "gcp"] {
        cargo_step(&format!("feature {feature}"), check.iter().copied().chain(["--features", feature]))?;
    }
    Ok(())
}

pub(crate) fn bench() -> Outcome {
    cargo_step("benchmarks", ["run", "--release", "--package", BENCHES])
}
