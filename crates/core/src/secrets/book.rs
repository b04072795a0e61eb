//! Every location that somebody needs: what is known of it, and when to ask again. Decides; asks nobody.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    FetchError, Lease, Location,
    entry::Entry,
    known::Accepted,
    pace::{Breaker, Leave},
    reference::Place,
    table::{Kept, Table},
};
use crate::issue::gist;

/// Files are written in steps: so long after the last hint they are read.
const QUIET: Duration = Duration::from_millis(50);
/// Who writes without a pause is read all the same.
const MAX_WAIT: Duration = Duration::from_millis(500);

/// How often to ask for what has no lease.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rhythm {
    pub(crate) refresh: Duration,
    /// Whether to notice changes at all; leases are kept in either case.
    pub(crate) follow: bool,
}

/// What is known, and what is due.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// What the current version stands on.
    pub(super) accepted: Accepted,
    pub(super) entries: BTreeMap<Place, Entry>,
    breakers: BTreeMap<Arc<str>, Breaker>,
    /// The locations that each provider was told to watch.
    watched: BTreeMap<Arc<str>, BTreeSet<Location>>,
    /// Leases of secrets that were refused and replaced.
    pub(super) discarded: BTreeMap<Arc<str>, Vec<Lease>>,
}

/// What is to be done now.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) watch: BTreeMap<Arc<str>, BTreeSet<Location>>,
    pub(super) renew: BTreeMap<Place, Lease>,
    pub(super) fetch: BTreeSet<Place>,
    /// A lease has ended.
    pub(super) over: bool,
}

/// What answers bring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct News {
    /// A secret in use is another now, or may be used again, or no more.
    pub(super) changed: bool,
    /// What was missing is there.
    pub(super) found: bool,
}

impl Work {
    pub(super) fn is_empty(&self) -> bool {
        self.watch.is_empty() && self.renew.is_empty() && self.fetch.is_empty() && !self.over
    }
}

impl Book {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&Place, &Entry)> {
        self.entries.iter()
    }

    /// The newest secrets of all that is known.
    pub(super) fn known(&self) -> Table {
        let known = self.entries.iter().filter_map(|(place, entry)| Some((place, entry.kept.as_ref()?)));
        known.map(|(place, kept)| (place.clone(), Ok(Arc::clone(kept)))).collect()
    }

    /// A version that stands on these is current.
    pub(super) fn adopt(&mut self, accepted: &Accepted, rhythm: Rhythm) {
        self.accepted = accepted.clone();
        self.entries.retain(|place, entry| entry.missing || accepted.table.contains_key(place));
        for (place, answer) in &*accepted.table {
            let entry = self.entries.entry(place.clone()).or_default();
            if let (Ok(kept), Some(newest)) = (answer, &entry.kept)
                && Arc::ptr_eq(kept, newest)
            {
                entry.accepted();
            }
            match (answer, &entry.kept) {
                (Ok(kept), None) => entry.take(Arc::clone(kept), rhythm),
                // Fetched twice at once: from now on it is one, and has one term.
                (Ok(kept), Some(twin)) if !Arc::ptr_eq(kept, twin) && kept.payload == twin.payload => {
                    kept.take_term(twin.term());
                    entry.kept = Some(Arc::clone(kept));
                }
                (Err(error), None) if entry.due.is_none() => {
                    entry.failed(error.clone(), Instant::now(), rhythm)
                }
                _ => {}
            }
        }
    }

    /// Loads ask for everything that is missing themselves.
    pub(super) fn forget_missing(&mut self) {
        let used = &self.accepted.table;
        self.entries.retain(|place, _| used.contains_key(place));
        self.entries.values_mut().for_each(|entry| entry.missing = false);
    }

    /// A load was refused because of these.
    pub(super) fn miss(&mut self, table: &Table, now: Instant, rhythm: Rhythm) {
        for (place, answer) in table {
            let entry = self.entries.entry(place.clone()).or_default();
            match answer {
                Err(error) if error.kind().is_passing() && entry.kept.is_none() => {
                    entry.missing = true;
                    entry.failed(error.clone(), now, rhythm);
                }
                _ => {}
            }
        }
        self.entries.retain(|_, entry| entry.missing || entry.kept.is_some() || entry.failure.is_some());
    }

    /// The provider of a scheme says that it may have something else.
    pub(super) fn hint(&mut self, scheme: &str, now: Instant) {
        for (_, entry) in self.entries.iter_mut().filter(|(place, _)| *place.scheme == *scheme) {
            let first = *entry.hinted.get_or_insert(now);
            entry.due = Some((now + QUIET).min(first + MAX_WAIT));
            entry.anew = true;
        }
    }

    /// What is due.
    pub(super) fn work(&mut self, now: Instant, rhythm: Rhythm) -> Work {
        let mut work = Work { watch: self.unwatched(rhythm), ..Work::default() };
        let mut probed = BTreeSet::new();
        for (place, entry) in &mut self.entries {
            let in_force = self.accepted.table.get(place).and_then(|answer| answer.as_ref().ok());
            let ended = in_force.or(entry.kept.as_ref()).is_some_and(|kept| kept.is_over(now));
            work.over |= ended && !entry.over;
            entry.over = ended;
            if entry.due.is_none_or(|due| due > now) {
                continue;
            }
            match self.breakers.get(&place.scheme).map_or(Leave::Everything, |breaker| breaker.leave(now)) {
                Leave::Everything => {}
                Leave::Probe if probed.insert(Arc::clone(&place.scheme)) => {}
                Leave::Probe | Leave::Nothing(_) => continue,
            }
            match entry.renewable().filter(|_| !ended) {
                Some(lease) => drop(work.renew.insert(place.clone(), lease)),
                None => drop(work.fetch.insert(place.clone())),
            }
        }
        work
    }

    /// When to look again.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        let moments = self.entries.iter().flat_map(|(place, entry)| {
            let leave =
                self.breakers.get(&place.scheme).map_or(Leave::Everything, |breaker| breaker.leave(now));
            let due = match leave {
                Leave::Nothing(until) => entry.due.map(|due| due.max(until)),
                _ => entry.due,
            };
            let in_force = self.in_force(place).or(entry.kept.as_ref());
            let ends = in_force.and_then(|kept| kept.term().ends()).filter(|_| !entry.over);
            due.into_iter().chain(ends)
        });
        moments.min()
    }

    /// Takes what stores said.
    pub(super) fn note(&mut self, table: Table, now: Instant, rhythm: Rhythm) -> News {
        self.note_stores(table.iter().map(|(place, answer)| (place, answer.as_ref().err())), now, rhythm);
        let mut news = News::default();
        for (place, answer) in table {
            let used = self.accepted.table.contains_key(&place);
            let Some(entry) = self.entries.get_mut(&place) else { continue };
            let refused = entry.refused.is_some().then(|| entry.kept.clone()).flatten();
            let (another, missing) = entry.note(answer, now, rhythm);
            let lease = refused.filter(|_| entry.refused.is_none()).and_then(|refused| {
                refused.term().lease.filter(|lease| lease.id().is_some() && !refused.is_over(now))
            });
            if let Some(lease) = lease {
                self.discarded.entry(Arc::clone(&place.scheme)).or_default().push(lease);
            }
            news.changed |= used && another;
            news.found |= missing;
        }
        news
    }

    /// Takes what came of renewals, and says what cannot be renewed: it is to be fetched at once.
    pub(super) fn note_renewals(
        &mut self,
        renewals: BTreeMap<Place, Result<Lease, FetchError>>,
        asked: Instant,
        now: Instant,
        rhythm: Rhythm,
    ) -> BTreeSet<Place> {
        self.note_stores(renewals.iter().map(|(place, answer)| (place, answer.as_ref().err())), now, rhythm);
        let mut anew = BTreeSet::new();
        for (place, answer) in renewals {
            let Some(entry) = self.entries.get_mut(&place) else { continue };
            if entry.note_renewal(answer, asked, now, rhythm) {
                anew.insert(place);
            }
        }
        anew
    }

    fn note_stores<'a>(
        &mut self,
        answers: impl Iterator<Item = (&'a Place, Option<&'a FetchError>)>,
        now: Instant,
        rhythm: Rhythm,
    ) {
        let mut answered: BTreeMap<&Arc<str>, bool> = BTreeMap::new();
        for (place, error) in answers {
            *answered.entry(&place.scheme).or_default() |=
                error.is_none_or(|error| !error.kind().is_passing());
        }
        for (scheme, answered) in answered {
            self.breakers.entry(Arc::clone(scheme)).or_default().note(answered, now, rhythm.refresh);
        }
    }

    /// Where what is watched differs from what is in use.
    fn unwatched(&mut self, rhythm: Rhythm) -> BTreeMap<Arc<str>, BTreeSet<Location>> {
        if !rhythm.follow {
            return BTreeMap::new();
        }
        let mut wanted: BTreeMap<Arc<str>, BTreeSet<Location>> = BTreeMap::new();
        for scheme in self.watched.keys() {
            wanted.insert(Arc::clone(scheme), BTreeSet::new());
        }
        for place in self.entries.keys() {
            wanted.entry(Arc::clone(&place.scheme)).or_default().insert(place.location.clone());
        }
        let news: BTreeMap<_, _> =
            wanted.into_iter().filter(|(scheme, now)| self.watched.get(scheme) != Some(now)).collect();
        self.watched.extend(news.clone());
        news
    }

    /// Every provider that watches something, with nothing more to watch.
    pub(super) fn let_go(&mut self) -> BTreeMap<Arc<str>, BTreeSet<Location>> {
        let mut watched = std::mem::take(&mut self.watched);
        watched.retain(|_, locations| !locations.is_empty());
        watched.values_mut().for_each(BTreeSet::clear);
        watched
    }

    /// Every lease that its store can take back before it ends.
    pub(super) fn revocable(&self, now: Instant) -> BTreeMap<Arc<str>, Vec<Lease>> {
        let mut leases: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (place, entry) in &self.entries {
            // A candidate that was not accepted has a lease of its own.
            let in_force = self.in_force(place).filter(|kept| !is_same(kept, entry.kept.as_ref()));
            let kept = entry.kept.iter().chain(in_force).filter(|kept| !kept.is_over(now));
            let revocable = kept.filter_map(|kept| kept.term().lease).filter(|lease| lease.id().is_some());
            leases.entry(Arc::clone(&place.scheme)).or_default().extend(revocable);
        }
        leases.retain(|_, leases| !leases.is_empty());
        leases
    }

    /// Whether the last attempt at it failed for the same reason.
    pub(super) fn is_known(&self, place: &Place, error: &FetchError) -> bool {
        // A store may give each of its answers a number of its own.
        let same = |known: &FetchError| {
            known.kind() == error.kind() && gist(&known.to_string()) == gist(&error.to_string())
        };
        self.entries.get(place).and_then(|entry| entry.failure.as_ref()).is_some_and(same)
    }

    /// What is asked for when somebody asks for it: what has no lease is fetched anew, and so is what fails; a lease that goes well
    /// is only renewed. A store that is left alone is asked all the same.
    pub(super) fn by_hand(&self, now: Instant) -> Work {
        let mut work = Work::default();
        // A load asks for what is missing by itself.
        for (place, entry) in self.entries.iter().filter(|(_, entry)| !entry.missing) {
            let term = entry.kept.as_ref().map(|kept| kept.term());
            let over = entry.kept.as_ref().is_some_and(|kept| kept.is_over(now));
            match term.as_ref().map(|term| (&term.lease, entry.renewable())) {
                Some((Some(_), Some(lease))) if !over => drop(work.renew.insert(place.clone(), lease)),
                Some((Some(_), _)) if !over && !entry.anew && entry.failure.is_none() => {}
                Some((None, _)) if term.as_ref().is_some_and(|term| term.settled) => {}
                _ => drop(work.fetch.insert(place.clone())),
            }
        }
        work
    }
}

fn is_same(kept: &Arc<Kept>, other: Option<&Arc<Kept>>) -> bool {
    other.is_some_and(|other| Arc::ptr_eq(kept, other))
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
