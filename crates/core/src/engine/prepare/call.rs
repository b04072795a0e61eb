//! A call of a hook, on a thread of its own and with a timeout.

use std::{
    io, mem, thread,
    time::{Duration, Instant},
};

use super::{super::lock::Held, Hook};
use crate::{
    issue::Issue,
    panics::{catch_panic, drop_quietly},
    sync::{Arc, Monitor, lock},
};

/// The reason for which a hook gave no answer.
pub(super) enum Silence {
    Removed,
    Busy,
    Panicked,
    TimedOut,
    NoThread(io::Error),
}

impl Silence {
    pub(super) fn issue(&self, hook: &Hook, timeout: Duration) -> Issue {
        match self {
            Self::Removed => hook.issue("is gone"),
            Self::Busy => hook.issue("is still busy with an earlier change"),
            Self::Panicked => hook.issue("panicked"),
            Self::TimedOut => {
                let timeout = humantime::format_duration(timeout);
                hook.issue(&format!("gave no answer within {timeout}"))
                    .with_help("make it faster, or raise `prepare_timeout`")
            }
            Self::NoThread(error) => hook.issue(&format!("has no thread to run on: {error}")),
        }
    }

    /// Logs the failure of an abort notification, which has no other effect.
    pub(super) fn log(&self, hook: &Hook, timeout: Duration) {
        if !matches!(self, Self::Removed) {
            log::error!(target: "hotswap", "hotswap: on_abort: {}", self.issue(hook, timeout));
        }
    }
}

/// The state of a call.
#[derive(Default)]
enum Answer<R> {
    #[default]
    Awaited,
    /// `None` for a panic.
    Given(Option<R>),
    /// The caller has stopped waiting.
    GivenUp,
}

/// Runs `work` and waits for it, up to a bound. A later answer is passed to `late`.
pub(super) fn call<R: Send + 'static>(
    hook: &Arc<Hook>,
    bound: Duration,
    work: impl FnOnce(&Hook) -> R + Send + 'static,
    late: impl FnOnce(&Hook, R) + Send + 'static,
) -> Result<R, Silence> {
    begin(hook)?;
    let answer = Arc::new(Monitor::default());
    let (post, owned, held) = (Arc::clone(&answer), Arc::clone(hook), Held::here());
    let run = move || {
        held.adopt();
        let given = catch_panic(|| work(&owned));
        if let Some(missed) = hand_back(&post, &owned, given) {
            if let Some(missed) = missed {
                late(&owned, missed);
            }
            end(&owned);
        }
        // Dropping the last reference to a hook may run code of the program.
        drop_quietly(owned);
    };
    let thread = thread::Builder::new().name("hotswap-prepare".into()).spawn(run);
    let thread = thread.inspect_err(|_| end(hook)).map_err(Silence::NoThread)?;
    let given = wait(&answer, bound).ok_or(Silence::TimedOut)?;
    // The thread is about to end. Joining it keeps it from being counted as running.
    let _ = thread.join();
    given.ok_or(Silence::Panicked)
}

fn begin(hook: &Hook) -> Result<(), Silence> {
    let mut state = lock(&hook.state);
    match (state.removed, mem::replace(&mut state.busy, true)) {
        (_, true) => Err(Silence::Busy),
        (true, false) => {
            state.busy = false;
            Err(Silence::Removed)
        }
        (false, false) => Ok(()),
    }
}

fn end(hook: &Hook) {
    lock(&hook.state).busy = false;
}

/// Returns the answer if the caller has stopped waiting.
fn hand_back<R>(post: &Monitor<Answer<R>>, hook: &Hook, given: Option<R>) -> Option<Option<R>> {
    let mut answer = post.lock();
    if matches!(*answer, Answer::GivenUp) {
        return Some(given);
    }
    // First, because the receiver of the answer may call again immediately.
    end(hook);
    *answer = Answer::Given(given);
    post.notify_all();
    None
}

fn wait<R>(post: &Monitor<Answer<R>>, bound: Duration) -> Option<Option<R>> {
    let start = Instant::now();
    let mut answer = post.lock();
    while matches!(*answer, Answer::Awaited) && start.elapsed() < bound {
        answer = post.wait(answer, Some(bound.saturating_sub(start.elapsed())));
    }
    match mem::replace(&mut *answer, Answer::GivenUp) {
        Answer::Given(given) => Some(given),
        Answer::Awaited | Answer::GivenUp => None,
    }
}
