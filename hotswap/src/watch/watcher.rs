//! Keeps a watch on every directory that matters.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::Duration,
};

use crate::{
    source::read_error::Shown,
    watch::{
        backend::{Backend, Notifier, Open},
        chain::Target,
        health::{WatcherHealth, WatcherMode},
        hint::{CLOSES_ARE_TOLD, Hint, Interest},
        survey::{Identity, Survey},
    },
};

/// How often watches are set and checked before directories that do not hold still are left to the next hint.
const ROUNDS: usize = 8;
/// How long a flush waits for what may never come, as when the opened directory is no longer the watched one.
const FLUSH: Duration = Duration::from_millis(250);
/// How long to wait at the end for a handler that is running.
const FAREWELL: Duration = Duration::from_secs(1);

/// Watches directories and forwards hints; degrades to nothing, which polling covers, but never fails.
pub(crate) struct Watcher {
    backend: Backend,
    shared: Arc<Shared>,
    watched: BTreeMap<PathBuf, Identity>,
    /// Directories that cannot be watched, and why.
    refused: BTreeMap<PathBuf, String>,
    /// Whether every target is in a watched directory.
    covered: bool,
    /// What was logged already.
    told: BTreeSet<String>,
    /// Hangs up when the last handler is gone.
    handlers: mpsc::Receiver<()>,
}

/// What the handler, on notify's thread, shares with the watcher.
struct Shared {
    interest: Mutex<Interest>,
    /// Tells that nothing is awaited any more.
    passed: Condvar,
    forward: Mutex<Box<dyn Fn(Hint) + Send>>,
    overflows: AtomicU64,
    /// What went wrong since the last arming.
    fault: Mutex<Option<String>>,
}

impl Watcher {
    /// Starts to watch nothing yet.
    ///
    /// `forward` is called on notify's thread, from one call at a time, and on the caller's of [`arm`](Self::arm).
    /// It must neither block nor call the watcher: that thread also answers the watcher's requests.
    pub(crate) fn start(forward: impl Fn(Hint) + Send + 'static) -> Self {
        Self::with(forward, |handler| Ok(Box::new(notify::recommended_watcher(handler)?)))
    }

    fn with(
        forward: impl Fn(Hint) + Send + 'static,
        mut open: impl FnMut(Handler) -> notify::Result<Notifier> + Send + 'static,
    ) -> Self {
        let shared = Arc::new(Shared {
            interest: Mutex::default(),
            passed: Condvar::new(),
            forward: Mutex::new(Box::new(forward)),
            overflows: AtomicU64::new(0),
            fault: Mutex::default(),
        });
        let (alive, handlers) = mpsc::channel();
        let for_handlers = Arc::clone(&shared);
        let open: Open =
            Box::new(move || open(Handler { shared: Arc::clone(&for_handlers), _alive: alive.clone() }));
        let (watched, refused, told) = Default::default();
        let mut watcher =
            Self { backend: Backend::new(open), shared, watched, refused, covered: true, told, handlers };
        watcher.backend.ensure();
        watcher.report();
        watcher
    }

    /// Sets the watches that `targets` need now and drops all others. To be called before the first read, and
    /// again before each read that follows: what was read afterwards cannot change without a hint.
    pub(crate) fn arm(&mut self, targets: &[Target]) {
        self.refused.clear();
        if let Some(fault) = locked(&self.shared.fault).take() {
            log::warn!("watching for changes failed, starting over: {fault}");
        }
        if !self.backend.ensure() {
            self.watched.clear();
            self.report();
            return;
        }
        // A directory may be swapped between a look at it and its watch, so look again until nothing is left to
        // do: the last look was then taken under the watches.
        let steady = (0..ROUNDS).any(|_| !self.round(targets));
        self.report();
        if !steady {
            self.shared.forward(Hint::Changed);
        }
    }

    /// Says whether there was anything to do.
    fn round(&mut self, targets: &[Target]) -> bool {
        let survey = Survey::of(targets, &self.watched);
        let lost = {
            let mut interest = locked(&self.shared.interest);
            // Before the watches, so that their first event is already known to matter.
            interest.roots =
                survey.dirs.iter().map(|(dir, (_, names))| (dir.clone(), names.clone())).collect();
            interest.take_lost()
        };
        let removed = self.remove(&survey, &lost);
        let added = self.add(&survey);
        self.covered = survey.holders.iter().all(|holder| self.watched.contains_key(holder));
        removed || added
    }

    fn remove(&mut self, survey: &Survey, lost: &BTreeSet<PathBuf>) -> bool {
        let before = self.watched.len();
        let (backend, dirs) = (&mut self.backend, &survey.dirs);
        self.watched.retain(|dir, identity| {
            let wanted = dirs.get(dir).is_some_and(|(now, _)| now == identity);
            if !wanted {
                // First of all, because a directory that moved is to be watched under its new name: the kernel
                // has one watch for it, and this would take that one away.
                backend.unwatch(dir);
            }
            wanted && !lost.contains(dir)
        });
        self.watched.len() != before
    }

    fn add(&mut self, survey: &Survey) -> bool {
        let mut any = false;
        for (dir, (identity, _)) in &survey.dirs {
            if self.watched.contains_key(dir) || self.refused.contains_key(dir) {
                continue;
            }
            any = true;
            match self.backend.watch(dir) {
                Ok(()) => drop(self.watched.insert(dir.clone(), identity.clone())),
                Err(why) => drop(self.refused.insert(dir.clone(), why)),
            }
        }
        if !self.backend.is_live() {
            self.watched.clear();
        }
        any
    }

    /// Returns when every event that happened before the call has been forwarded, or after a while. A promise on
    /// Linux only: events come in order, so a directory is opened, and when that is heard, all is heard.
    pub(crate) fn flush(&self) {
        let Some(dir) = self.watched.keys().next_back().filter(|_| CLOSES_ARE_TOLD) else { return };
        locked(&self.shared.interest).awaited = Some(dir.clone());
        // Not a plain open, which would wait for ever if a pipe stood there by now.
        if fs::read_dir(dir).is_ok() {
            let interest = locked(&self.shared.interest);
            let wait =
                self.shared.passed.wait_timeout_while(interest, FLUSH, |interest| interest.awaited.is_some());
            drop(wait);
        }
    }

    pub(crate) fn health(&self) -> WatcherHealth {
        let complete = self.backend.is_live() && self.covered;
        WatcherHealth {
            mode: if complete { WatcherMode::Events } else { WatcherMode::PollOnly },
            watched: self.watched.len(),
            problems: self.problems(),
            overflows: self.shared.overflows.load(Ordering::Relaxed),
        }
    }

    fn problems(&self) -> Vec<String> {
        let refused = self.refused.iter().map(|(dir, why)| format!("cannot watch {}: {why}", Shown(dir)));
        let fault = self.backend.fault().map(|why| format!("cannot watch for changes: {why}"));
        fault.into_iter().chain(refused).collect()
    }

    /// Logs every problem once, until all of them are gone.
    fn report(&mut self) {
        let problems = self.problems();
        if problems.is_empty() && !self.told.is_empty() {
            log::info!("all configuration sources are watched again");
            self.told.clear();
        }
        for problem in problems {
            if self.told.insert(problem.clone()) {
                log::warn!("{problem}; changes there are found by polling");
            }
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // notify does not wait for its thread. Wait until the handler is gone, so that nothing is forwarded after
        // this; but not for ever, because a handler may be stuck in somebody else's code.
        self.backend = Backend::new(Box::new(|| Err(notify::Error::generic("closed"))));
        let _ = self.handlers.recv_timeout(FAREWELL);
    }
}

/// Runs on notify's thread, which a panic would end without a word.
struct Handler {
    shared: Arc<Shared>,
    _alive: mpsc::Sender<()>,
}

impl notify::EventHandler for Handler {
    fn handle_event(&mut self, event: notify::Result<notify::Event>) {
        self.shared.heard(event).into_iter().for_each(|hint| self.shared.forward(hint));
    }
}

impl Shared {
    fn heard(&self, event: notify::Result<notify::Event>) -> Vec<Hint> {
        match event {
            Ok(event) if !event.need_rescan() => return self.understood(&event),
            Ok(_) => drop(self.overflows.fetch_add(1, Ordering::Relaxed)),
            Err(error) => *locked(&self.fault) = Some(error.to_string()),
        }
        // Among what was not heard may be that a watch was lost.
        locked(&self.interest).lose_all();
        vec![Hint::Rescan]
    }

    fn understood(&self, event: &notify::Event) -> Vec<Hint> {
        let mut interest = locked(&self.interest);
        let hints = interest.hints(event);
        if interest.awaited.is_none() {
            self.passed.notify_all();
        }
        hints
    }

    fn forward(&self, hint: Hint) {
        let forward = locked(&self.forward);
        let _ = catch_unwind(AssertUnwindSafe(|| forward(hint)));
    }
}

/// No state here is left half changed by a panic.
fn locked<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "watcher_faults.rs"]
mod faults;
#[cfg(test)]
#[cfg(target_os = "linux")]
#[path = "watcher_moves.rs"]
mod moves;
#[cfg(test)]
#[cfg(target_os = "linux")]
#[path = "watcher_tests.rs"]
mod tests;
