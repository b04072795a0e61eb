//! Rotated secrets that were refused: fetched, but not valid in this configuration, or not wanted by a hook.
//!
//! Until another one is accepted, the one before stays in force. It may be used longer than its lease says then: nobody knows
//! whether it still works, but whatever does not depend on it must stay writable.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

use super::{
    Lease,
    book::{Book, Rhythm},
    known::Accepted,
    reference::Place,
    stores::Stores,
    table::{Kept, Table},
};
use crate::error::Error;

/// The newest secrets that are known, and what stands against them.
pub(crate) struct Newest {
    pub(crate) table: Arc<Table>,
    /// The same, with what is in force in the place of the candidates.
    pub(crate) in_force: Arc<Table>,
    /// Locations with another secret than the one in force.
    pub(crate) candidates: BTreeSet<Place>,
    /// Whether all of these were refused before.
    pub(crate) refused_before: bool,
}

impl Book {
    /// What the current version stands on at a location.
    pub(super) fn in_force(&self, place: &Place) -> Option<&Arc<Kept>> {
        self.accepted.table.get(place)?.as_ref().ok()
    }

    /// Locations whose store gave another secret than the one in force, that may still be used.
    pub(super) fn candidates(&self, now: Instant) -> BTreeSet<Place> {
        let candidate = |place: &Place| {
            let newest = self.entries.get(place)?.kept.as_ref().filter(|kept| !kept.is_over(now))?;
            Some(!Arc::ptr_eq(newest, self.in_force(place)?))
        };
        self.entries.keys().filter(|place| candidate(place).unwrap_or_default()).cloned().collect()
    }

    pub(super) fn has_refused(&self) -> bool {
        self.entries.values().any(|entry| entry.refused.is_some())
    }

    /// What the store gave last was refused: its store is asked again soon.
    /// Returns whether the same was refused for the same reason before.
    pub(super) fn refuse(&mut self, place: &Place, why: &str, now: Instant, rhythm: Rhythm) -> bool {
        if let Some(kept) = self.in_force(place) {
            kept.outlast_lease();
        }
        self.entries.get_mut(place).is_some_and(|entry| entry.refuse(why, now, rhythm))
    }

    /// Leases of refused secrets that others took the place of: nobody ever used them.
    pub(super) fn take_discarded(&mut self) -> BTreeMap<Arc<str>, Vec<Lease>> {
        std::mem::take(&mut self.discarded)
    }
}

impl Stores {
    /// A load begins that asks for all that it needs.
    pub(crate) fn newest(&self) -> Newest {
        let mut state = self.book.lock();
        let candidates = state.book.candidates(Instant::now());
        let (newest, mut in_force) = (state.book.known(), state.book.known());
        for (place, answer) in &mut in_force {
            if let Some(kept) = state.book.in_force(place) {
                *answer = Ok(Arc::clone(kept));
            }
        }
        let mut table = in_force.clone();
        table.extend(newest.into_iter().filter(|(place, _)| candidates.contains(place)));
        let refused = |place| state.book.entries.get(place).is_some_and(|entry| entry.refused.is_some());
        let refused_before = candidates.iter().all(refused);
        state.book.forget_missing();
        Newest { table: Arc::new(table), in_force: Arc::new(in_force), candidates, refused_before }
    }

    /// Locations with another secret than the one in force.
    pub(crate) fn candidates(&self) -> BTreeSet<Place> {
        self.book.lock().book.candidates(Instant::now())
    }

    /// What the current version stands on, with the newest secrets of these locations.
    pub(crate) fn accepted_with(&self, candidates: &BTreeSet<Place>) -> Accepted {
        let state = self.book.lock();
        let mut accepted = state.book.accepted.clone();
        let newest = state.book.known().into_iter().filter(|(place, _)| candidates.contains(place));
        // What could not be had before is no candidate, and is taken as soon as it is there.
        let missing = |place: &Place| accepted.table.get(place).is_some_and(Result::is_err);
        let found: Table = state.book.known().into_iter().filter(|(place, _)| missing(place)).collect();
        Arc::make_mut(&mut accepted.table).extend(newest.chain(found));
        accepted
    }

    pub(crate) fn has_refused(&self) -> bool {
        self.book.lock().book.has_refused()
    }

    /// A version with the newest secret of this location was refused. Returns whether the same was refused for the same reason
    /// before.
    pub(crate) fn refuse(&self, place: &Place, error: &Error) -> bool {
        let why: Vec<_> = error.issues().map(|issue| first_line(&issue.to_string())).collect();
        let is_known = self.book.lock().book.refuse(place, &why.join("; "), Instant::now(), self.rhythm());
        self.book.tell_all();
        is_known
    }

    /// Whether the lease of what is in force at a location has ended.
    pub(crate) fn is_over(&self, place: &Place) -> bool {
        self.book.lock().book.in_force(place).is_some_and(|kept| kept.is_over(Instant::now()))
    }
}

/// Without the place, which the status need not repeat.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
