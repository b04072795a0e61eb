//! What threads meet at. The models in `models/` include the files that import from here, and put the model
//! checkers' own in its place.

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

/// How many cells are close at hand. Most structs have fewer numbers; this takes 2 kB.
pub(crate) const NEAR: usize = 256;

/// No state behind these locks is left half changed by a panic.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same without waiting; `None` while somebody else holds the lock.
pub(crate) fn try_lock<T: ?Sized>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Waits for `bound` at most; `None` if the lock is still held then.
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

/// The value of the cell. It is made before the cell is locked, so that another thread that makes it too holds nobody up: in a fork
/// of the process, that thread does not go on.
pub(crate) fn init<T>(cell: &OnceLock<T>, make: impl FnOnce() -> T) -> &T {
    match cell.get() {
        Some(made) => made,
        None => {
            let made = make();
            cell.get_or_init(|| made)
        }
    }
}

/// A lock whose holders can wait for each other's changes.
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

    /// `None` while somebody else holds the lock.
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        try_lock(&self.state)
    }

    /// Gives the lock away until something is told, or `bound` has passed, or for no reason at all.
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
