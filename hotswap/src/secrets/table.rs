//! What was fetched.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use super::{FetchError, Fetched, reference::Place};

/// What came of asking for each location.
pub(crate) type Table = BTreeMap<Place, Answer>;

/// What a store said.
pub(crate) type Answer = Result<Arc<Kept>, FetchError>;

/// What a store gave, and when it was asked.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) fetched: Fetched,
    pub(crate) asked: Instant,
}

impl Kept {
    /// When the store takes it back.
    pub(crate) fn ends(&self) -> Option<Instant> {
        self.asked.checked_add(self.fetched.lease.as_ref()?.lasts())
    }

    /// Whether it may not be used any more.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.ends().is_some_and(|end| end <= now)
    }
}
