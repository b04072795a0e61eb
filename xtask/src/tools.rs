//! Installs programs that tests need, if this machine permits it.

use std::{
    fs::File,
    process::{Command, Stdio},
    time::SystemTime,
};

use crate::steps::root;

/// A program, and its Debian package.
const TOOLS: [(&str, &str); 1] = [("age", "age")];

/// Installs missing programs. An unavailable program is not a failure: its tests are skipped and
/// listed by name.
pub(crate) fn bring() {
    let missing = TOOLS.iter().filter(|(program, _)| !is_there(program));
    let brought = missing.filter(|(_, package)| install(package)).count();
    if brought > 0 {
        look_again();
    }
}

fn is_there(program: &str) -> bool {
    quiet(Command::new(program).arg("--version"))
}

fn install(package: &str) -> bool {
    println!("\n== {package}: installing it");
    let installed = quiet(Command::new("apt-get").args(["install", "--yes", package]));
    if !installed {
        println!("== {package}: it cannot be installed here; `apt-get install {package}` as root brings it");
    }
    installed
}

fn quiet(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The build script of the tests detects installed programs, and runs again when its file changes.
fn look_again() {
    let script = File::options().append(true).open(root().join("tests").join("build.rs"));
    // If it cannot be touched, the tests stay skipped.
    let _ = script.and_then(|script| script.set_modified(SystemTime::now()));
}
