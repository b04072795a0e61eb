//! Calls code of the program where a panic must not propagate.

use std::{
    any::Any,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Runs `work`; `None` if it panicked. The panic was reported by the program's panic hook.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).map_err(discard).ok()
}

/// Drops a value whose `Drop` may run code of the program.
pub(crate) fn drop_quietly<T>(value: T) {
    if catch_panic(|| drop(value)).is_none() {
        log::error!(target: "hotswap", "hotswap: a value panicked when it was dropped");
    }
}

/// The payload of a panic may panic when it is dropped; the payload of that second panic is leaked.
fn discard(payload: Box<dyn Any + Send>) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(payload))).map_err(mem::forget);
}
