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
    table::Table,
};

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
            let ended = entry.kept.as_ref().is_some_and(|kept| kept.is_over(now));
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
            let ends = entry.kept.as_ref().and_then(|kept| kept.term().ends()).filter(|_| !entry.over);
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
            let (another, missing) = entry.note(answer, now, rhythm);
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
            let kept = entry.kept.as_ref().filter(|kept| !kept.is_over(now));
            let lease = kept.and_then(|kept| kept.term().lease).filter(|lease| lease.id().is_some());
            if let Some(lease) = lease {
                leases.entry(Arc::clone(&place.scheme)).or_default().push(lease);
            }
        }
        leases
    }

    /// Whether the last attempt at it failed for the same reason.
    pub(super) fn is_known(&self, place: &Place, error: &FetchError) -> bool {
        self.entries.get(place).is_some_and(|entry| entry.failure.as_ref() == Some(error))
    }

    /// Everything that is fetched anew when somebody asks for it: what has no lease, where the store is not
    /// left alone.
    pub(super) fn by_hand(&self, now: Instant) -> BTreeSet<Place> {
        let open = |place: &Place| {
            let breaker = self.breakers.get(&place.scheme);
            breaker.is_none_or(|breaker| breaker.leave(now) == Leave::Everything)
        };
        let free = |entry: &Entry| {
            entry.kept.as_ref().is_none_or(|kept| {
                let term = kept.term();
                term.lease.is_none() && !term.settled
            })
        };
        let places = self.entries.iter().filter(|(place, entry)| free(entry) && open(place));
        places.map(|(place, _)| place.clone()).collect()
    }
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
