//! Fetched secrets.

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

/// The response for each location.
pub(crate) type Table = BTreeMap<SecretKey, Answer>;

/// The response of a store.
pub(crate) type Answer = Result<Arc<CachedSecret>, FetchError>;

/// A fetched secret. Two objects always contain different secrets: if the same secret is fetched again,
/// only its term is replaced.
#[derive(Debug)]
pub(crate) struct CachedSecret {
    pub(crate) payload: Payload,
    term: ArcSwap<Term>,
    /// Whether its successor was refused, so that it stays in force after the end of its lease.
    outlasts_lease: AtomicBool,
}

/// The lease, and the time of the request.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) asked: Instant,
    pub(crate) lease: Option<Lease>,
    pub(crate) version: Option<String>,
    /// Whether it never changes.
    pub(crate) settled: bool,
    /// Warnings about how it is stored.
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

    /// Records that the same secret was fetched again.
    pub(crate) fn take_term(&self, term: Term) {
        self.term.store(Arc::new(term));
    }

    /// Its lease was renewed.
    pub(crate) fn renew(&self, lease: Lease, asked: Instant) {
        self.term.rcu(|term| Term { lease: Some(lease.clone()), asked, ..(**term).clone() });
    }

    /// Permits loads to use it after the end of its lease, too.
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
    /// The end of its lease.
    pub(crate) fn ends(&self) -> Option<Instant> {
        self.asked.checked_add(self.lease.as_ref()?.lasts())
    }

    /// The remaining time for which it may be used; `None` if unlimited.
    pub(crate) fn left(&self, now: Instant) -> Option<Duration> {
        self.ends().map(|end| end.saturating_duration_since(now))
    }
}
