//! Processes of tests, and waiting for them.

use std::{
    net::TcpListener,
    process::Child,
    thread,
    time::{Duration, Instant},
};

/// Long enough for the slowest machine; no test waits for it unless it fails.
pub(crate) const BOUND: Duration = Duration::from_secs(60);

/// Ends only its own process.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that nobody listens on now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[track_caller]
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + BOUND;
    while !condition() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
