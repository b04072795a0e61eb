//! Runs the service under load, like a user.

use std::process::Command;

#[test]
fn no_request_gets_lost_while_the_file_changes() {
    let run = Command::new(env!("CARGO_BIN_EXE_axum_service")).args(["--load", "3"]).output().unwrap();
    let text = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{}\n{text}{}", run.status, String::from_utf8_lossy(&run.stderr));
    assert!(text.contains(" 0 dropped, 0 failed"), "{text}");
}
