//! Values that were set for a while go by themselves.

use std::time::Instant;

use super::{Core, Request, State, refused::Retried};
use crate::{
    backoff::RetryTimer,
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    overrides::Overrides,
    snapshot::Cause,
};

/// What the engine's thread knows of them.
#[derive(Default)]
pub(super) struct Expiries {
    /// Up to when they were looked at.
    tried: Option<Instant>,
    again: RetryTimer,
}

impl Expiries {
    /// When to look.
    pub(super) fn next(&self, core: &Core) -> Option<Instant> {
        core.next_expiry(self.tried).into_iter().chain(self.again.at()).min()
    }

    /// Whether an override is to be removed now. After a write, one that had to stay may be removable: that is `after_write`.
    pub(super) fn are_due(&mut self, core: &Core, now: Instant, after_write: bool) -> bool {
        let again = self.again.is_due(now);
        let retry = after_write && !core.shared_status().last_refusals.varies(Retried::Expiry);
        if retry || again {
            self.tried = None;
        }
        let due = core.next_expiry(self.tried).is_some_and(|at| at <= now);
        if again && !due {
            // Somebody took back what had to stay.
            self.again = RetryTimer::default();
        }
        due
    }

    /// Says whether all went that were due.
    pub(super) fn record(&mut self, gone: bool, now: Instant) {
        self.tried = Some(now);
        self.again.record(gone, now);
    }
}

impl Core {
    /// When the next override expires, of those that were not tried up to `tried`.
    pub(super) fn next_expiry(&self, tried: Option<Instant>) -> Option<Instant> {
        let state = self.in_force();
        let moments = state.basis.overrides.values().filter_map(|entry| Some(entry.until?.moment));
        moments.filter(|moment| tried.is_none_or(|tried| *moment > tried)).min()
    }

    /// Takes back the values whose time is over.
    ///
    /// # Errors
    /// Without some of them the configuration would be invalid; those stay, and the others go.
    pub(super) fn expire(&self, now: Instant) -> Result<(), Error> {
        let is_known = |error: &Error| self.is_known(Retried::Expiry, error);
        self.attempt_unless(is_known, Instant::now(), &Cause::Expired, None, || self.try_expire(now))
    }

    fn try_expire(&self, now: Instant) -> Result<(), Error> {
        let state = self.writer.enter()?;
        self.open()?;
        let over = state
            .basis
            .overrides
            .iter()
            .filter(|(_, entry)| entry.until.is_some_and(|until| until.moment <= now));
        let over: Vec<_> = over.map(|(keys, _)| keys.clone()).collect();
        if over.is_empty() {
            return Ok(());
        }
        let (overrides, stay) = self.without(&state, over);
        if overrides.len() < state.basis.overrides.len() {
            let request = Request::new(Cause::Expired);
            self.with_overrides(state, overrides, &request)?;
        }
        if stay.is_empty() { Ok(()) } else { Err(Error::new(stay)) }
    }

    /// The overrides that stay: expired ones are removed unless the load then fails.
    fn without(&self, state: &State, over: Vec<Keys>) -> (Overrides, Vec<Issue>) {
        let mut all_gone = state.basis.overrides.clone();
        all_gone.retain(|keys, _| !over.contains(keys));
        if self.problems(state, &all_gone).is_empty() {
            return (all_gone, Vec::new());
        }
        let (mut overrides, mut stay) = (state.basis.overrides.clone(), Vec::new());
        for keys in over {
            let Some(entry) = overrides.remove(&keys) else { continue };
            let problems = self.problems(state, &overrides);
            if let Some(first) = problems.first() {
                let message = format!("the override's time is over, but it stays: without it, {first}");
                stay.push(Issue::new(IssueKind::Override, keys.clone(), message));
                overrides.insert(keys, entry);
            }
        }
        (overrides, stay)
    }
}
