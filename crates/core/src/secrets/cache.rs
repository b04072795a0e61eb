//! The last good response for each location, and when it is fetched again. Makes decisions; sends no requests.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    FetchError, Lease, Location,
    cache_entry::CacheEntry,
    lookup::SecretSet,
    reference::SecretKey,
    retry::{CircuitBreaker, Permit},
    table::{CachedSecret, Table},
};
use crate::issue::gist;

/// The pause after the last hint before a read, because files are written in steps.
const QUIET: Duration = Duration::from_millis(50);
/// The longest delay of a read if a file is written without a pause.
const MAX_WAIT: Duration = Duration::from_millis(500);

/// How often secrets without a lease are fetched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefreshPolicy {
    pub(crate) refresh: Duration,
    /// Whether to detect changes; leases are renewed in either case.
    pub(crate) follow: bool,
}

/// The cached secrets of a configuration.
#[derive(Debug, Default)]
pub(crate) struct SecretCache {
    /// The secrets of the current version.
    pub(super) accepted: SecretSet,
    pub(super) entries: BTreeMap<SecretKey, CacheEntry>,
    breakers: BTreeMap<Arc<str>, CircuitBreaker>,
    /// The locations that each provider was told to watch.
    watched: BTreeMap<Arc<str>, BTreeSet<Location>>,
    /// Leases of secrets that were refused and replaced.
    pub(super) discarded: BTreeMap<Arc<str>, Vec<Lease>>,
}

/// The requests that are due now.
#[derive(Debug, Default)]
pub(super) struct DueWork {
    pub(super) watch: BTreeMap<Arc<str>, BTreeSet<Location>>,
    pub(super) renew: BTreeMap<SecretKey, Lease>,
    pub(super) fetch: BTreeSet<SecretKey>,
    /// Whether a lease has ended.
    pub(super) over: bool,
}

/// The changes from responses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Whether a secret in use changed, may be used again, or may no longer be used.
    pub(super) changed: bool,
    /// Whether a missing secret was found.
    pub(super) found: bool,
}

impl DueWork {
    pub(super) fn is_empty(&self) -> bool {
        self.watch.is_empty() && self.renew.is_empty() && self.fetch.is_empty() && !self.over
    }
}

impl SecretCache {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&SecretKey, &CacheEntry)> {
        self.entries.iter()
    }

    /// The newest known secrets.
    pub(super) fn known(&self) -> Table {
        let known =
            self.entries.iter().filter_map(|(secret_key, entry)| Some((secret_key, entry.kept.as_ref()?)));
        known.map(|(secret_key, kept)| (secret_key.clone(), Ok(Arc::clone(kept)))).collect()
    }

    /// Records the secrets of the current version.
    pub(super) fn adopt(&mut self, accepted: &SecretSet, policy: RefreshPolicy) {
        self.accepted = accepted.clone();
        self.entries.retain(|secret_key, entry| entry.missing || accepted.table.contains_key(secret_key));
        for (secret_key, answer) in &*accepted.table {
            let entry = self.entries.entry(secret_key.clone()).or_default();
            if let (Ok(kept), Some(newest)) = (answer, &entry.kept)
                && Arc::ptr_eq(kept, newest)
            {
                entry.accepted();
            }
            match (answer, &entry.kept) {
                (Ok(kept), None) => entry.accept(Arc::clone(kept), policy),
                // Fetched twice at the same time: from now on both share one object and one term.
                (Ok(kept), Some(twin)) if !Arc::ptr_eq(kept, twin) && kept.payload == twin.payload => {
                    kept.take_term(twin.term());
                    entry.kept = Some(Arc::clone(kept));
                }
                (Err(error), None) if entry.due.is_none() => {
                    entry.failed(error.clone(), Instant::now(), policy)
                }
                _ => {}
            }
        }
    }

    /// Forgets missing secrets, because each load requests them itself.
    pub(super) fn forget_missing(&mut self) {
        let used = &self.accepted.table;
        self.entries.retain(|secret_key, _| used.contains_key(secret_key));
        self.entries.values_mut().for_each(|entry| entry.missing = false);
    }

    /// Records secrets because of which a load was refused.
    pub(super) fn miss(&mut self, table: &Table, now: Instant, policy: RefreshPolicy) {
        for (secret_key, answer) in table {
            let entry = self.entries.entry(secret_key.clone()).or_default();
            match answer {
                Err(error) if error.kind().is_passing() && entry.kept.is_none() => {
                    entry.missing = true;
                    entry.failed(error.clone(), now, policy);
                }
                _ => {}
            }
        }
        self.entries.retain(|_, entry| entry.missing || entry.kept.is_some() || entry.failure.is_some());
    }

    /// Records that the provider of a scheme reported a possible change.
    pub(super) fn hint(&mut self, scheme: &str, now: Instant) {
        for (_, entry) in self.entries.iter_mut().filter(|(secret_key, _)| *secret_key.scheme == *scheme) {
            let first = *entry.hinted.get_or_insert(now);
            entry.due = Some((now + QUIET).min(first + MAX_WAIT));
            entry.anew = true;
        }
    }

    /// The requests that are due.
    pub(super) fn due_work(&mut self, now: Instant, policy: RefreshPolicy) -> DueWork {
        let mut work = DueWork { watch: self.unwatched(policy), ..DueWork::default() };
        let mut probed = BTreeSet::new();
        for (secret_key, entry) in &mut self.entries {
            let in_force = self.accepted.table.get(secret_key).and_then(|answer| answer.as_ref().ok());
            let ended = in_force.or(entry.kept.as_ref()).is_some_and(|kept| kept.is_over(now));
            work.over |= ended && !entry.over;
            entry.over = ended;
            if entry.due.is_none_or(|due| due > now) {
                continue;
            }
            match self
                .breakers
                .get(&secret_key.scheme)
                .map_or(Permit::Everything, |breaker| breaker.permit(now))
            {
                Permit::Everything => {}
                Permit::Probe if probed.insert(Arc::clone(&secret_key.scheme)) => {}
                Permit::Probe | Permit::Nothing(_) => continue,
            }
            match entry.renewable().filter(|_| !ended) {
                Some(lease) => drop(work.renew.insert(secret_key.clone(), lease)),
                None => drop(work.fetch.insert(secret_key.clone())),
            }
        }
        work
    }

    /// When the next request is due.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        let moments = self.entries.iter().flat_map(|(secret_key, entry)| {
            let leave = self
                .breakers
                .get(&secret_key.scheme)
                .map_or(Permit::Everything, |breaker| breaker.permit(now));
            let due = match leave {
                Permit::Nothing(until) => entry.due.map(|due| due.max(until)),
                _ => entry.due,
            };
            let in_force = self.in_force(secret_key).or(entry.kept.as_ref());
            let ends = in_force.and_then(|kept| kept.term().ends()).filter(|_| !entry.over);
            due.into_iter().chain(ends)
        });
        moments.min()
    }

    /// Records responses of stores.
    pub(super) fn record(&mut self, table: Table, now: Instant, policy: RefreshPolicy) -> Changes {
        self.record_answers(
            table.iter().map(|(secret_key, answer)| (secret_key, answer.as_ref().err())),
            now,
            policy,
        );
        let mut changes = Changes::default();
        for (secret_key, answer) in table {
            let used = self.accepted.table.contains_key(&secret_key);
            let Some(entry) = self.entries.get_mut(&secret_key) else { continue };
            let refused = entry.refused.is_some().then(|| entry.kept.clone()).flatten();
            let (another, missing) = entry.record(answer, now, policy);
            let lease = refused.filter(|_| entry.refused.is_none()).and_then(|refused| {
                refused.term().lease.filter(|lease| lease.id().is_some() && !refused.is_over(now))
            });
            if let Some(lease) = lease {
                self.discarded.entry(Arc::clone(&secret_key.scheme)).or_default().push(lease);
            }
            changes.changed |= used && another;
            changes.found |= missing;
        }
        changes
    }

    /// Records the results of renewals. Returns what cannot be renewed and must be fetched at once.
    pub(super) fn record_renewals(
        &mut self,
        renewals: BTreeMap<SecretKey, Result<Lease, FetchError>>,
        asked: Instant,
        now: Instant,
        policy: RefreshPolicy,
    ) -> BTreeSet<SecretKey> {
        self.record_answers(
            renewals.iter().map(|(secret_key, answer)| (secret_key, answer.as_ref().err())),
            now,
            policy,
        );
        let mut anew = BTreeSet::new();
        for (secret_key, answer) in renewals {
            let Some(entry) = self.entries.get_mut(&secret_key) else { continue };
            if entry.record_renewal(answer, asked, now, policy) {
                anew.insert(secret_key);
            }
        }
        anew
    }

    fn record_answers<'a>(
        &mut self,
        answers: impl Iterator<Item = (&'a SecretKey, Option<&'a FetchError>)>,
        now: Instant,
        policy: RefreshPolicy,
    ) {
        let mut answered: BTreeMap<&Arc<str>, bool> = BTreeMap::new();
        for (secret_key, error) in answers {
            *answered.entry(&secret_key.scheme).or_default() |=
                error.is_none_or(|error| !error.kind().is_passing());
        }
        for (scheme, answered) in answered {
            self.breakers.entry(Arc::clone(scheme)).or_default().record(answered, now, policy.refresh);
        }
    }

    /// The providers whose watched locations differ from those in use.
    fn unwatched(&mut self, policy: RefreshPolicy) -> BTreeMap<Arc<str>, BTreeSet<Location>> {
        if !policy.follow {
            return BTreeMap::new();
        }
        let mut wanted: BTreeMap<Arc<str>, BTreeSet<Location>> = BTreeMap::new();
        for scheme in self.watched.keys() {
            wanted.insert(Arc::clone(scheme), BTreeSet::new());
        }
        for secret_key in self.entries.keys() {
            wanted.entry(Arc::clone(&secret_key.scheme)).or_default().insert(secret_key.location.clone());
        }
        let changes: BTreeMap<_, _> =
            wanted.into_iter().filter(|(scheme, now)| self.watched.get(scheme) != Some(now)).collect();
        self.watched.extend(changes.clone());
        changes
    }

    /// Ends every watch: each provider that watches something, with an empty set.
    pub(super) fn unwatch_all(&mut self) -> BTreeMap<Arc<str>, BTreeSet<Location>> {
        let mut watched = std::mem::take(&mut self.watched);
        watched.retain(|_, locations| !locations.is_empty());
        watched.values_mut().for_each(BTreeSet::clear);
        watched
    }

    /// Every lease that its store can revoke before it ends.
    pub(super) fn revocable(&self, now: Instant) -> BTreeMap<Arc<str>, Vec<Lease>> {
        let mut leases: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (secret_key, entry) in &self.entries {
            // A candidate that was not accepted has a lease of its own.
            let in_force = self.in_force(secret_key).filter(|kept| !is_same(kept, entry.kept.as_ref()));
            let kept = entry.kept.iter().chain(in_force).filter(|kept| !kept.is_over(now));
            let revocable = kept.filter_map(|kept| kept.term().lease).filter(|lease| lease.id().is_some());
            leases.entry(Arc::clone(&secret_key.scheme)).or_default().extend(revocable);
        }
        leases.retain(|_, leases| !leases.is_empty());
        leases
    }

    /// Whether the last attempt at it failed for the same reason.
    pub(super) fn is_known(&self, secret_key: &SecretKey, error: &FetchError) -> bool {
        // A store may number its responses.
        let same = |known: &FetchError| {
            known.kind() == error.kind() && gist(&known.to_string()) == gist(&error.to_string())
        };
        self.entries.get(secret_key).and_then(|entry| entry.failure.as_ref()).is_some_and(same)
    }

    /// The requests of a reload by hand: secrets without a lease and failing ones are fetched again; healthy leases
    /// are only renewed. Stores with an open circuit are queried too.
    pub(super) fn by_hand(&self, now: Instant) -> DueWork {
        let mut work = DueWork::default();
        // A load requests missing secrets itself.
        for (secret_key, entry) in self.entries.iter().filter(|(_, entry)| !entry.missing) {
            let term = entry.kept.as_ref().map(|kept| kept.term());
            let over = entry.kept.as_ref().is_some_and(|kept| kept.is_over(now));
            match term.as_ref().map(|term| (&term.lease, entry.renewable())) {
                Some((Some(_), Some(lease))) if !over => drop(work.renew.insert(secret_key.clone(), lease)),
                Some((Some(_), _)) if !over && !entry.anew && entry.failure.is_none() => {}
                Some((None, _)) if term.as_ref().is_some_and(|term| term.settled) => {}
                _ => drop(work.fetch.insert(secret_key.clone())),
            }
        }
        work
    }
}

fn is_same(kept: &Arc<CachedSecret>, other: Option<&Arc<CachedSecret>>) -> bool {
    other.is_some_and(|other| Arc::ptr_eq(kept, other))
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
