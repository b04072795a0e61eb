//! The value that a subscriber saw last, and the delivery of newer values.

use std::{
    marker::PhantomData,
    sync::{Arc, Mutex},
};

use super::Delivery;
use crate::{
    erased_config,
    error::Error,
    keys::Keys,
    member::AnyValue,
    schema::Loadable,
    snapshot::{Cause, Current, Published},
    sync::lock,
    value::Value,
};

/// The value of a field that a subscriber saw last.
pub(crate) struct LastSeen {
    version: u64,
    value: AnyValue,
    /// Equal encoded forms count as unchanged even if `PartialEq` differs: a NaN must not fire at every
    /// publish.
    encoded: Option<Value>,
}

impl LastSeen {
    pub(crate) fn new(published: &Published, slot: usize) -> Option<Self> {
        let value = published.root.clone_at(slot)?;
        Some(Self { version: published.version, value, encoded: encoded(published, slot) })
    }

    pub(crate) fn is(&self, published: &Published, slot: usize) -> bool {
        published.version == self.version
            || published.root.equals_at(slot, &*self.value)
            || (self.encoded.is_some() && self.encoded == encoded(published, slot))
    }

    pub(crate) fn into_value(self) -> AnyValue {
        self.value
    }
}

fn encoded(published: &Published, slot: usize) -> Option<Value> {
    published.root.shape().keys_of(slot).find(&published.tree).cloned()
}

/// `on_<path>_change`.
pub(crate) struct FieldDelivery<F, C> {
    current: Arc<Current>,
    slot: usize,
    last: Mutex<LastSeen>,
    callback: C,
    marker: PhantomData<fn(&F)>,
}

impl<F: 'static, C: Fn(&F, &F) + Send + Sync> FieldDelivery<F, C> {
    pub(crate) fn new(current: &Arc<Current>, seen: LastSeen, slot: usize, callback: C) -> Self {
        Self { current: Arc::clone(current), slot, last: Mutex::new(seen), callback, marker: PhantomData }
    }
}

impl<F: 'static, C: Fn(&F, &F) + Send + Sync> Delivery for FieldDelivery<F, C> {
    fn deliver(&self, wanted: &dyn Fn() -> bool) {
        let now = self.current.load_full();
        let mut last = lock(&self.last);
        if last.is(&now, self.slot) {
            return;
        }
        let Some(next) = LastSeen::new(&now, self.slot).filter(|_| wanted()) else { return };
        let before = std::mem::replace(&mut *last, next);
        if let Some((old, new)) = before.value.downcast_ref().zip(last.value.downcast_ref()) {
            (self.callback)(old, new);
        }
    }
}

/// A struct in one version.
struct Side<T> {
    version: u64,
    value: Arc<T>,
    encoded: Option<Value>,
}

impl<T: Loadable> Side<T> {
    fn new(published: &Published, base: usize) -> Self {
        Self { version: published.version, value: published.part(base), encoded: encoded(published, base) }
    }

    fn leaf(&self, slot: usize) -> Option<&Value> {
        T::SHAPE.keys_of(slot).find(self.encoded.as_ref()?)
    }
}

impl<T> Clone for Side<T> {
    fn clone(&self) -> Self {
        Self { version: self.version, value: Arc::clone(&self.value), encoded: self.encoded.clone() }
    }
}

/// The change between the version that a subscriber saw last and the current one; from
/// [`Handle::subscribe`](crate::Handle::subscribe). For [`Handle::prepare`](crate::Handle::prepare): between the
/// current version and the proposed one.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let config = Config::hot_load()?;
/// let (tell, told) = std::sync::mpsc::channel();
/// let _subscription = config.subscribe(move |change| {
///     assert_eq!((change.old().rate_limit.max, change.new().rate_limit.max), (100, 5));
///     tell.send((change.version(), change.cause().to_string(), change.changed())).unwrap();
/// });
/// config.set_rate_limit_max(5)?;
/// assert_eq!(told.recv_timeout(BOUND)?, (2, "set".into(), vec!["rate_limit.max".into()]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Change<T> {
    old: Side<T>,
    new: Side<T>,
    cause: Cause,
}

impl<T: Loadable> Change<T> {
    /// The change from one version to a proposed one.
    pub(crate) fn between(old: &Published, new: &Published, base: usize) -> Self {
        Self { old: Side::new(old, base), new: Side::new(new, base), cause: new.cause.clone() }
    }

    /// The struct that this subscriber saw last; for a prepare hook, in the current version.
    pub fn old(&self) -> &T {
        &self.old.value
    }

    /// The current struct; for a prepare hook, in the proposed version.
    #[expect(clippy::new_ret_no_self, reason = "the other half of `old`, not a constructor")]
    pub fn new(&self) -> &T {
        &self.new.value
    }

    /// The version of [`new`](Self::new).
    pub fn version(&self) -> u64 {
        self.new.version
    }

    /// The cause of that version. Skipped versions may have other causes.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// The dotted paths of the leaves that differ, counted from `T`.
    pub fn changed(&self) -> Vec<String> {
        self.leaves().into_iter().map(|slot| T::SHAPE.keys_of(slot).to_string()).collect()
    }

    /// The numbers of the leaves that differ by `PartialEq` and in their encoded form.
    fn leaves(&self) -> Vec<usize> {
        let mut slots = Vec::new();
        erased_config::diff(self.old(), self.new(), 0, &mut slots);
        slots.retain(|slot| T::SHAPE.is_leaf(*slot) && self.old.leaf(*slot) != self.new.leaf(*slot));
        slots.sort_unstable();
        slots
    }
}

impl<T: Loadable> std::fmt::Debug for Change<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Change")
            .field("version", &self.version())
            .field("cause", &self.cause)
            .field("changed", &self.changed())
            .finish_non_exhaustive()
    }
}

/// `subscribe`: changes of anything below a struct.
pub(crate) struct WholeDelivery<T, C> {
    current: Arc<Current>,
    base: usize,
    last: Mutex<Side<T>>,
    callback: C,
}

impl<T: Loadable, C: Fn(&Change<T>) + Send + Sync> WholeDelivery<T, C> {
    pub(crate) fn new(current: &Arc<Current>, seen: &Published, base: usize, callback: C) -> Self {
        Self { current: Arc::clone(current), base, last: Mutex::new(Side::new(seen, base)), callback }
    }
}

impl<T: Loadable, C: Fn(&Change<T>) + Send + Sync> Delivery for WholeDelivery<T, C> {
    fn deliver(&self, wanted: &dyn Fn() -> bool) {
        let now = self.current.load_full();
        let mut last = lock(&self.last);
        if now.version == last.version {
            return;
        }
        let new = Side::new(&now, self.base);
        let change = Change { old: last.clone(), new: new.clone(), cause: now.cause.clone() };
        let differs = !change.leaves().is_empty();
        // Set only now, when no user code can panic before the call.
        *last = new;
        if differs && wanted() {
            (self.callback)(&change);
        }
    }
}

/// The newest report of one kind, with a number that distinguishes it from earlier ones.
#[derive(Debug, Default)]
pub(crate) struct LatestReport(Mutex<Newest>);

#[derive(Debug, Default)]
struct Newest {
    number: u64,
    report: Option<Error>,
    /// The report was made before anyone could subscribe, and is still current.
    stands: bool,
}

impl LatestReport {
    pub(crate) fn put(&self, report: Error) {
        let mut newest = lock(&self.0);
        *newest = Newest { number: newest.number + 1, report: Some(report), stands: false };
    }

    /// Delivers the newest report to future subscribers, too.
    pub(crate) fn mark_standing(&self) {
        lock(&self.0).stands = true;
    }

    pub(crate) fn clear_standing(&self) {
        lock(&self.0).stands = false;
    }

    pub(crate) fn number(&self) -> u64 {
        lock(&self.0).number
    }

    /// The number of the last report that a new subscriber counts as seen.
    pub(crate) fn seen_number(&self) -> u64 {
        let newest = lock(&self.0);
        newest.number - u64::from(newest.stands)
    }

    fn newer_than(&self, seen: u64) -> Option<(u64, Error)> {
        let newest = lock(&self.0);
        newest.report.clone().filter(|_| newest.number > seen).map(|report| (newest.number, report))
    }
}

/// `on_reload_error` and `on_warning`.
pub(crate) struct ReportDelivery<C> {
    reports: Arc<LatestReport>,
    seen: Mutex<u64>,
    callback: C,
}

impl<C: Fn(&Error) + Send + Sync> ReportDelivery<C> {
    pub(crate) fn new(reports: &Arc<LatestReport>, seen: u64, callback: C) -> Self {
        Self { reports: Arc::clone(reports), seen: Mutex::new(seen), callback }
    }
}

impl<C: Fn(&Error) + Send + Sync> Delivery for ReportDelivery<C> {
    fn deliver(&self, wanted: &dyn Fn() -> bool) {
        let mut seen = lock(&self.seen);
        if let Some((number, report)) = self.reports.newer_than(*seen).filter(|_| wanted()) {
            *seen = number;
            (self.callback)(&report);
        }
    }
}

/// The path of a subscriber's struct from the root.
pub(crate) fn full(base: usize, published: &Published) -> Keys {
    published.root.shape().keys_of(base)
}
