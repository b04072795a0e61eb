//! A call of a hook: on a thread of its own, and not waited for without end.

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

/// Why a hook gave no answer.
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

    /// Of a hook that was told that a change does not come nothing is expected; but it should be heard of.
    pub(super) fn log(&self, hook: &Hook, timeout: Duration) {
        if !matches!(self, Self::Removed) {
            log::error!(target: "hotswap", "hotswap: on_abort: {}", self.issue(hook, timeout));
        }
    }
}

/// What a call came to.
#[derive(Default)]
enum Answer<R> {
    #[default]
    Awaited,
    /// `None` for a panic.
    Given(Option<R>),
    /// Nobody waits any more.
    GivenUp,
}

/// Runs `work` and waits for it, up to a bound. If it answers later than that, `late` has the answer.
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
        // The last owner of a hook may drop anything.
        drop_quietly(owned);
    };
    let thread = thread::Builder::new().name("hotswap-prepare".into()).spawn(run);
    let thread = thread.inspect_err(|_| end(hook)).map_err(Silence::NoThread)?;
    let given = wait(&answer, bound).ok_or(Silence::TimedOut)?;
    // It has nothing left to do but to end, and who counts threads should not find it.
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

/// Hands the answer back if nobody waits for it.
fn hand_back<R>(post: &Monitor<Answer<R>>, hook: &Hook, given: Option<R>) -> Option<Option<R>> {
    let mut answer = post.lock();
    if matches!(*answer, Answer::GivenUp) {
        return Some(given);
    }
    // First: who gets the answer may call again at once.
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
