//! From a loaded configuration to a published one, or to a report.

use std::{collections::BTreeSet, sync::Arc, time::Instant};

use super::{
    Core, Holds, PendingRestart, Request, State, Variables,
    collect::Collected,
    conflict, gate,
    hold::Ground,
    lock::Writing,
    observers::Outcome,
    refused, rotate,
    run::Command,
};
use crate::{
    error::Error,
    history::Record,
    issue::{Issue, IssueKind, gist},
    keys::Keys,
    load::{Input, Loaded},
    panics::let_go,
    pins::{Pin, Pins},
    secret::taint::Taint,
    secrets::{
        fetch::Limit,
        known::{Accepted, Secrets},
        table::Table,
    },
    snapshot::{Cause, Published},
    subscribe::Topic,
};

impl Core {
    /// Takes over what the sources say now. Refused, it leaves no trace but its report.
    ///
    /// What was rolled back stays away, unless somebody asked for this load by hand.
    /// A rotated secret that is refused holds up nothing else: what is in force takes its place then.
    pub(super) fn accept(&self, collected: &Collected, by_hand: Option<Limit>) -> Result<u64, Error> {
        let newest = self.stores.newest();
        let attempt = |table: &Arc<Table>| {
            let known = Accepted { table: Arc::clone(table), variables: Arc::clone(&collected.variables) };
            let accept = |secrets: &Secrets| self.accept_with(collected, by_hand.is_some(), secrets);
            self.stores.resolve_or_await(known, by_hand, accept)
        };
        if newest.candidates.is_empty() {
            return attempt(&newest.table).inspect(|_| self.forgive_secrets());
        }
        if newest.refused_before && by_hand.is_none() {
            // They are tried again by themselves; here, they only count if nothing goes without them.
            return attempt(&newest.in_force).or_else(|error| attempt(&newest.table).map_err(|_| error));
        }
        if let Ok(version) = attempt(&newest.table) {
            self.forgive_secrets();
            return Ok(version);
        }
        match attempt(&newest.in_force) {
            Ok(_) => self.rotate(),
            // What was fetched goes live beside what the sources say wrong.
            Err(error) if by_hand.is_some() => Err(self.rotate().err().into_iter().fold(error, Error::and)),
            Err(error) => Err(error),
        }
    }

    fn accept_with(&self, collected: &Collected, by_hand: bool, secrets: &Secrets) -> Result<u64, Error> {
        let state = self.writer.enter()?;
        self.open()?;
        let none = Holds::default();
        let holds = if by_hand { &none } else { &state.holds };
        let Ground { layers, variables, holds } = holds.overrule(&collected.layers, &collected.variables);
        let lookup = |name: &str| lookup(&variables, name);
        let input = Input {
            layers: &layers,
            pins: &state.pins,
            names: Some(&collected.names),
            variables: &lookup,
            unread: collected.unread.clone(),
            secrets,
        };
        let (loaded, pins) = conflict::settle(self.model, self.policy.conflict, &input)?;
        let input = Input { pins: &pins, unread: Vec::new(), ..input };
        let (live, pending) = self.hold_back(loaded, &input)?;
        let next = State { layers, variables, pins, pending, holds, secrets: secrets.accepted() };
        let rotated = rotate::changed(&state.secrets, &next.secrets);
        let cause = match collected.changed || rotated.is_empty() {
            true => collected.cause.clone(),
            false => Cause::Secrets(rotated),
        };
        let request = Request { cause, expected: None, signature: None };
        self.commit(state, next, live, &request)
    }

    /// Keeps back what needs a restart.
    pub(super) fn hold_back(
        &self,
        loaded: Loaded,
        input: &Input<'_>,
    ) -> Result<(Loaded, Vec<PendingRestart>), Error> {
        gate::hold_back(self.model, self.policy.restart, &self.current.load_full(), loaded, input)
    }

    /// Asks those who may refuse the change.
    fn prepare(
        &self,
        current: &Arc<Published>,
        loaded: &Loaded,
        changed: &[usize],
        cause: &Cause,
    ) -> Result<(), Error> {
        if changed.is_empty() || self.hooks.len() == 0 {
            return self.open();
        }
        let (version, root) = (current.version + 1, Arc::clone(&loaded.root));
        let next = Arc::new(Published::new(version, root, loaded.tree.clone(), cause.clone()));
        let agreed = self.hooks.ask(current, &next, changed)?;
        // Hooks may take long, or be the ones who shut it down.
        self.open().inspect_err(|_| agreed.abort())
    }

    /// Publishes a validated configuration if it differs from the current one. Returns the current version.
    ///
    /// # Errors
    /// A prepare hook refuses, or there is no further version; nothing is changed then.
    pub(super) fn commit(
        &self,
        mut state: Writing<'_, State>,
        mut next: State,
        loaded: Loaded,
        request: &Request,
    ) -> Result<u64, Error> {
        let current = self.current.load_full();
        // Compares by code of the program, which may panic: before anything is changed.
        let changed = changed(&current, &loaded);
        let hidden = current.secrets_and(loaded.secrets.clone());
        let (shape, schemes) = (self.model.shape, Some(&**self.stores.schemes()));
        next.know(Taint { shape, hidden: &hidden, schemes });
        let version = if changed.is_empty() { current.version } else { following(current.version)? };
        let record = self.record(&current, &loaded, &changed, request);
        let step = self.step(&next, &loaded, record.clone());
        // Last of what can fail: whoever agrees must be told if the change does not come.
        self.prepare(&current, &loaded, &changed, &request.cause)?;
        let duration = state.since().elapsed();
        let step = step.map(|step| step.took(duration));
        let record = record.map(|record| Record { duration, ..record });
        if request.cause.is_of_sources() {
            // Before the publish: who sees the new version must not be told that the last reload was refused.
            let mut board = self.board();
            board.last_error = None;
            board.refused_sources.clear();
            drop(board);
            self.errors.settle();
        }
        let waiting = gate::news(&state.pending, &next.pending);
        *state = next;
        self.stores.adopt(&state.secrets);
        {
            let mut board = self.board();
            self.show(&state);
            board.references = loaded.references;
            board.secrets.extend(loaded.secrets.iter().cloned());
        }
        self.warn(loaded.warnings);
        let forgotten = step.map(|step| self.board().history.take(step));
        let old = (!changed.is_empty()).then(|| {
            let next = Published::new(version, Arc::clone(&loaded.root), loaded.tree, request.cause.clone())
                .with_secrets(current.secrets_and(loaded.secrets))
                .with_sealed(current.sealed_and(loaded.sealed));
            let old = self.current.publish(next);
            if let Some(health) = &self.policy.health {
                health.published(version, &request.cause);
            }
            self.notifier.announce(changed.into_iter().map(Topic::Slot));
            old
        });
        if let Some(record) = record {
            self.observers.record(Outcome::published(current.version, record));
        }
        self.announce_expiry(&state);
        let kept = self.keeper.as_ref().map(|keeper| (keeper, keeper.note()));
        // Old values may take long to drop, and may do anything, as a logger may: not under the lock.
        drop(state);
        self.observers.deliver();
        gate::tell(&waiting);
        let_go((loaded.root, current, old, forgotten));
        kept.into_iter().for_each(|(keeper, noted)| keeper.await_for(&request.cause, noted));
        self.retry_refused(&request.cause);
        Ok(version)
    }

    /// A rotated secret that was refused may be valid beside what is in force now.
    fn retry_refused(&self, cause: &Cause) {
        if let Some(commands) = &self.commands
            && !matches!(cause, Cause::Secrets(_))
            && self.stores.has_refused()
        {
            // A thread that is gone rotates nothing.
            let _ = commands.send(Command::Secrets);
        }
    }

    /// Lets the engine's thread know that something goes by itself.
    fn announce_expiry(&self, state: &State) {
        let expires = state.pins.values().any(|pin| pin.until.is_some());
        if let Some(commands) = self.commands.as_ref().filter(|_| expires) {
            // A thread that is gone takes nothing back.
            let _ = commands.send(Command::Expiry);
        }
    }

    /// Whether the last refusal said the same, but for counters and the like.
    pub(super) fn is_known(&self, error: &Error) -> bool {
        let said = |error: &Error| gist(&error.to_string());
        self.board().last_error.as_ref().is_some_and(|(_, last)| said(last) == said(error))
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

    /// Makes a refusal of what the sources say known, and lets the status say so of each of them.
    pub(super) fn refuse_sources(&self, error: &Error, changed: &BTreeSet<String>) {
        {
            let mut board = self.board();
            board.refused_sources = refused::sources(error, changed, &board.refused_sources);
        }
        self.refuse(error);
    }

    /// Makes known that the configuration runs, but not as its sources have it: to those too who subscribe later.
    pub(crate) fn refuse_start(&self, error: &Error) {
        self.refuse_sources(error, &BTreeSet::new());
        self.errors.stand();
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
        self.tell(Error::warnings(new));
    }

    /// Makes known what is no fault of the sources.
    pub(super) fn tell(&self, report: Error) {
        log::warn!("hotswap: {report}");
        self.warnings.put(report);
        self.notifier.announce([Topic::Warning]);
    }
}

/// Versions never go back, so after the last one there is none.
fn following(version: u64) -> Result<u64, Error> {
    version.checked_add(1).ok_or_else(|| {
        let message = format!("version {version} is the last one that can be counted");
        Issue::new(IssueKind::Write, Keys::root(), message).with_help("start the program anew").into()
    })
}

/// A variable of the process, else of a dotenv file.
pub(super) fn lookup(variables: &Variables, name: &str) -> Option<String> {
    variables.get(std::ffi::OsStr::new(name)).and_then(|value| value.to_str()).map(str::to_owned)
}

/// The numbers whose values differ, by `PartialEq` and in their encoded form; structs follow their leaves.
pub(crate) fn changed(current: &Published, loaded: &Loaded) -> Vec<usize> {
    let shape = loaded.root.shape();
    let differs = |slot: &usize| {
        let keys = shape.keys_of(*slot);
        keys.find(&current.tree) != keys.find(&loaded.tree)
    };
    let candidates = loaded.root.changed_since(&*current.root).into_iter();
    let leaves = candidates.filter(|slot| shape.is_leaf(*slot)).filter(differs);
    // A struct is not compared again: it differs where a leaf below it does.
    let numbers: BTreeSet<usize> = leaves.flat_map(|leaf| shape.down_to(leaf)).collect();
    numbers.into_iter().collect()
}

/// Pins that make `keys` stay as the current version has them.
pub(super) fn frozen(current: &Published, slots: impl Iterator<Item = usize>) -> Pins {
    let shape = current.root.shape();
    slots
        .map(|slot| shape.keys_of(slot))
        .map(|keys| (keys.clone(), Pin::new(keys.find(&current.tree).cloned(), None)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::following;

    /// I32: to begin again at 0 would be to go back.
    #[test]
    fn no_version_follows_the_last_one() {
        assert_eq!(following(u64::MAX - 1).unwrap(), u64::MAX);
        assert!(following(u64::MAX).unwrap_err().to_string().contains("the last one"));
    }
}
