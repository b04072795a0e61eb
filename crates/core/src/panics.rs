//! Code of the program that is called where a panic must not spread.

use std::{
    any::Any,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Runs `work`; `None` if it panicked. The panic was reported by the program's panic hook.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).map_err(discard).ok()
}

/// Drops what may run code of the program as it goes.
pub(crate) fn drop_quietly<T>(value: T) {
    if catch_panic(|| drop(value)).is_none() {
        log::error!(target: "hotswap", "hotswap: a value panicked when it was dropped");
    }
}

/// What a panic carries may panic when it is dropped; that one carries something again, and is left alone.
fn discard(payload: Box<dyn Any + Send>) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(payload))).map_err(mem::forget);
}
