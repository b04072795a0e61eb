//! Line coverage of each crate, by cargo-llvm-cov with the system's LLVM tools.
//!
//! The derive runs inside rustc while the tests are compiled, including the `ui` suite; its profiles are written at
//! that time and counted like all others. Examples in the documentation are not counted: only a nightly rustdoc
//! can.

mod lcov;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::steps::{Outcome, cargo, root, run};

/// The LLVM version that can read profiles of the pinned toolchain; Debian packages it.
const LLVM: &str = "19";

/// The folders of the measured packages, which are measured separately. The facade has no code of its own.
const CRATES: [&str; 8] = [
    "crates/core",
    "hotswap-derive",
    "crates/cli",
    "crates/client",
    "crates/stores/age",
    "crates/stores/aws",
    "crates/stores/gcp",
    "crates/stores/vault",
];

/// The packages that run them.
const RUNNERS: [&str; 12] = [
    "hotswap",
    "hotswap-core",
    "hotswap-derive",
    "hotswap-cli",
    "hotswap-client",
    "hotswap-age",
    "hotswap-aws",
    "hotswap-gcp",
    "hotswap-vault",
    "hotswap-tests",
    "hotswap-ui",
    "examples",
];

/// The minimum coverage of lines, in percent.
const AIM: f64 = 90.0;

/// The number of files with the most uncovered lines that are listed.
const NAMED: usize = 12;

pub(crate) fn measure() -> Outcome {
    install()?;
    let packages = RUNNERS.iter().flat_map(|name| ["--package", *name]);
    let mut tests = llvm_cov(&["nextest", "--no-report", "--no-fail-fast", "--all-features"]);
    let tested = run("tests", tests.args(packages));
    // A failing test must not hide the coverage of the others.
    let path = root().join("target").join("coverage.lcov");
    run("report", llvm_cov(&["report", "--lcov", "--output-path"]).arg(&path))?;
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    tested.and(judge(&lcov::files(&text)))
}

fn llvm_cov(arguments: &[&str]) -> Command {
    let mut command = cargo();
    command
        .arg("llvm-cov")
        .args(arguments)
        .env("CARGO_LLVM_COV_SETUP", "no")
        .env("LLVM_COV", tool("llvm-cov"))
        .env("LLVM_PROFDATA", tool("llvm-profdata"));
    command
}

/// Prints a line for each crate and the files with the most uncovered lines; fails if a crate is below the
/// minimum.
fn judge(files: &[lcov::File]) -> Outcome {
    let of = |name: &str| -> Vec<&lcov::File> {
        let source = root().join(name).join("src");
        files.iter().filter(|file| file.path.starts_with(&source) && !file.is_test()).collect()
    };
    let mut least: Vec<_> = CRATES.iter().flat_map(|name| of(name)).collect();
    least.sort_by_key(|file| std::cmp::Reverse(file.missed()));
    println!("\nLines that most files leave out:");
    for file in least.iter().take(NAMED) {
        let path = file.path.strip_prefix(root()).unwrap_or(&file.path);
        println!("  {:>4} of {:>4}  {}", file.missed(), file.lines, path.display());
    }
    println!("\nLines that the tests reach:");
    let mut low = Vec::new();
    for name in CRATES {
        let files = of(name);
        let lines: usize = files.iter().map(|file| file.lines).sum();
        let hit: usize = files.iter().map(|file| file.hit).sum();
        let share = if lines == 0 { 0.0 } else { 100.0 * hit as f64 / lines as f64 };
        println!("  {share:5.1} %  {name} ({hit} of {lines})");
        if share <= AIM {
            low.push(name);
        }
    }
    if low.is_empty() { Ok(()) } else { Err(format!("{AIM} % or less: {}", low.join(", "))) }
}

fn tool(name: &str) -> PathBuf {
    PathBuf::from(format!("/usr/bin/{name}-{LLVM}"))
}

/// Installs missing tools, if permitted.
fn install() -> Outcome {
    if !Path::new(&tool("llvm-cov")).exists() {
        let package = format!("llvm-{LLVM}");
        run("the system's LLVM tools", Command::new("apt-get").args(["install", "--yes", &package]))?;
    }
    let mut probe = cargo();
    probe.args(["llvm-cov", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    if probe.status().is_ok_and(|status| status.success()) {
        return Ok(());
    }
    run("cargo-llvm-cov", cargo().args(["install", "--locked", "cargo-llvm-cov"]))
}
