//! What threads meet at. The models in `models/` include the files that import from here, and put the model
//! checkers' own in its place.

pub(crate) use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering, fence},
    },
    thread,
    time::Instant,
};

/// No state behind these locks is left half changed by a panic.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
