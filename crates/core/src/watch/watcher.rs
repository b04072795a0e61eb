//! Keeps a watch on every relevant directory.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, atomic::Ordering, mpsc},
    time::Duration,
};

use crate::{
    source::read_error::Shown,
    watch::{
        backend::{Backend, Notifier, Open},
        event_barrier::EventBarrier,
        handler::{Handler, Shared, locked},
        health::{WatcherHealth, WatcherMode},
        hint::{CLOSES_ARE_TOLD, Hint},
        resolved_path::Target,
        watch_plan::{Identity, WatchPlan},
    },
};

/// The maximum number of rounds of setting and checking watches before directories that keep changing are
/// left to the next hint.
const ROUNDS: usize = 8;
/// After this many barriers without an event in a row, the system is assumed to report none.
const MAX_UNHEARD: u8 = 4;
/// How long to wait at the end for a running handler.
const HANDLER_TIMEOUT: Duration = Duration::from_secs(1);

/// Watches directories and forwards hints. It never fails: without watches, polling finds all changes.
pub(crate) struct Watcher {
    backend: Backend,
    shared: Arc<Shared>,
    watched: BTreeMap<PathBuf, Identity>,
    /// Directories that cannot be watched, and why.
    refused: BTreeMap<PathBuf, (Identity, String)>,
    /// Whether every target is in a watched directory.
    covered: bool,
    barrier: Option<EventBarrier>,
    /// How many times in a row the barrier was set without an event.
    silent: u8,
    /// How often it was set at all.
    turn: usize,
    /// The problems that were already logged.
    told: BTreeSet<String>,
    /// Disconnected when the last handler is dropped.
    handlers: mpsc::Receiver<()>,
}

impl Watcher {
    /// Starts without any watch.
    ///
    /// `forward` is called on notify's thread, one call at a time, and on the thread that calls
    /// [`arm`](Self::arm). It must neither block nor call the watcher: that thread also answers the watcher's
    /// requests.
    pub(crate) fn start(forward: impl Fn(Hint) + Send + 'static) -> Self {
        Self::with(forward, |handler| Ok(Box::new(notify::recommended_watcher(handler)?)))
    }

    fn with(
        forward: impl Fn(Hint) + Send + 'static,
        mut open: impl FnMut(Handler) -> notify::Result<Notifier> + Send + 'static,
    ) -> Self {
        let shared = Arc::new(Shared::new(forward));
        let (alive, handlers) = mpsc::channel();
        let for_handlers = Arc::clone(&shared);
        let open: Open =
            Box::new(move || open(Handler { shared: Arc::clone(&for_handlers), _alive: alive.clone() }));
        let (watched, refused, told) = Default::default();
        let mut watcher = Self {
            backend: Backend::new(open),
            shared,
            watched,
            refused,
            covered: true,
            barrier: None,
            silent: 0,
            turn: 0,
            told,
            handlers,
        };
        watcher.backend.ensure();
        watcher.report();
        watcher
    }

    /// Sets the watches that `targets` need now and drops all others. Must be called before each read,
    /// including the first one: content that is read afterwards cannot change without a hint.
    pub(crate) fn arm(&mut self, targets: &[Target]) {
        self.refused.clear();
        if let Some(fault) = locked(&self.shared.fault).take() {
            log::warn!(target: "hotswap", "hotswap: watching for changes failed, starting over: {fault}");
        }
        if !self.backend.is_live() {
            self.watched.clear();
            (self.barrier, self.silent) = (None, 0);
        }
        if !self.backend.ensure() {
            return self.report();
        }
        // A directory may be swapped between its resolution and its watch, so this is repeated until there is
        // nothing to do: the last resolution then happened under the watches.
        let steady = (0..ROUNDS).any(|_| !self.round(targets));
        self.report();
        if !steady {
            self.shared.forward(Hint::Changed);
        }
    }

    /// Returns whether there was anything to do.
    fn round(&mut self, targets: &[Target]) -> bool {
        let plan = WatchPlan::new(targets, &self.watched);
        let lost = {
            let mut interest = locked(&self.shared.interest);
            // Before the watches, so that their first event is already recognized as relevant.
            interest.roots = plan.dirs.iter().map(|(dir, (_, names))| (dir.clone(), names.clone())).collect();
            interest.take_lost()
        };
        let removed = self.remove(&plan, &lost);
        let added = self.add(&plan);
        self.covered = plan.holders.iter().all(|holder| self.watched.contains_key(holder));
        removed || added
    }

    fn remove(&mut self, plan: &WatchPlan, lost: &BTreeSet<PathBuf>) -> bool {
        let before = self.watched.len();
        let (backend, dirs) = (&mut self.backend, &plan.dirs);
        self.watched.retain(|dir, identity| {
            let wanted = dirs.get(dir).is_some_and(|(now, _)| now == identity);
            if !wanted {
                // Must be first, because a moved directory must be watched under its new name: the kernel has
                // only one watch for it, which this call would remove.
                backend.unwatch(dir);
            }
            wanted && !lost.contains(dir)
        });
        self.watched.len() != before
    }

    fn add(&mut self, plan: &WatchPlan) -> bool {
        let mut any = false;
        for (dir, (identity, _)) in &plan.dirs {
            let refused = self.refused.get(dir).is_some_and(|(then, _)| then == identity);
            if refused || self.watched.contains_key(dir) {
                continue;
            }
            any = true;
            let (dir, identity) = (dir.clone(), identity.clone());
            match self.backend.watch(&dir) {
                Ok(()) => drop(self.watched.insert(dir, identity)),
                Err(why) => drop(self.refused.insert(dir, (identity, why))),
            }
        }
        if !self.backend.is_live() {
            self.watched.clear();
        }
        any
    }

    /// Returns when every event from before the call has been forwarded, or after a timeout. Returns `false` if
    /// events may still be pending; `true` if there is nothing to wait for, as on systems other than Linux.
    pub(crate) fn flush(&mut self) -> bool {
        if !CLOSES_ARE_TOLD || self.watched.is_empty() {
            return true;
        }
        if self.barrier.as_ref().is_some_and(|barrier| self.shared.await_event(barrier)) {
            self.silent = 0;
            return true;
        }
        if self.silent >= MAX_UNHEARD {
            return true;
        }
        self.set_sentinel();
        self.barrier.is_some()
    }

    /// The old barrier, if any, is discarded, because it may belong to a thread that has ended.
    fn set_sentinel(&mut self) {
        if let Some(old) = self.barrier.take() {
            self.backend.unwatch(old.path());
        }
        self.silent += 1;
        self.turn = self.turn.wrapping_add(1);
        self.barrier = EventBarrier::set(&mut self.backend, self.turn)
            .filter(|barrier| self.shared.await_event(barrier));
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
        let refused =
            self.refused.iter().map(|(dir, (_, why))| format!("cannot watch {}: {why}", Shown(dir)));
        let fault = self.backend.fault().map(|why| format!("cannot watch for changes: {why}"));
        fault.into_iter().chain(refused).collect()
    }

    /// Logs every problem once, until all of them are gone.
    fn report(&mut self) {
        let problems = self.problems();
        if problems.is_empty() && !self.told.is_empty() {
            log::info!(target: "hotswap", "hotswap: all configuration sources are watched again");
            self.told.clear();
        }
        for problem in problems {
            if self.told.insert(problem.clone()) {
                log::warn!(target: "hotswap", "hotswap: {problem}; changes there are found by polling");
            }
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // notify does not join its thread. Wait until the handler is dropped, so that nothing is forwarded after
        // this; but with a timeout, because a handler may be stuck in other code.
        self.backend = Backend::new(Box::new(|| Err(notify::Error::generic("closed"))));
        let _ = self.handlers.recv_timeout(HANDLER_TIMEOUT);
    }
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
