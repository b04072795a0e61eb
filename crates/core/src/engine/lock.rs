//! The writer lock: one writer at a time, and an error instead of a deadlock for a write inside a write.

use std::{
    cell::RefCell,
    ops::{Deref, DerefMut},
    sync::{
        Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    process::Process,
};

thread_local! {
    /// The locks that this thread holds, and those whose holders wait for it.
    static HELD: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Locks are identified by number, because an address may be reused.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A mutex that knows which threads work on behalf of its holder.
#[derive(Debug)]
pub(crate) struct WriterLock<T> {
    id: u64,
    process: Process,
    state: Mutex<T>,
}

impl<T> WriterLock<T> {
    pub(crate) fn new(state: T) -> Self {
        let (id, process) = (NEXT.fetch_add(1, Ordering::Relaxed), Process::current());
        Self { id, process, state: Mutex::new(state) }
    }

    /// Waits for other writers.
    ///
    /// # Errors
    /// This thread is already a writer: inside `update`, a rule or a hook; or this is a fork of the process.
    pub(crate) fn enter(&self) -> Result<Writing<'_, T>, Error> {
        self.process.ensure_current()?;
        if self.is_mine() {
            let message = "a write inside another write is not possible";
            let help = "let the closure return first; to write from a callback, subscribe to changes";
            return Err(Issue::new(IssueKind::Write, Keys::root(), message).with_help(help).into());
        }
        // The state is consistent even after a panic of a writer, because it is only replaced at commit.
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        with_held(|held| held.push(self.id));
        Ok(Writing { id: self.id, state, since: Instant::now() })
    }

    /// Waits until the current writer has finished, or `bound` has passed.
    pub(crate) fn wait_idle(&self, bound: Duration) {
        let start = Instant::now();
        while matches!(self.state.try_lock(), Err(TryLockError::WouldBlock)) && start.elapsed() < bound {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Whether this thread is inside a write, or works on behalf of one.
    pub(crate) fn is_mine(&self) -> bool {
        with_held(|held| held.contains(&self.id)).unwrap_or(false)
    }
}

/// `None` if the thread is about to end.
fn with_held<R>(look: impl FnOnce(&mut Vec<u64>) -> R) -> Option<R> {
    HELD.try_with(|held| look(&mut held.borrow_mut())).ok()
}

/// Holds the writer lock.
pub(crate) struct Writing<'l, T> {
    id: u64,
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
        with_held(|held| held.retain(|id| *id != self.id));
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

/// The writer locks that a thread holds, for threads that work on its behalf: a write inside a write must be
/// detected there too.
pub(crate) struct Held(Vec<u64>);

impl Held {
    pub(crate) fn here() -> Self {
        Self(with_held(|held| held.clone()).unwrap_or_default())
    }

    /// Applies until this thread ends.
    pub(crate) fn adopt(self) {
        with_held(|held| *held = self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_entrance_on_one_thread_is_an_error() {
        let lock = WriterLock::new(());
        let writing = lock.enter().unwrap();
        assert!(lock.enter().is_err());
        drop(writing);
        assert!(lock.enter().is_ok());
    }

    #[test]
    fn who_works_for_a_writer_counts_as_the_writer() {
        let lock = WriterLock::new(());
        let writing = lock.enter().unwrap();
        let held = Held::here();
        let helper = || {
            held.adopt();
            lock.enter().is_err()
        };
        assert!(thread::scope(|scope| scope.spawn(helper).join().unwrap()));
        drop(writing);
    }

    #[test]
    fn two_locks_can_be_held_at_once() {
        let (one, two) = (WriterLock::new(()), WriterLock::new(()));
        let first = one.enter().unwrap();
        let second = two.enter().unwrap();
        drop(first);
        assert!(!one.is_mine() && two.is_mine());
        drop(second);
    }
}
