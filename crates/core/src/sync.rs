//! Synchronization primitives. The models in `models/` include the files that import from here, and replace
//! this module with the primitives of the model checkers.

pub(crate) use std::{
    sync::{
        Arc, Mutex, MutexGuard, Weak,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};
use std::{
    sync::{Condvar, OnceLock, PoisonError, TryLockError},
    time::Duration,
};

/// The number of cells that are stored inline. Most structs have fewer slots; this takes 2 kB.
pub(crate) const NEAR: usize = 256;

/// Ignores poisoning, because a panic never leaves the state behind these locks half changed.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same without waiting; `None` if the lock is held.
pub(crate) fn try_lock<T: ?Sized>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Waits for at most `bound`; `None` if the lock is still held then.
pub fn lock_within<T: ?Sized>(mutex: &Mutex<T>, bound: Duration) -> Option<MutexGuard<'_, T>> {
    let start = Instant::now();
    loop {
        let guard = try_lock(mutex);
        if guard.is_some() || start.elapsed() >= bound {
            return guard;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// The value of the cell. It is created before the cell is locked, so that a thread never waits for another one that
/// creates it too: in a fork of the process, that other thread no longer runs.
pub(crate) fn init<T>(cell: &OnceLock<T>, make: impl FnOnce() -> T) -> &T {
    match cell.get() {
        Some(made) => made,
        None => {
            let made = make();
            cell.get_or_init(|| made)
        }
    }
}

/// A mutex with a condition variable.
#[derive(Debug, Default)]
pub(crate) struct Monitor<T> {
    state: Mutex<T>,
    changed: Condvar,
}

impl<T> Monitor<T> {
    pub(crate) fn new(state: T) -> Self {
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        lock(&self.state)
    }

    /// `None` if the lock is held.
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        try_lock(&self.state)
    }

    /// Releases the lock until a notification, until `bound` has passed, or until a spurious wakeup.
    pub(crate) fn wait<'m>(&'m self, guard: MutexGuard<'m, T>, bound: Option<Duration>) -> MutexGuard<'m, T> {
        match bound {
            None => self.changed.wait(guard).unwrap_or_else(PoisonError::into_inner),
            Some(bound) => self.changed.wait_timeout(guard, bound).unwrap_or_else(PoisonError::into_inner).0,
        }
    }

    pub(crate) fn notify_all(&self) {
        self.changed.notify_all();
    }
}
