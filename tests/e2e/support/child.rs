//! Tests that need a separate process: variables, limits, mounts and users apply to the whole process.

use std::{
    env, fs,
    os::unix::fs::MetadataExt,
    process::{Command, Output},
    thread,
};

const MARK: &str = "HOTSWAP_TEST_CHILD";

/// Runs `test` in a separate process with these variables; `name` is the path of the test in this binary.
#[track_caller]
pub(crate) fn with_variables(name: &str, variables: &[(&str, &str)], test: impl FnOnce()) {
    run(name, variables, &[], test);
}

/// Runs `test` in a separate process that `wrapper` starts, such as `prlimit --as=.. --`.
#[track_caller]
pub(crate) fn under(wrapper: &[&str], test: impl FnOnce()) {
    run(&this_test(), &[], wrapper, test);
}

/// Runs `test` in a private mount namespace.
#[track_caller]
pub(crate) fn with_mounts(test: impl FnOnce()) {
    let root: &[&str] = &["unshare", "--mount", "--"];
    let user: &[&str] = &["unshare", "--user", "--map-root-user", "--mount", "--"];
    under(if is_root() { root } else { user }, test);
}

/// Runs `test` as a user to whom permissions apply.
#[track_caller]
pub(crate) fn without_privileges(test: impl FnOnce()) {
    let nobody: &[&str] = &["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
    under(if is_root() { nobody } else { &[] }, test);
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[track_caller]
fn run(name: &str, variables: &[(&str, &str)], wrapper: &[&str], test: impl FnOnce()) {
    if env::var_os(MARK).is_some() {
        return test();
    }
    let output = child(name, wrapper).envs(variables.iter().copied()).output().expect("started");
    assert_passed(&output);
}

/// The command that runs only the test of this name, in a process that `wrapper` starts.
pub(crate) fn child(name: &str, wrapper: &[&str]) -> Command {
    let this = env::current_exe().expect("this binary has a path");
    let words = wrapper.iter().map(std::ffi::OsString::from).chain([this.into()]);
    let mut words = words.collect::<Vec<_>>().into_iter();
    let mut command = Command::new(words.next().expect("at least this binary"));
    command.args(words).args([name, "--exact", "--nocapture", "--include-ignored"]).env(MARK, "1");
    command
}

/// Whether this is the process that [`child`] starts.
pub(crate) fn is_child() -> bool {
    env::var_os(MARK).is_some()
}

#[track_caller]
pub(crate) fn assert_passed(output: &Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    // A name that matches no test would pass without running anything.
    let passed = output.status.success() && text.contains("1 passed");
    assert!(passed, "{}\n{text}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
}

/// The path of the test that calls this: libtest runs each one on a thread of that name.
pub(crate) fn this_test() -> String {
    thread::current().name().expect("libtest names its threads").to_owned()
}
