//! The writer lock: one writer at a time, and an error instead of a deadlock for a write inside a write.

use std::{
    ops::{Deref, DerefMut},
    sync::{Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
    time::Instant,
};

use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
};

/// A mutex that knows which thread holds it.
#[derive(Debug)]
pub(crate) struct WriterLock<T> {
    owner: Mutex<Option<ThreadId>>,
    state: Mutex<T>,
}

impl<T> WriterLock<T> {
    pub(crate) fn new(state: T) -> Self {
        Self { owner: Mutex::new(None), state: Mutex::new(state) }
    }

    /// Waits for other writers.
    ///
    /// # Errors
    /// This thread is a writer already: inside `update`, a rule or a hook.
    pub(crate) fn enter(&self) -> Result<Writing<'_, T>, Error> {
        let me = thread::current().id();
        if self.is_mine() {
            let message = "a write from inside another write";
            let help = "return first; to write from a callback, subscribe to changes";
            return Err(Issue::new(IssueKind::Write, Keys::root(), message).with_help(help).into());
        }
        // Whatever a panicking writer left is whole: the state is only replaced at commit.
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *self.owner() = Some(me);
        Ok(Writing { lock: self, state, since: Instant::now() })
    }

    /// Whether this thread is inside a write.
    pub(crate) fn is_mine(&self) -> bool {
        *self.owner() == Some(thread::current().id())
    }

    fn owner(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.owner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds the writer lock.
pub(crate) struct Writing<'l, T> {
    lock: &'l WriterLock<T>,
    state: MutexGuard<'l, T>,
    since: Instant,
}

impl<T> Writing<'_, T> {
    /// When the lock was taken.
    pub(crate) fn since(&self) -> Instant {
        self.since
    }
}

impl<T> Drop for Writing<'_, T> {
    fn drop(&mut self) {
        *self.lock.owner() = None;
    }
}

impl<T> Deref for Writing<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.state
    }
}

impl<T> DerefMut for Writing<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.state
    }
}
