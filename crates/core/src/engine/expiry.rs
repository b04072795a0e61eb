//! Removes expired overrides.

use std::time::Instant;

use super::{Core, Request, State, refused::Retried};
use crate::{
    backoff::RetryTimer,
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    overrides::{Overrides, without_expired},
    snapshot::Cause,
};

/// The state of the engine's thread for expiries.
#[derive(Default)]
pub(super) struct Expiries {
    /// The time up to which expiries were tried.
    tried: Option<Instant>,
    again: RetryTimer,
}

impl Expiries {
    /// The time of the next check.
    pub(super) fn next(&self, core: &Core) -> Option<Instant> {
        core.next_expiry(self.tried).into_iter().chain(self.again.at()).min()
    }

    /// Whether an override is to be removed now. With `after_write`, overrides that had to stay are tried again,
    /// because they may be removable after a write.
    pub(super) fn are_due(&mut self, core: &Core, now: Instant, after_write: bool) -> bool {
        let again = self.again.is_due(now);
        let retry = after_write && !core.shared_status().last_refusals.varies(Retried::Expiry);
        if retry || again {
            self.tried = None;
        }
        let due = core.next_expiry(self.tried).is_some_and(|at| at <= now);
        if again && !due {
            // The override that had to stay was cleared.
            self.again = RetryTimer::default();
        }
        due
    }

    /// Records whether all overrides that were due could be removed.
    pub(super) fn record(&mut self, gone: bool, now: Instant) {
        self.tried = Some(now);
        self.again.record(gone, now);
    }
}

impl Core {
    /// The time of the next expiry after `tried`.
    pub(super) fn next_expiry(&self, tried: Option<Instant>) -> Option<Instant> {
        let state = self.in_force();
        let moments = state.basis.overrides.values().filter_map(|entry| Some(entry.until?.moment));
        moments.filter(|moment| tried.is_none_or(|tried| *moment > tried)).min()
    }

    /// Removes expired overrides.
    ///
    /// # Errors
    /// Without some of them the configuration would be invalid; these stay, and the others are removed.
    pub(super) fn expire(&self, now: Instant) -> Result<(), Error> {
        let is_known = |error: &Error| self.is_known(Retried::Expiry, error);
        self.attempt_unless(is_known, Instant::now(), &Cause::Expired, None, || self.try_expire(now))
    }

    fn try_expire(&self, now: Instant) -> Result<(), Error> {
        let state = self.writer.enter()?;
        self.open()?;
        let over = state.basis.overrides.iter().filter(|(_, entry)| entry.is_over(now));
        let over: Vec<_> = over.map(|(keys, _)| keys.clone()).collect();
        if over.is_empty() {
            return Ok(());
        }
        let count = over.len();
        let (overrides, stay) = self.without(&state, over, now);
        if stay.len() < count {
            let request = Request::new(Cause::Expired);
            self.with_overrides(state, overrides, &request)?;
        }
        if stay.is_empty() { Ok(()) } else { Err(Error::new(stay)) }
    }

    /// The overrides that stay, and those that expired ones covered: expired ones are removed unless the load then
    /// fails.
    fn without(&self, state: &State, over: Vec<Keys>, now: Instant) -> (Overrides, Vec<Issue>) {
        let all_gone = without_expired(state.basis.overrides.clone(), now);
        if self.problems(state, &all_gone).is_empty() {
            return (all_gone, Vec::new());
        }
        let (mut overrides, mut stay) = (state.basis.overrides.clone(), Vec::new());
        for keys in over {
            let Some(entry) = overrides.remove(&keys) else { continue };
            overrides.extend(entry.lasting().cloned().map(|lasting| (keys.clone(), lasting)));
            let problems = self.problems(state, &overrides);
            if let Some(first) = problems.first() {
                let problem = on_one_line(first);
                let message = format!("the override's time is over, but it stays: without it, {problem}");
                stay.push(Issue::new(IssueKind::Override, keys.clone(), message));
                overrides.insert(keys, entry);
            }
        }
        (overrides, stay)
    }
}

/// A problem and its origins as a part of a message, which has no line breaks.
fn on_one_line(issue: &Issue) -> String {
    issue.to_string().lines().map(str::trim).collect::<Vec<_>>().join(", ")
}
