//! The event handler, which runs on notify's thread.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::Duration,
};

use crate::watch::{
    event_barrier::EventBarrier,
    hint::{Hint, Interest},
};

/// How long to wait for an event that may never come.
const BARRIER_TIMEOUT: Duration = Duration::from_millis(250);

/// The state that the handler on notify's thread shares with the watcher.
pub(crate) struct Shared {
    pub(crate) interest: Mutex<Interest>,
    /// Signals that the awaited event has arrived.
    passed: Condvar,
    forward: Mutex<Box<dyn Fn(Hint) + Send>>,
    pub(crate) overflows: AtomicU64,
    /// The error since the last arming.
    pub(crate) fault: Mutex<Option<String>>,
}

/// Runs on notify's thread, which a panic would end silently.
pub(crate) struct Handler {
    pub(crate) shared: Arc<Shared>,
    /// Disconnected when the handler is dropped.
    pub(crate) _alive: mpsc::Sender<()>,
}

impl notify::EventHandler for Handler {
    fn handle_event(&mut self, event: notify::Result<notify::Event>) {
        self.shared.heard(event).into_iter().for_each(|hint| self.shared.forward(hint));
    }
}

impl Shared {
    pub(crate) fn new(forward: impl Fn(Hint) + Send + 'static) -> Self {
        Self {
            interest: Mutex::default(),
            passed: Condvar::new(),
            forward: Mutex::new(Box::new(forward)),
            overflows: AtomicU64::new(0),
            fault: Mutex::default(),
        }
    }

    fn heard(&self, event: notify::Result<notify::Event>) -> Vec<Hint> {
        match event {
            Ok(event) if !event.need_rescan() => return self.understood(&event),
            Ok(_) => drop(self.overflows.fetch_add(1, Ordering::Relaxed)),
            Err(error) => *locked(&self.fault) = Some(error.to_string()),
        }
        // The lost events may include the loss of a watch.
        locked(&self.interest).lose_all();
        vec![Hint::Rescan]
    }

    /// Whether the event of the barrier arrived.
    pub(crate) fn await_event(&self, barrier: &EventBarrier) -> bool {
        locked(&self.interest).awaited = Some(barrier.path().to_owned());
        if !barrier.touch() {
            return false;
        }
        let unheard = |interest: &mut Interest| interest.awaited.is_some();
        let heard = self.passed.wait_timeout_while(locked(&self.interest), BARRIER_TIMEOUT, unheard);
        !heard.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn understood(&self, event: &notify::Event) -> Vec<Hint> {
        let mut interest = locked(&self.interest);
        let hints = interest.hints(event);
        if interest.awaited.is_none() {
            self.passed.notify_all();
        }
        hints
    }

    pub(crate) fn forward(&self, hint: Hint) {
        let forward = locked(&self.forward);
        let _ = catch_unwind(AssertUnwindSafe(|| forward(hint)));
    }
}

/// Ignores poisoning, because a panic never leaves this state half changed.
pub(crate) fn locked<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
