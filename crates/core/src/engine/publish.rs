//! From a candidate to the current version: the gates, and the one step that publishes it.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    Core, PendingRestart, Request, State,
    basis::Write,
    effects::{Accepted, AfterPublish, EFFECTS},
    gate,
    lock::Writing,
    observers::AttemptOutcome,
    propose::Candidate,
    refused::Retried,
    run::Command,
};
use crate::{
    erased_config::ErasedConfig,
    error::Error,
    history::{
        Evicted, PendingEntry, Record, SecretLeaves,
        change::{self, Side},
    },
    issue::{Issue, IssueKind},
    keys::Keys,
    load::Loaded,
    panics::drop_quietly,
    secret::marker::SecretMarker,
    shape::Shape,
    snapshot::{Cause, Published},
};

/// A candidate that passed all gates.
pub(super) struct Ticket {
    candidate: Candidate,
    version: u64,
    /// The numbers whose values differ from the current version.
    changed: Vec<usize>,
    /// The outcome for observers, if there are any.
    outcome: Option<AttemptOutcome>,
    entry: Option<PendingEntry>,
}

/// The work that remains after the writer lock is released.
#[must_use]
pub(super) struct Publication {
    version: u64,
    cause: Cause,
    waiting: Vec<PendingRestart>,
    /// The new warnings.
    warnings: Vec<Issue>,
    /// The number of the write to the state directory.
    noted: Option<u64>,
    garbage: Garbage,
}

/// Old values. Dropping them may take long, and may run code of the program.
type Garbage = (Arc<dyn ErasedConfig>, Arc<Published>, Option<Arc<Published>>, Option<Evicted>);

impl Core {
    /// Runs all gates of a candidate. Prepare hooks are last, because a hook that agreed must be notified if the
    /// change is refused.
    pub(super) fn ask_gates(
        &self,
        writing: &Writing<'_, State>,
        current: &Arc<Published>,
        mut candidate: Candidate,
        request: &Request,
    ) -> Result<Ticket, Error> {
        // Comparing runs code of the program, which may panic, so it is done before anything is changed.
        let changed = changed(current, &candidate.loaded);
        let hidden = current.secrets_and(candidate.loaded.secrets.clone());
        let (shape, providers) = (self.config_type.shape, Some(&**self.secret_manager.providers()));
        candidate.state.mark_secret(SecretMarker { shape, hidden: &hidden, providers });
        let version = if changed.is_empty() { current.version } else { following(current.version)? };
        let request = Request { cause: candidate.cause.clone(), ..request.clone() };
        let record = self.record(current, &candidate.loaded, &changed, &request);
        let entry = self.pending_entry(&candidate, record.clone(), &hidden);
        let accepted = self.count(writing, &mut candidate, version, &request);
        self.prepare(current, &candidate.loaded, &changed, &candidate.cause)?;
        let duration = writing.since().elapsed();
        let entry = entry.map(|entry| entry.with_duration(duration));
        let outcome = match record {
            Some(record) => Some(AttemptOutcome::published(current.version, Record { duration, ..record })),
            None => accepted.map(|accepted| accepted.took(duration)),
        };
        Ok(Ticket { candidate, version, changed, outcome, entry })
    }

    /// Counts an accepted change. Returns the outcome for observers of a change without a version; `None` if nothing
    /// in force differs and no refused source is valid again.
    fn count(
        &self,
        before: &State,
        candidate: &mut Candidate,
        version: u64,
        request: &Request,
    ) -> Option<AttemptOutcome> {
        if version != before.revision.version() {
            candidate.state.published(version);
            return None;
        }
        let differences = before.differences(&candidate.state);
        let by = request.options.as_ref().and_then(|options| options.by.clone());
        let cause = candidate.cause.clone();
        let is_valid_again = candidate.of_sources && self.has_refused_sources();
        if differences.is_empty() && !is_valid_again {
            return None;
        }
        candidate.state.accepted(Write { cause: cause.clone(), by: by.clone() });
        let changed = differences.paths.into_iter().collect();
        let outcome = || AttemptOutcome::Accepted { cause, by, changed, duration: Duration::ZERO, version };
        self.observers.are_interested().then(outcome)
    }

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
        // Hooks may take long, and may shut the configuration down.
        self.open().inspect_err(|_| agreed.abort())
    }

    /// The record of the next version for the history and observers; `None` if no value changed, or if it is not
    /// needed. Encoding values runs code of the program, which may panic.
    fn record(
        &self,
        current: &Published,
        loaded: &Loaded,
        changed: &[usize],
        request: &Request,
    ) -> Option<Record> {
        if changed.is_empty() || !(self.policy.history.versions > 0 || self.observers.are_interested()) {
            return None;
        }
        let version = current.version.saturating_add(1);
        Some(record(version, current, loaded, changed, request, self.has_sources()))
    }

    /// The history entry for when the candidate is in force; `None` if there is no history.
    fn pending_entry(
        &self,
        candidate: &Candidate,
        record: Option<Record>,
        hidden: &BTreeSet<Keys>,
    ) -> Option<PendingEntry> {
        let before = self.shared_status().history.baseline(record.is_some())?;
        let Loaded { root, tree, secrets, .. } = &candidate.loaded;
        let content = candidate.state.content(root, tree, self.has_sources());
        let hidden = &whole_leaves(self.config_type.shape, hidden);
        Some(before.entry(content, record, SecretLeaves { read: secrets, hidden }))
    }

    /// Publishes a candidate, if a value differs, and runs the internal observers.
    pub(super) fn publish(
        &self,
        mut writing: Writing<'_, State>,
        current: Arc<Published>,
        ticket: Ticket,
    ) -> Publication {
        let Ticket { candidate, version, changed, outcome, entry } = ticket;
        let Candidate { state, loaded, cause, of_sources, .. } = candidate;
        let Loaded { root, tree, secrets, sealed, references, warnings } = loaded;
        let waiting = gate::news(&writing.pending, &state.pending);
        let next = (!changed.is_empty()).then(|| {
            Published::new(version, Arc::clone(&root), tree, cause.clone())
                .with_secrets(current.secrets_and(secrets.clone()))
                .with_sealed(current.sealed_and(sealed))
        });
        *writing = state;
        self.secret_manager.adopt(&writing.basis.secrets);
        let (state, after_publish) = (&*writing, AfterPublish::default());
        let mut accepted = Accepted {
            state,
            cause: &cause,
            of_sources,
            next,
            changed,
            secrets,
            references,
            warnings,
            entry,
            outcome,
            after_publish,
        };
        EFFECTS.iter().for_each(|observe| observe(self, &mut accepted));
        let Accepted { warnings, after_publish: AfterPublish { noted, old, forgotten }, .. } = accepted;
        Publication { version, cause, waiting, warnings, noted, garbage: (root, current, old, forgotten) }
    }

    /// The work without a lock: drops old values, waits for the disk. Returns the version.
    pub(super) fn after_publish(&self, publication: Publication) -> u64 {
        let Publication { version, cause, waiting, warnings, noted, garbage } = publication;
        self.tell_warnings(warnings);
        gate::log_pending(&waiting);
        drop_quietly(garbage);
        if let Some((state_writer, noted)) = self.state_writer.as_ref().zip(noted) {
            state_writer.wait_durable(&cause, noted);
        }
        self.retry_refused(&cause);
        version
    }

    /// Whether the current content of a source is refused.
    fn has_refused_sources(&self) -> bool {
        let shared_status = self.shared_status();
        let refusals = &shared_status.last_refusals;
        let is_other = || shared_status.last_error.is_some() && refusals.last().is_none();
        refusals.has(Retried::Reload) || !shared_status.refused_sources.is_empty() || is_other()
    }

    /// Rotated secrets and sources that were refused may be valid with the new version.
    fn retry_refused(&self, cause: &Cause) {
        let Some(commands) = &self.commands else { return };
        // The thread may have ended.
        if !matches!(cause, Cause::Secrets(_)) && self.secret_manager.has_refused() {
            let _ = commands.send(Command::Secrets);
        }
        if self.shared_status().last_refusals.has(Retried::Reload) {
            let _ = commands.send(Command::Reconsider);
        }
    }
}

/// The leaves with a path of their own. A flattened leaf has the path of the table that it shares with others.
pub(crate) fn whole_leaves(shape: &'static Shape, leaves: &BTreeSet<Keys>) -> BTreeSet<Keys> {
    leaves.iter().filter(|leaf| !shape.is_struct(leaf)).cloned().collect()
}

/// The record of a version that is about to be published.
pub(crate) fn record(
    version: u64,
    current: &Published,
    loaded: &Loaded,
    changed: &[usize],
    request: &Request,
    loads: bool,
) -> Record {
    let shape = loaded.root.shape();
    let leaves: Vec<_> = changed.iter().copied().filter(|slot| shape.is_leaf(*slot)).collect();
    let old = Side { root: &*current.root, tree: &current.tree, loaded: loads };
    let new = Side { root: &*loaded.root, tree: &loaded.tree, loaded: loads };
    let hides = |leaf: &Keys| current.hides_at(leaf) || loaded.secrets.contains(leaf);
    let by = request.options.as_ref().and_then(|options| options.by.as_deref());
    Record {
        version,
        at: SystemTime::now(),
        cause: request.cause.clone(),
        by: by.map(str::to_owned),
        changed: leaves.iter().map(|slot| shape.keys_of(*slot).to_string()).collect(),
        changes: change::between(old, new, &leaves, version, hides),
        duration: Duration::ZERO,
    }
}

/// Versions never decrease, so no version follows the last number.
fn following(version: u64) -> Result<u64, Error> {
    version.checked_add(1).ok_or_else(|| {
        let message = format!("version {version} is the last one that can be counted");
        Issue::new(IssueKind::Write, Keys::root(), message).with_help("restart the program").into()
    })
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
    // Structs are not compared again: a struct differs if a leaf below it differs.
    let numbers: BTreeSet<usize> = leaves.flat_map(|leaf| shape.down_to(leaf)).collect();
    numbers.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::following;

    /// Wrapping to 0 would decrease the version.
    #[test]
    fn no_version_follows_the_last_one() {
        assert_eq!(following(u64::MAX - 1).unwrap(), u64::MAX);
        assert!(following(u64::MAX).unwrap_err().to_string().contains("the last one"));
    }
}
