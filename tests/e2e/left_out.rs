//! Lists the tests that do not run on this machine.

use std::{env, fs, path::Path, process::Command};

use crate::{LACKS, LEFT_OUT};

#[test]
fn tests_that_do_not_run_here_are_written_down() {
    let this = env::current_exe().unwrap();
    let list = Command::new(this).args(["--list", "--ignored", "--format=terse"]).output().unwrap();
    let names = String::from_utf8(list.stdout).unwrap();
    for name in names.lines().filter_map(|line| line.strip_suffix(": test")) {
        fs::create_dir_all(LEFT_OUT).unwrap();
        fs::write(Path::new(LEFT_OUT).join(name.replace("::", " ")), LACKS).unwrap();
        println!("SKIPPED {name}: {LACKS}");
    }
    // Every reason belongs to a test, so a machine that lacks nothing skips no test.
    assert_eq!(names.trim().is_empty(), LACKS.is_empty(), "{LACKS}: {names}");
}
