//! The steps of the commands. The first failing step ends the run.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use crate::{imports, prose, servers, tools, unified};

pub(crate) type Outcome = Result<(), String>;

/// Only built by `bench`, the lints and the documentation, because it depends on the alternatives.
const BENCHES: &str = "hotswap-benches";

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// Settings for a clean build that is not reused.
const ONCE: [(&str, &str); 2] = [("CARGO_INCREMENTAL", "0"), ("CARGO_PROFILE_DEV_DEBUG", "0")];

pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs a step, and prints a line before it and its duration after it.
pub(crate) fn run(what: &str, command: &mut Command) -> Outcome {
    println!("\n== {what}");
    let start = Instant::now();
    let status = command.status().map_err(|error| format!("{what}: cannot start: {error}"))?;
    println!("== {what}: {:.0} s", start.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { Err(format!("{what}: {status}")) }
}

/// The output of a command that runs in the root of the project.
pub(crate) fn output_of(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).current_dir(root()).output();
    let output = output.map_err(|error| format!("{program}: cannot start: {error}"))?;
    if !output.status.success() {
        return Err(format!("{program} {}: {}", arguments.join(" "), output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{program}: {error}"))
}

fn once<S: AsRef<OsStr>>(what: &str, arguments: impl IntoIterator<Item = S>) -> Outcome {
    run(what, cargo().envs(ONCE).args(arguments))
}

fn has_nextest() -> bool {
    let mut probe = cargo();
    probe.args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

pub(crate) fn test() -> Outcome {
    test_with(&[])
}

fn test_with(settings: &[(&str, &str)]) -> Outcome {
    tools::bring();
    let left_out = root().join("target").join("left-out");
    // Results of an earlier run do not apply to this one.
    let _ = fs::remove_dir_all(&left_out);
    let runner: &[&str] = if has_nextest() {
        &["nextest", "run", "--no-fail-fast"]
    } else {
        &["test", "--no-fail-fast", "--lib", "--bins", "--tests", "--examples"]
    };
    let selection = ["--workspace", "--exclude", BENCHES, "--all-features"];
    let servers = servers::bring();
    let step = |what, arguments: &[&str]| {
        let mut command = cargo();
        command.envs(settings.iter().copied()).envs(servers.clone()).args(arguments).args(selection);
        run(what, &mut command)
    };
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

/// The lints and the documentation use the same packages, including benchmarks, so that all of them are built
/// only once, with the same features.
pub(crate) fn ci() -> Outcome {
    once("format", ["fmt", "--all", "--check"])?;
    println!("\n== prose");
    prose::check()?;
    imports::check()?;
    unified::check()?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "--deny", "warnings"];
    once("lints", clippy)?;
    let mut docs = cargo();
    docs.args(["doc", "--workspace", "--all-features", "--no-deps"])
        .envs(ONCE)
        .env("RUSTDOCFLAGS", "--deny warnings");
    run("documentation", &mut docs)?;
    features()?;
    test_with(&ONCE)?;
    quickstart()
}

/// Each feature on its own, and no feature. The derive is always enabled: it shares dependencies with the rest,
/// which would otherwise be built with and without it.
fn features() -> Outcome {
    let check = ["check", "--package", "hotswap", "--package", "hotswap-derive", "--no-default-features"];
    once("no feature", check)?;
    for feature in ["derive", "toml", "yaml", "json", "cli", "vault", "age", "aws", "gcp"] {
        let feature = format!("hotswap/{feature}");
        once(&feature, check.iter().copied().chain(["--features", feature.as_str()]))?;
    }
    Ok(())
}

/// As documented in the README, although it builds other features than the tests.
fn quickstart() -> Outcome {
    once("quickstart", ["run", "--quiet", "--example", "quickstart"])
}

/// All benchmarks use the usual release profile, and reads also link-time optimisation, because their cost depends on
/// inlining.
pub(crate) fn bench() -> Outcome {
    let profile = |what, profile, groups: &[&str]| {
        let arguments = ["run", "--profile", profile, "--package", BENCHES, "--"];
        run(what, cargo().args(arguments).args(groups))
    };
    profile("benchmarks", "release", &[])?;
    profile("benchmarks of reads, with link-time optimisation", "release-lto", &["read", "rivals"])
}
