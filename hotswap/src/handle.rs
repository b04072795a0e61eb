//! The read side, and the entry points of writes.

use std::{
    fmt,
    marker::PhantomData,
    ops::Deref,
    sync::{Arc, Weak},
};

use crate::{
    cell::{Cells, Scalar},
    config::HotConfig,
    engine::{Core, lease::Lease, offload::offload},
    error::Error,
    explain::Explanation,
    guard::{Guard, Ref},
    history::Record,
    issue::{Issue, IssueKind},
    keys::Keys,
    path::AsPath,
    snapshot::Cause,
    status::{PendingRestart, Status},
    subscribe::{
        Change, FieldChange, FieldDelivery, Pattern, PatternDelivery, ReportDelivery, Reports, Seen,
        Subscription, Topic, Watch, WholeDelivery,
    },
};

/// Reads, subscribes and writes below one struct: the root, or one nested in it.
///
/// The generated `…Handle` types deref to this one. Cheap to clone; the last one that goes ends the watching.
pub struct Handle<S> {
    pub(crate) core: Lease,
    /// The number of the struct, counted from the root.
    base: usize,
    /// The core's, close at hand.
    cells: Cells,
    marker: PhantomData<fn() -> S>,
}

impl<S> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self::at(self.core.clone(), self.base)
    }
}

impl<S> Handle<S> {
    fn at(core: Lease, base: usize) -> Self {
        let cells = core.current.cells().clone();
        Self { core, base, cells, marker: PhantomData }
    }
}

impl<S: HotConfig> Handle<S> {
    pub(crate) fn root(core: Lease) -> Self {
        Self::at(core, 0)
    }

    /// The plain handle behind a generated one, for generic code.
    pub fn of<H: Deref<Target = Self>>(handle: &H) -> &Self {
        handle
    }

    /// One consistent snapshot, for a short look. Do not hold it over `.await`.
    #[inline]
    pub fn load(&self) -> Guard<S> {
        Guard::new(self.core.current.load(), self.base)
    }

    /// One consistent snapshot, to keep.
    pub fn snapshot(&self) -> Arc<S> {
        self.core.current.load().part(self.base)
    }

    /// The current version of the whole configuration: 1 at first, up by one per publish, never back.
    pub fn version(&self) -> u64 {
        self.core.current.version()
    }

    /// How the configuration and its sources are.
    pub fn status(&self) -> Status {
        Status::of(&self.core)
    }

    /// Where the value of a field comes from: what every layer says of it, and which one wins.
    ///
    /// The path is dotted, by the names that files use, and counted from this handle's struct.
    pub fn explain(&self, path: &str) -> Explanation {
        Explanation::of(&self.core, self.base, path)
    }

    /// Fields whose new value waits for a restart of the program.
    pub fn pending_restart(&self) -> Vec<PendingRestart> {
        self.core.board().pending.clone()
    }

    /// The dotted paths, from the root, of values that were set at run time.
    pub fn overrides(&self) -> Vec<String> {
        self.core.board().pins.keys().map(ToString::to_string).collect()
    }

    /// The last versions of the whole configuration, newest last.
    pub fn history(&self) -> Vec<Record> {
        self.core.board().history.records()
    }

    /// A handle that does not keep the configuration alive.
    pub fn downgrade(&self) -> WeakHandle<S> {
        WeakHandle { core: self.core.downgrade(), base: self.base, marker: PhantomData }
    }

    /// Reads every source again and publishes what came of it. Returns the version then current.
    ///
    /// The read starts after the call. Blocks until it is done.
    ///
    /// # Errors
    /// Every problem of the sources, and nothing is changed then; or this is a nested handle, or shut down.
    pub fn reload(&self) -> Result<u64, Error> {
        self.whole("reload")?;
        self.core.reload()
    }

    /// [`reload`](Self::reload) for async code.
    ///
    /// # Errors
    /// As [`reload`](Self::reload).
    pub fn reload_async(&self) -> impl Future<Output = Result<u64, Error>> + Send + use<S> {
        let handle = self.clone();
        offload(move || handle.reload())
    }

    /// Ends watching and notifying, and waits up to a second for the threads. Readers keep the last version.
    ///
    /// No callback starts after it returns. Calling it again does nothing.
    ///
    /// # Errors
    /// This is a nested handle: a component must not shut down the application.
    pub fn shutdown(&self) -> Result<(), Error> {
        self.whole("shutdown")?;
        self.core.shut_down();
        Ok(())
    }

    /// Changes values by a closure that runs exactly once, here, under the writer lock.
    ///
    /// What it changed is checked in full, published as one version, and kept over reloads.
    ///
    /// # Errors
    /// A rule is broken or a value cannot be written; nothing is changed then.
    pub fn update(&self, change: impl FnOnce(&mut S)) -> Result<u64, Error> {
        self.core.update(self.base, None, Cause::Update, change)
    }

    /// [`update`](Self::update), only if `version` is current.
    ///
    /// # Errors
    /// As [`update`](Self::update), and when the version has moved; the closure does not run then.
    pub fn update_if(&self, version: u64, change: impl FnOnce(&mut S)) -> Result<u64, Error> {
        self.core.update(self.base, Some(version), Cause::Update, change)
    }

    /// [`update`](Self::update) for async code; the closure runs on a thread of its own.
    ///
    /// # Errors
    /// As [`update`](Self::update).
    pub fn update_async(
        &self,
        change: impl FnOnce(&mut S) + Send + 'static,
    ) -> impl Future<Output = Result<u64, Error>> + Send {
        let handle = self.clone();
        offload(move || handle.update(change))
    }

    /// Sets one value. It is checked in full, published, and kept over reloads.
    ///
    /// # Errors
    /// A rule is broken or the value cannot be written; nothing is changed then.
    pub fn set<P: AsPath<Root = S>>(&self, path: P, value: P::Value) -> Result<u64, Error> {
        let slot = self.base + path.as_path().slot;
        self.core.update(slot, None, Cause::Set, move |place: &mut P::Value| *place = value)
    }

    /// [`set`](Self::set) for async code.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn set_async<P>(
        &self,
        path: P,
        value: P::Value,
    ) -> impl Future<Output = Result<u64, Error>> + Send + use<S, P>
    where
        P: AsPath<Root = S>,
        P::Value: Send,
    {
        let (core, slot) = (self.core.clone(), self.base + path.as_path().slot);
        offload(move || core.update(slot, None, Cause::Set, move |place: &mut P::Value| *place = value))
    }

    /// Takes back every value that was set at run time.
    ///
    /// # Errors
    /// What the sources say without them is invalid, or this is a nested handle; nothing is changed then.
    pub fn clear_overrides(&self) -> Result<u64, Error> {
        self.whole("clear_overrides")?;
        self.core.clear_pins()
    }

    /// Calls `callback` with the old and the new value whenever the value at `path` really changed.
    pub fn on_change<P: AsPath<Root = S>>(
        &self,
        path: P,
        callback: impl Fn(&P::Value, &P::Value) + Send + Sync + 'static,
    ) -> Subscription {
        self.__on_change(path.as_path().slot, callback)
    }

    /// The value at `path`, to be awaited.
    pub fn watch<P: AsPath<Root = S>>(&self, path: P) -> Watch<P::Value> {
        Watch::new(&self.core.current, &self.core.notifier, self.base + path.as_path().slot)
    }

    /// Calls `callback` whenever anything below this struct changed.
    pub fn subscribe(&self, callback: impl Fn(&Change<S>) + Send + Sync + 'static) -> Subscription {
        let current = &self.core.current;
        let now = current.load_full();
        let delivery = Box::new(WholeDelivery::new(current, &now, self.base, callback));
        let moved = || current.version() != now.version;
        self.core.notifier.subscribe(vec![Topic::Slot(self.base)], delivery, moved)
    }

    /// Calls `callback` for every leaf below this struct that changed and whose dotted path matches: `*` stands
    /// for one segment, `**` for any number. Values come as JSON, secrets redacted.
    ///
    /// # Panics
    /// Never; a pattern that does not parse matches nothing and is logged. See
    /// [`try_watch_pattern`](Self::try_watch_pattern).
    pub fn watch_pattern(
        &self,
        pattern: &str,
        callback: impl Fn(&FieldChange) + Send + Sync + 'static,
    ) -> Subscription {
        self.try_watch_pattern(pattern, callback).unwrap_or_else(|error| {
            log::error!("hotswap: {error}");
            Subscription::none()
        })
    }

    /// [`watch_pattern`](Self::watch_pattern), for patterns that are not known to parse.
    ///
    /// # Errors
    /// The pattern does not parse.
    pub fn try_watch_pattern(
        &self,
        pattern: &str,
        callback: impl Fn(&FieldChange) + Send + Sync + 'static,
    ) -> Result<Subscription, Error> {
        let pattern = Pattern::new(pattern)?;
        let current = &self.core.current;
        let now = current.load_full();
        let delivery = PatternDelivery::new(current, &now, self.base, &pattern, callback);
        let topics = delivery.slots().into_iter().map(Topic::Slot).collect();
        let moved = || current.version() != now.version;
        Ok(self.core.notifier.subscribe(topics, Box::new(delivery), moved))
    }

    /// Calls `callback` with the full report whenever a reload was refused, once for each distinct content.
    pub fn on_reload_error(&self, callback: impl Fn(&Error) + Send + Sync + 'static) -> Subscription {
        self.reports(Topic::ReloadError, &self.core.errors, callback)
    }

    /// Calls `callback` when `Warn` policies found something that was not there before.
    pub fn on_warning(&self, callback: impl Fn(&Error) + Send + Sync + 'static) -> Subscription {
        self.reports(Topic::Warning, &self.core.warnings, callback)
    }

    fn reports(
        &self,
        topic: Topic,
        reports: &Arc<Reports>,
        callback: impl Fn(&Error) + Send + Sync + 'static,
    ) -> Subscription {
        let before = reports.number();
        let delivery = Box::new(ReportDelivery::new(reports, before, callback));
        self.core.notifier.subscribe(vec![topic], delivery, || reports.number() != before)
    }

    /// Calls that concern the whole are refused on a nested handle.
    fn whole(&self, call: &str) -> Result<(), Error> {
        if self.base == 0 {
            return Ok(());
        }
        let message = format!("`{call}` concerns the whole configuration, and this is the handle of a part");
        let help = "call it on the root's handle";
        Err(Issue::new(IssueKind::Write, Keys::root(), message).with_help(help).into())
    }
}

/// What generated code calls.
#[doc(hidden)]
impl<S: HotConfig> Handle<S> {
    #[inline]
    pub fn __scalar<F: Scalar>(&self, slot: usize) -> F {
        let slot = self.base + slot;
        match self.cells.read(slot) {
            Some(bits) => F::from_bits(bits),
            None => self.core.current.scalar(slot),
        }
    }

    #[inline]
    pub fn __get<F>(&self, get: fn(&S) -> &F) -> Ref<S, F> {
        Ref::new(self.load(), get)
    }

    pub fn __nested<N: HotConfig>(&self, slot: usize) -> N::Handle {
        Handle::<N>::at(self.core.clone(), self.base + slot).into()
    }

    pub fn __on_change<F: 'static>(
        &self,
        slot: usize,
        callback: impl Fn(&F, &F) + Send + Sync + 'static,
    ) -> Subscription {
        let (current, slot) = (&self.core.current, self.base + slot);
        let now = current.load_full();
        let Some(seen) = Seen::of(&now, slot) else { return Subscription::none() };
        let delivery = Box::new(FieldDelivery::<F, _>::new(current, seen, slot, callback));
        self.core.notifier.subscribe(vec![Topic::Slot(slot)], delivery, || current.version() != now.version)
    }

    pub fn __set<F>(&self, place: fn(&mut S) -> &mut F, value: F) -> Result<u64, Error> {
        self.core.update(self.base, None, Cause::Set, move |config: &mut S| *place(config) = value)
    }
}

impl<S: HotConfig> fmt::Debug for Handle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("config", &S::SHAPE.name).field("version", &self.version()).finish()
    }
}

/// A handle that does not keep the configuration alive, for callbacks that would otherwise keep their own.
pub struct WeakHandle<S> {
    core: Weak<Core>,
    base: usize,
    marker: PhantomData<fn() -> S>,
}

impl<S: HotConfig> WeakHandle<S> {
    /// The generated handle again, if another one is still there.
    pub fn upgrade(&self) -> Option<S::Handle> {
        let core = Lease::upgrade(&self.core)?;
        Some(Handle::at(core, self.base).into())
    }
}

impl<S> Clone for WeakHandle<S> {
    fn clone(&self) -> Self {
        Self { core: Weak::clone(&self.core), base: self.base, marker: PhantomData }
    }
}

impl<S> fmt::Debug for WeakHandle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakHandle")
    }
}
