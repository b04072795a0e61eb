//! A process that is forked from the one of the test, without `exec`.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::{Duration, Instant},
};

use super::BOUND;

/// Runs `work` in a forked process. Fails the test if it panics there, or does not end.
#[track_caller]
#[expect(unsafe_code, reason = "what is tested is the system call itself")]
pub(crate) fn in_a_fork(work: impl FnOnce()) {
    // SAFETY: the child only runs `work` and ends at once; glibc keeps its allocator usable in a fork.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let passed = catch_unwind(AssertUnwindSafe(work)).is_ok();
        // SAFETY: nothing of the test runner runs in the child.
        unsafe { libc::_exit(i32::from(!passed)) };
    }
    assert!(child > 0, "no fork");
    let start = Instant::now();
    let mut status = 0;
    // SAFETY: `status` outlives the call.
    while unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) } == 0 {
        if start.elapsed() > BOUND {
            // SAFETY: the child has not been waited for, so the number is its own.
            unsafe { libc::kill(child, libc::SIGKILL) };
        }
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(status, 0, "the forked process failed");
}
