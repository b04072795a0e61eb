//! Runs each example like a user.

// Cargo runs the tests inside an example only on request; here they run every time.
#[path = "../components/limiter.rs"]
mod limiter;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

#[test]
fn the_quickstart_reports_every_mistake_and_recovers() {
    let text = output("quickstart");
    let mistakes =
        ["4 problems", "did you mean `log_level`", "0 is less than", "found a string", "not a duration"];
    let operated = [
        "rate_limit.burst = 50, set by alice",
        "a burst of 5000 does not fit a limit of 500",
        "rollback to version 3 by alice\n     rate_limit.burst: 50 -> 20",
        "still listening on 0.0.0.0:8080",
        "until a restart",
    ];
    for said in mistakes.into_iter().chain(["from 250 to 500", "APP_POOL_SIZE"]).chain(operated) {
        assert!(text.contains(said), "nothing of `{said}` in\n{text}");
    }
}

#[test]
fn components_follow_the_application() {
    let text = output("components");
    for said in ["limit of 3: 3 of 5", "limit of 7: 4 of 5", "rate_limit.max: 0 is less than the minimum 1"] {
        assert!(text.contains(said), "nothing of `{said}` in\n{text}");
    }
}

#[test]
fn a_change_that_harms_is_taken_back() {
    let text = output("health");
    for said in ["on probation", "it is taken back", "health check, back to version 2", "time_limit is 120ms"]
    {
        assert!(text.contains(said), "nothing of `{said}` in\n{text}");
    }
}

/// The output of a successful example.
#[track_caller]
fn output(example: &str) -> String {
    let run = Command::new(program(example)).output().unwrap();
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{}\n{text}{}", run.status, String::from_utf8_lossy(&run.stderr));
    text
}

/// `cargo test` and `cargo nextest run` put the examples of a package into `examples`, next to the `deps` folder
/// with its tests. With `--all-targets` they build the examples' own tests instead, and the program may be
/// missing.
fn program(example: &str) -> PathBuf {
    let tests = env::current_exe().unwrap();
    let profile = tests.ancestors().nth(2).unwrap();
    let program = profile.join("examples").join(format!("{example}{}", env::consts::EXE_SUFFIX));
    if !program.exists() {
        build(example, profile);
    }
    program
}

fn build(example: &str, profile: &Path) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "examples", "--example", example, "--target-dir"]);
    assert!(cargo.arg(profile.parent().unwrap()).status().unwrap().success(), "{example} cannot be built");
}
