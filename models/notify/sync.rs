//! The primitives of shuttle, with an arbitrary clock.

use std::time::Duration;

use shuttle::rand::{Rng, thread_rng};
use shuttle::sync::{Condvar, PoisonError};
pub(crate) use shuttle::{
    sync::{
        Arc, Mutex, MutexGuard, Weak,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Default)]
pub(crate) struct Monitor<T> {
    state: Mutex<T>,
    changed: Condvar,
}

impl<T> Monitor<T> {
    #[allow(dead_code, reason = "not every model needs it")]
    pub(crate) fn new(state: T) -> Self {
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        lock(&self.state)
    }

    /// With a bound it returns immediately, which the real one may do, too.
    pub(crate) fn wait<'m>(&'m self, guard: MutexGuard<'m, T>, bound: Option<Duration>) -> MutexGuard<'m, T> {
        if bound.is_none() {
            return self.changed.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        drop(guard);
        thread::yield_now();
        self.lock()
    }

    pub(crate) fn notify_all(&self) {
        self.changed.notify_all();
    }
}

/// Any amount of time may have passed.
#[derive(Clone, Copy)]
pub(crate) struct Instant;

impl Instant {
    pub(crate) fn now() -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "looks like the real one")]
    pub(crate) fn elapsed(self) -> Duration {
        if thread_rng().r#gen() { Duration::ZERO } else { Duration::from_secs(3600) }
    }
}
