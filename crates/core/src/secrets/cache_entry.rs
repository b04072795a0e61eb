//! The cache entry of one location.

use std::{sync::Arc, time::Instant};

use super::{
    FetchError, Lease,
    cache::RefreshPolicy,
    retry::next_refresh,
    table::{Answer, CachedSecret},
};
use crate::{backoff::Backoff, issue::gist};

/// The state of one location.
#[derive(Debug, Default)]
pub(super) struct CacheEntry {
    /// The last good response.
    pub(super) kept: Option<Arc<CachedSecret>>,
    /// The last failure since then.
    pub(super) failure: Option<FetchError>,
    /// Whether a load was refused because it was missing.
    pub(super) missing: bool,
    pub(super) due: Option<Instant>,
    backoff: Backoff,
    /// The time of the first hint from its store that was not handled yet.
    pub(super) hinted: Option<Instant>,
    /// Whether it is to be fetched even if it could be renewed.
    pub(super) anew: bool,
    /// Whether the end of its lease was reported.
    pub(super) over: bool,
    /// The reason for which the last good response is not in force, if a load with it was refused.
    pub(super) refused: Option<String>,
    refusals: Backoff,
}

impl CacheEntry {
    pub(super) fn accept(&mut self, kept: Arc<CachedSecret>, policy: RefreshPolicy) {
        self.due = next_refresh(&kept.term(), policy.follow.then_some(policy.refresh));
        (self.kept, self.failure) = (Some(kept), None);
        (self.hinted, self.anew, self.over) = (None, false, false);
        self.backoff.reset();
        if self.refused.is_some() {
            // Unchanged since it was refused.
            self.ask_soon(Instant::now(), policy);
        }
    }

    /// A load with the last good response was refused. Returns whether it was refused before for the
    /// same reason.
    pub(super) fn refuse(&mut self, why: &str, now: Instant, policy: RefreshPolicy) -> bool {
        let before = self.refused.replace(why.to_owned());
        self.ask_soon(now, policy);
        before.is_some_and(|before| gist(&before) == gist(why))
    }

    /// Schedules a fetch after a pause that grows with each consecutive refusal.
    fn ask_soon(&mut self, now: Instant, policy: RefreshPolicy) {
        self.anew = true;
        let leased = self.kept.as_ref().is_some_and(|kept| kept.term().lease.is_some());
        if !policy.follow && !leased {
            return;
        }
        let soon = self.refusals.next(now, policy.refresh);
        self.due = Some(self.due.map_or(soon, |due| due.min(soon)));
    }

    /// The last good response is in force.
    pub(super) fn accepted(&mut self) {
        self.refused = None;
        self.refusals.reset();
    }

    pub(super) fn failed(&mut self, error: FetchError, now: Instant, policy: RefreshPolicy) {
        self.failure = Some(error);
        self.hinted = None;
        self.due = Some(self.backoff.next(now, policy.refresh));
    }

    pub(super) fn renewable(&self) -> Option<Lease> {
        let lease = self.kept.as_ref()?.term().lease?;
        (!self.anew && lease.is_renewable()).then_some(lease)
    }

    /// Returns whether the secret changed or may be used again, and whether it was missing.
    pub(super) fn record(&mut self, answer: Answer, now: Instant, policy: RefreshPolicy) -> (bool, bool) {
        let fresh = match answer {
            Ok(fresh) => fresh,
            Err(error) => {
                self.failed(error, now, policy);
                return (false, false);
            }
        };
        let missing = std::mem::take(&mut self.missing);
        let was_over = self.over || self.kept.as_ref().is_some_and(|kept| kept.is_over(now));
        match self.kept.clone().filter(|kept| kept.payload == fresh.payload) {
            Some(same) => {
                same.take_term(fresh.term());
                self.accept(same, policy);
                (was_over, missing)
            }
            None => {
                self.refused = None;
                self.accept(fresh, policy);
                (true, missing)
            }
        }
    }

    /// Returns whether it must be fetched again.
    pub(super) fn record_renewal(
        &mut self,
        answer: Result<Lease, FetchError>,
        asked: Instant,
        now: Instant,
        policy: RefreshPolicy,
    ) -> bool {
        let Some(kept) = self.kept.clone() else { return false };
        match answer {
            Ok(lease) => {
                let before = kept.term().lease.map(|lease| lease.lasts());
                // Near its maximum lifetime a lease is renewed for ever shorter times, so a new one is
                // fetched early.
                let dwindles = before.is_some_and(|before| lease.lasts() < before / 2);
                kept.renew(lease, asked);
                self.accept(kept, policy);
                self.anew = dwindles;
            }
            Err(error) if error.kind().is_passing() => self.failed(error, now, policy),
            Err(_) => {
                (self.anew, self.due) = (true, Some(now));
                return true;
            }
        }
        false
    }
}
