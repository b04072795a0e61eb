//! Tests that need a process of their own: environment variables belong to the whole process.

use std::{env, process::Command};

const MARK: &str = "HOTSWAP_TEST_CHILD";

/// Runs `test` in a process of its own with these variables; `name` is the test's own path in this binary.
#[track_caller]
pub(crate) fn with_variables(name: &str, variables: &[(&str, &str)], test: impl FnOnce()) {
    if env::var_os(MARK).is_some() {
        return test();
    }
    let this = env::current_exe().expect("this binary has a path");
    let mut child = Command::new(this);
    child.args([name, "--exact", "--nocapture"]).env(MARK, "1").envs(variables.iter().copied());
    let output = child.output().expect("started");
    let text = String::from_utf8_lossy(&output.stdout);
    // A name that matches no test would pass without having run anything.
    assert!(text.contains("1 passed"), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
}
