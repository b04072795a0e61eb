//! What a subscriber saw last, and how it is told of what is there now.

use std::{
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use crate::{
    config::HotConfig,
    error::Error,
    keys::Keys,
    member::Kept,
    root,
    snapshot::{Cause, Current, Published},
    value::Value,
};

/// Calls the subscriber if what it watches differs from what it saw last.
///
/// Called by one thread at a time.
pub(crate) trait Delivery: Send + Sync {
    fn deliver(&self);
}

/// The value of a field as a subscriber saw it.
pub(crate) struct Seen {
    version: u64,
    value: Kept,
    /// Equal encoded forms count as unchanged even where `PartialEq` differs: a NaN must not fire for ever.
    encoded: Option<Value>,
}

impl Seen {
    pub(crate) fn of(published: &Published, slot: usize) -> Option<Self> {
        let value = published.root.keep(slot)?;
        Some(Self { version: published.version, value, encoded: encoded(published, slot) })
    }

    pub(crate) fn is(&self, published: &Published, slot: usize) -> bool {
        published.version == self.version
            || published.root.same(slot, &*self.value)
            || (self.encoded.is_some() && self.encoded == encoded(published, slot))
    }

    pub(crate) fn into_value(self) -> Kept {
        self.value
    }
}

fn encoded(published: &Published, slot: usize) -> Option<Value> {
    published.root.shape().keys_of(slot).find(&published.tree).cloned()
}

/// `on_<path>_change`.
pub(crate) struct FieldDelivery<F, C> {
    current: Weak<Current>,
    slot: usize,
    last: Mutex<Seen>,
    callback: C,
    marker: PhantomData<fn(&F)>,
}

impl<F: 'static, C: Fn(&F, &F) + Send + Sync> FieldDelivery<F, C> {
    pub(crate) fn new(current: &Arc<Current>, seen: Seen, slot: usize, callback: C) -> Self {
        Self { current: Arc::downgrade(current), slot, last: Mutex::new(seen), callback, marker: PhantomData }
    }
}

impl<F: 'static, C: Fn(&F, &F) + Send + Sync> Delivery for FieldDelivery<F, C> {
    fn deliver(&self) {
        let Some(current) = self.current.upgrade() else { return };
        let now = current.load_full();
        drop(current);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is(&now, self.slot) {
            return;
        }
        let Some(next) = Seen::of(&now, self.slot) else { return };
        let before = std::mem::replace(&mut *last, next);
        if let Some((old, new)) = before.value.downcast_ref().zip(last.value.downcast_ref()) {
            (self.callback)(old, new);
        }
    }
}

/// What changed between what a subscriber saw last and what is there now.
pub struct Change<T> {
    old: Arc<T>,
    new: Arc<T>,
    version: u64,
    cause: Cause,
}

impl<T: HotConfig> Change<T> {
    /// What this subscriber saw last.
    pub fn old(&self) -> &T {
        &self.old
    }

    /// What is there now.
    #[expect(clippy::new_ret_no_self, reason = "the pair is called old and new")]
    pub fn new(&self) -> &T {
        &self.new
    }

    /// The version of [`new`](Self::new).
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Why that version was published. Versions that were skipped may have had other causes.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// The dotted paths of the leaves that differ, counted from `T`.
    pub fn changed(&self) -> Vec<String> {
        let mut slots = Vec::new();
        root::diff(&*self.old, &*self.new, 0, &mut slots);
        slots.sort_unstable();
        let leaves = slots.into_iter().filter(|slot| T::SHAPE.is_leaf(*slot));
        leaves.map(|slot| T::SHAPE.keys_of(slot).to_string()).collect()
    }
}

impl<T: HotConfig> std::fmt::Debug for Change<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Change")
            .field("version", &self.version)
            .field("cause", &self.cause)
            .field("changed", &self.changed())
            .finish_non_exhaustive()
    }
}

/// `subscribe`: changes of anything below a struct.
pub(crate) struct WholeDelivery<T, C> {
    current: Weak<Current>,
    base: usize,
    last: Mutex<(u64, Arc<T>)>,
    callback: C,
}

impl<T: HotConfig, C: Fn(&Change<T>) + Send + Sync> WholeDelivery<T, C> {
    pub(crate) fn new(current: &Arc<Current>, seen: &Published, base: usize, callback: C) -> Self {
        let last = Mutex::new((seen.version, seen.part(base)));
        Self { current: Arc::downgrade(current), base, last, callback }
    }
}

impl<T: HotConfig, C: Fn(&Change<T>) + Send + Sync> Delivery for WholeDelivery<T, C> {
    fn deliver(&self) {
        let Some(current) = self.current.upgrade() else { return };
        let now = current.load_full();
        drop(current);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if now.version == last.0 {
            return;
        }
        let new = now.part(self.base);
        let (_, old) = std::mem::replace(&mut *last, (now.version, Arc::clone(&new)));
        let change = Change { old, new, version: now.version, cause: now.cause.clone() };
        if !root::same(change.old(), change.new()) {
            (self.callback)(&change);
        }
    }
}

/// The newest report of one kind, with a number that tells it from the ones before.
#[derive(Debug, Default)]
pub(crate) struct Reports(Mutex<(u64, Option<Error>)>);

impl Reports {
    pub(crate) fn put(&self, report: Error) {
        let mut reports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *reports = (reports.0 + 1, Some(report));
    }

    pub(crate) fn number(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn newer_than(&self, seen: u64) -> Option<(u64, Error)> {
        let reports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reports.1.clone().filter(|_| reports.0 > seen).map(|report| (reports.0, report))
    }
}

/// `on_reload_error` and `on_warning`.
pub(crate) struct ReportDelivery<C> {
    reports: Arc<Reports>,
    seen: Mutex<u64>,
    callback: C,
}

impl<C: Fn(&Error) + Send + Sync> ReportDelivery<C> {
    pub(crate) fn new(reports: &Arc<Reports>, seen: u64, callback: C) -> Self {
        Self { reports: Arc::clone(reports), seen: Mutex::new(seen), callback }
    }
}

impl<C: Fn(&Error) + Send + Sync> Delivery for ReportDelivery<C> {
    fn deliver(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((number, report)) = self.reports.newer_than(*seen) {
            *seen = number;
            (self.callback)(&report);
        }
    }
}

/// Where a subscriber's paths stand from the root.
pub(crate) fn full(base: usize, published: &Published) -> Keys {
    published.root.shape().keys_of(base)
}
