//! Line coverage of the two crates, by cargo-llvm-cov with the system's LLVM tools.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::steps::{Outcome, cargo, run};

/// The version of LLVM that the pinned toolchain's profiles can be read with; Debian packages it.
const LLVM: &str = "19";

pub(crate) fn measure() -> Outcome {
    install()?;
    let mut coverage = cargo();
    coverage
        .args(["llvm-cov", "nextest", "--package", "hotswap", "--package", "hotswap-derive"])
        .args(["--package", "hotswap-tests", "--all-features", "--summary-only"])
        .args(["--ignore-filename-regex", "/(tests|examples|xtask|benches|models)/|_tests\\.rs|/tests\\.rs"])
        .env("CARGO_LLVM_COV_SETUP", "no")
        .env("LLVM_COV", tool("llvm-cov"))
        .env("LLVM_PROFDATA", tool("llvm-profdata"));
    run("coverage", &mut coverage)
}

fn tool(name: &str) -> PathBuf {
    PathBuf::from(format!("/usr/bin/{name}-{LLVM}"))
}

/// Brings what is missing, where it may.
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
