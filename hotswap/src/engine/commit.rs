//! From a loaded configuration to a published one, or to a report.

use std::{sync::Arc, time::Instant};

use super::{Core, PendingRestart, State, collect::Collected, gate, lock::Writing};
use crate::{
    error::Error,
    issue::Issue,
    load::{self, Input, Loaded, Pins},
    panics::let_go,
    snapshot::{Cause, Published},
    subscribe::Topic,
};

/// A configuration that may be published, with the numbers of what it changes.
pub(super) struct Vetted {
    loaded: Loaded,
    changed: Vec<usize>,
}

impl Core {
    /// Takes over what the sources say now. Refused, it leaves no trace but its report.
    pub(super) fn accept(&self, collected: &Collected) -> Result<u64, Error> {
        let state = self.writer.enter()?;
        self.open()?;
        let variables = |name: &str| lookup(collected, name);
        let input = Input {
            layers: &collected.layers,
            pins: &state.pins,
            names: Some(&collected.names),
            variables: &variables,
            unread: collected.unread.clone(),
        };
        let loaded = load::load(self.model, &input)?;
        let (live, pending) = self.hold_back(loaded, &input)?;
        let vetted = self.vet(live, &collected.cause)?;
        // Before the publish: who sees the new version must not be told that the last reload was refused.
        self.board().last_error = None;
        let next = State {
            layers: collected.layers.clone(),
            variables: Arc::clone(&collected.variables),
            pins: state.pins.clone(),
            pending,
        };
        Ok(self.commit(state, next, vetted, collected.cause.clone()))
    }

    /// Keeps back what needs a restart.
    pub(super) fn hold_back(
        &self,
        loaded: Loaded,
        input: &Input<'_>,
    ) -> Result<(Loaded, Vec<PendingRestart>), Error> {
        gate::hold_back(self.model, self.policy.restart, &self.current.load_full(), loaded, input)
    }

    /// Finds out what would change, and asks those who may refuse it.
    ///
    /// # Errors
    /// A prepare hook refuses.
    pub(super) fn vet(&self, loaded: Loaded, cause: &Cause) -> Result<Vetted, Error> {
        let current = self.current.load_full();
        // Compares by code of the program, which may panic: before anything is changed.
        let changed = changed(&current, &loaded);
        if !changed.is_empty() && self.hooks.len() > 0 {
            let (version, root) = (current.version + 1, Arc::clone(&loaded.root));
            let next = Arc::new(Published::new(version, root, loaded.tree.clone(), cause.clone()));
            let agreed = self.hooks.ask(&current, &next, &changed)?;
            // Hooks may take long, or be the ones who shut it down.
            self.open().inspect_err(|_| agreed.abort())?;
        }
        Ok(Vetted { loaded, changed })
    }

    /// Publishes a validated configuration if it differs from the current one. Returns the current version.
    pub(super) fn commit(
        &self,
        mut state: Writing<'_, State>,
        next: State,
        vetted: Vetted,
        cause: Cause,
    ) -> u64 {
        let Vetted { loaded, changed } = vetted;
        let current = self.current.load_full();
        let waiting = gate::news(&state.pending, &next.pending);
        *state = next;
        self.board().show(&state);
        self.warn(loaded.warnings);
        let (version, old) = if changed.is_empty() {
            (current.version, None)
        } else {
            let version = current.version + 1;
            self.record(version, &cause, &changed);
            let next = Published::new(version, Arc::clone(&loaded.root), loaded.tree, cause);
            let old = self.current.publish(next);
            self.notifier.announce(changed.into_iter().map(Topic::Slot));
            (version, Some(old))
        };
        // Old values may take long to drop, and may do anything, as a logger may: not under the lock.
        drop(state);
        gate::tell(&waiting);
        let_go((loaded.root, current, old));
        version
    }

    fn record(&self, version: u64, cause: &Cause, changed: &[usize]) {
        let shape = self.model.shape;
        let leaves = changed.iter().filter(|slot| shape.is_leaf(**slot));
        let paths = leaves.map(|slot| shape.keys_of(*slot).to_string()).collect();
        self.board().history.add(version, cause.clone(), paths);
    }

    /// Makes a refusal known: once for each distinct content.
    pub(super) fn refuse(&self, error: &Error) {
        log::warn!("hotswap: {error}");
        {
            let mut board = self.board();
            board.refused += 1;
            board.last_error = Some((Instant::now(), error.clone()));
        }
        self.errors.put(error.clone());
        self.notifier.announce([Topic::ReloadError]);
    }

    /// Makes warnings known that were not there before.
    pub(crate) fn warn(&self, warnings: Vec<Issue>) {
        let new: Vec<_> = {
            let mut board = self.board();
            let new = warnings.iter().filter(|issue| !board.warnings.contains(issue)).cloned().collect();
            board.warnings = warnings;
            new
        };
        if new.is_empty() {
            return;
        }
        let report = Error::warnings(new);
        log::warn!("hotswap: {report}");
        self.warnings.put(report);
        self.notifier.announce([Topic::Warning]);
    }
}

/// A variable of the process, else of a dotenv file.
fn lookup(collected: &Collected, name: &str) -> Option<String> {
    collected.variables.get(std::ffi::OsStr::new(name)).and_then(|value| value.to_str()).map(str::to_owned)
}

/// The numbers whose values differ, by `PartialEq` and in their encoded form; structs follow their leaves.
pub(super) fn changed(current: &Published, loaded: &Loaded) -> Vec<usize> {
    let shape = loaded.root.shape();
    let differs = |slot: &usize| {
        let keys = shape.keys_of(*slot);
        keys.find(&current.tree) != keys.find(&loaded.tree)
    };
    let candidates = loaded.root.changed_since(&*current.root);
    if !candidates.iter().any(|slot| shape.is_leaf(*slot) && differs(slot)) {
        return Vec::new();
    }
    candidates.into_iter().filter(differs).collect()
}

/// Pins that make `keys` stay as the current version has them.
pub(super) fn frozen(current: &Published, slots: impl Iterator<Item = usize>) -> Pins {
    let shape = current.root.shape();
    slots
        .map(|slot| shape.keys_of(slot))
        .map(|keys| (keys.clone(), keys.find(&current.tree).cloned()))
        .collect()
}
