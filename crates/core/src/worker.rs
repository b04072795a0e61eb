//! The handle of a thread that belongs to a configuration.

use std::{
    sync::{
        Mutex, OnceLock, PoisonError,
        mpsc::{Receiver, RecvTimeoutError},
    },
    thread::{self, JoinHandle, ThreadId},
    time::Duration,
};

/// Empty before the engine has started, and for a configuration without sources.
#[derive(Default)]
pub(crate) struct WorkerThread {
    id: OnceLock<ThreadId>,
    running: Mutex<Option<Running>>,
}

struct Running {
    handle: JoinHandle<()>,
    /// Disconnected when the thread is about to end.
    end: Receiver<()>,
}

impl WorkerThread {
    pub(crate) fn adopt(&self, handle: JoinHandle<()>, end: Receiver<()>) {
        self.id.get_or_init(|| handle.thread().id());
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(Running { handle, end });
    }

    /// Whether the caller runs on this thread: in a source, a rule, or the drop of an old configuration.
    pub(crate) fn is_me(&self) -> bool {
        self.id.get() == Some(&thread::current().id())
    }

    /// Waits until the thread has ended, or `bound` has passed. Every caller waits, not only the first one.
    pub(crate) fn join(&self, bound: Duration) {
        if self.is_me() {
            return;
        }
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let over =
            |running: &mut Running| running.end.recv_timeout(bound) == Err(RecvTimeoutError::Disconnected);
        if let Some(Running { handle, .. }) = running.take_if(over) {
            // A panic of the thread was already logged.
            let _ = handle.join();
        }
    }
}
