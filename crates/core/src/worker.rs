//! A thread that works for a configuration, seen from outside.

use std::{
    sync::{
        Mutex, OnceLock, PoisonError,
        mpsc::{Receiver, RecvTimeoutError},
    },
    thread::{self, JoinHandle, ThreadId},
    time::Duration,
};

/// Nothing before the engine has started, and for a configuration without sources.
#[derive(Default)]
pub(crate) struct WorkerThread {
    id: OnceLock<ThreadId>,
    running: Mutex<Option<Running>>,
}

struct Running {
    handle: JoinHandle<()>,
    /// Hangs up when the thread has nothing left to do but to end.
    end: Receiver<()>,
}

impl WorkerThread {
    pub(crate) fn adopt(&self, handle: JoinHandle<()>, end: Receiver<()>) {
        self.id.get_or_init(|| handle.thread().id());
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(Running { handle, end });
    }

    /// Whether the caller runs on it: in a source, a rule, or the drop of an old configuration.
    pub(crate) fn is_me(&self) -> bool {
        self.id.get() == Some(&thread::current().id())
    }

    /// Waits until the thread is gone, or `bound` has passed. Everybody who asks waits, not only the first one.
    pub(crate) fn join(&self, bound: Duration) {
        if self.is_me() {
            return;
        }
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let over =
            |running: &mut Running| running.end.recv_timeout(bound) == Err(RecvTimeoutError::Disconnected);
        if let Some(Running { handle, .. }) = running.take_if(over) {
            // Its panic, if any, was logged where it happened.
            let _ = handle.join();
        }
    }
}
