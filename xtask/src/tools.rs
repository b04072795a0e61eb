//! Programs that tests need, brought where this machine lets anybody.

use std::{
    fs::File,
    process::{Command, Stdio},
    time::SystemTime,
};

use crate::steps::root;

/// A program, and the package of Debian that has it.
const TOOLS: [(&str, &str); 1] = [("age", "age")];

/// Installs what is missing. What cannot be had is no failure: its tests are left out by name.
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

/// The build script of the tests finds out what there is, and runs when it has changed.
fn look_again() {
    let script = File::options().append(true).open(root().join("tests").join("build.rs"));
    // If it cannot be touched, the tests stay left out until somebody does.
    let _ = script.and_then(|script| script.set_modified(SystemTime::now()));
}
