//! What was fetched.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;

use super::{FetchError, Fetched, Lease, Payload, reference::SecretKey};

/// What came of asking for each location.
pub(crate) type Table = BTreeMap<SecretKey, Answer>;

/// What a store said.
pub(crate) type Answer = Result<Arc<CachedSecret>, FetchError>;

/// What a store gave. Two of them hold different secrets: one that is given again only gets a new term.
#[derive(Debug)]
pub(crate) struct CachedSecret {
    pub(crate) payload: Payload,
    term: ArcSwap<Term>,
    /// Its successor was refused, so it stays in force whatever its lease says.
    outlasts_lease: AtomicBool,
}

/// For how long, and since when.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) asked: Instant,
    pub(crate) lease: Option<Lease>,
    pub(crate) version: Option<String>,
    /// It never changes.
    pub(crate) settled: bool,
    /// What is wrong with the way it is kept.
    pub(crate) warnings: Vec<String>,
}

impl CachedSecret {
    pub(crate) fn new(fetched: Fetched, asked: Instant) -> Self {
        let Fetched { payload, lease, version, settled, warnings } = fetched;
        Self {
            payload,
            term: ArcSwap::from_pointee(Term { asked, lease, version, settled, warnings }),
            outlasts_lease: AtomicBool::new(false),
        }
    }

    pub(crate) fn term(&self) -> Term {
        (**self.term.load()).clone()
    }

    /// The same secret was given again.
    pub(crate) fn take_term(&self, term: Term) {
        self.term.store(Arc::new(term));
    }

    /// Its lease was renewed.
    pub(crate) fn renew(&self, lease: Lease, asked: Instant) {
        self.term.rcu(|term| Term { lease: Some(lease.clone()), asked, ..(**term).clone() });
    }

    /// From now on loads may use it after the end of its lease, too.
    pub(super) fn outlast_lease(&self) {
        self.outlasts_lease.store(true, Ordering::Relaxed);
    }

    /// Whether loads may use it.
    pub(super) fn is_usable(&self, now: Instant) -> bool {
        !self.is_over(now) || self.outlasts_lease.load(Ordering::Relaxed)
    }

    /// Whether its lease has ended.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.term().ends().is_some_and(|end| end <= now)
    }
}

impl Term {
    /// When the store takes the secret back.
    pub(crate) fn ends(&self) -> Option<Instant> {
        self.asked.checked_add(self.lease.as_ref()?.lasts())
    }

    /// How much longer it may be used; `None` for ever.
    pub(crate) fn left(&self, now: Instant) -> Option<Duration> {
        self.ends().map(|end| end.saturating_duration_since(now))
    }
}
