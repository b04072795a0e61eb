//! The runtime's own observers of each accepted change: status, history, snapshot, health, subscribers, events, expiry
//! and state directory.
//!
//! These observers run on the writer's thread, under the writer lock, in the order of [`INTERNAL`]. So they must be
//! quick. Work that calls code of the program or waits for a disk belongs in `after_publish`, and audit logs and
//! metrics belong in [`Observe`](crate::Observe).

use std::{collections::BTreeSet, mem::take, sync::Arc, time::Instant};

use super::{Core, State, observers::AttemptOutcome, refused::Retried, run::Command};
use crate::{
    history::{Evicted, PendingEntry},
    issue::Issue,
    keys::Keys,
    load::ReferencePaths,
    overrides::OverrideEntry,
    snapshot::{Cause, Published},
    subscribe::Topic,
};

/// An accepted change, with or without a new version. An observer takes the parts that only it needs.
pub(super) struct Accepted<'c> {
    pub(super) state: &'c State,
    pub(super) cause: &'c Cause,
    /// Whether it is the current content of the sources.
    pub(super) of_sources: bool,
    /// The next version; `None` if no value changed, and after it was published.
    pub(super) next: Option<Published>,
    /// The numbers whose values differ from the previous version; empty without a new version.
    pub(super) changed: Vec<usize>,
    /// Leaves in which the load found secrets without a mark.
    pub(super) secrets: BTreeSet<Keys>,
    pub(super) references: ReferencePaths,
    /// All warnings; later only the new ones.
    pub(super) warnings: Vec<Issue>,
    pub(super) entry: Option<PendingEntry>,
    pub(super) outcome: Option<AttemptOutcome>,
    pub(super) after_publish: AfterPublish,
}

/// The work that observers leave to be done without a lock.
#[derive(Default)]
pub(super) struct AfterPublish {
    /// The number of the write in the state directory.
    pub(super) noted: Option<u64>,
    /// Old values. Dropping them may take long, and may run code of the program.
    pub(super) old: Option<Arc<Published>>,
    pub(super) forgotten: Option<Evicted>,
}

/// In this order, a reader that sees the new snapshot finds its status and its record, and a callback finds the
/// snapshot.
pub(super) const EFFECTS: [fn(&Core, &mut Accepted<'_>); 8] = [
    Core::show_status,
    Core::extend_history,
    Core::replace_snapshot,
    Core::begin_probation,
    Core::notify_subscribers,
    Core::report_event,
    Core::announce_expiry,
    Core::note_state,
];

impl Core {
    fn show_status(&self, accepted: &mut Accepted<'_>) {
        if accepted.of_sources {
            self.forgive_sources();
        }
        self.forgive_expiry(accepted.state);
        {
            let mut shared_status = self.shared_status();
            self.set_in_force(accepted.state);
            shared_status.references = take(&mut accepted.references);
            shared_status.secrets.extend(take(&mut accepted.secrets));
        }
        accepted.warnings = self.set_warnings(take(&mut accepted.warnings));
    }

    /// Before the publish, so that a reader of the new version does not see the last reload as refused.
    fn forgive_sources(&self) {
        let mut shared_status = self.shared_status();
        shared_status.refused_sources.clear();
        shared_status.last_refusals.clear(Retried::Reload);
        // A rotated secret may still be refused.
        shared_status.last_error = shared_status.last_refusals.last();
        drop(shared_status);
        self.errors.clear_standing();
    }

    /// An override that had to stay may have been replaced or removed.
    fn forgive_expiry(&self, state: &State) {
        let now = Instant::now();
        let is_overdue = |entry: &OverrideEntry| entry.is_over(now);
        let is_refused = self.shared_status().last_refusals.has(Retried::Expiry);
        if is_refused && !state.basis.overrides.values().any(is_overdue) {
            self.forgive(Retried::Expiry);
        }
    }

    fn extend_history(&self, accepted: &mut Accepted<'_>) {
        accepted.after_publish.forgotten =
            accepted.entry.take().map(|entry| self.shared_status().history.push(entry));
    }

    fn replace_snapshot(&self, accepted: &mut Accepted<'_>) {
        accepted.after_publish.old = accepted.next.take().map(|next| self.current.publish(next));
    }

    fn begin_probation(&self, accepted: &mut Accepted<'_>) {
        if let (Some(health), false) = (&self.policy.health, accepted.changed.is_empty()) {
            health.published(accepted.state.revision.version(), accepted.cause);
        }
    }

    fn notify_subscribers(&self, accepted: &mut Accepted<'_>) {
        if !accepted.changed.is_empty() {
            self.notifier.announce(take(&mut accepted.changed).into_iter().map(Topic::Slot));
        }
    }

    /// Sends the event to the observers of the program and to the log.
    fn report_event(&self, accepted: &mut Accepted<'_>) {
        accepted.outcome.take().into_iter().for_each(|outcome| self.observers.record(outcome));
    }

    /// Notifies the engine's thread of an override with an expiry.
    fn announce_expiry(&self, accepted: &mut Accepted<'_>) {
        let expires = accepted.state.basis.overrides.values().any(|entry| entry.until.is_some());
        if let Some(commands) = self.commands.as_ref().filter(|_| expires) {
            // The thread may have ended.
            let _ = commands.send(Command::Expiry);
        }
    }

    fn note_state(&self, accepted: &mut Accepted<'_>) {
        accepted.after_publish.noted =
            self.state_writer.as_ref().map(|state_writer| state_writer.mark_dirty());
    }
}
