//! The read side, and the entry points of writes.

mod past;

use std::{
    fmt,
    marker::PhantomData,
    ops::Deref,
    sync::{Arc, Weak},
    time::Duration,
};

use crate::{
    cell::{Cells, Scalar},
    config::HotConfig,
    engine::{Core, Request, lease::Lease, offload::offload, prepare::Place},
    error::Error,
    explain::{Explanation, Explanations},
    guard::{Guard, Ref},
    issue::{Issue, IssueKind},
    keys::Keys,
    path::AsPath,
    pins::{Override, Signature},
    snapshot::{Cause, Published},
    status::{PendingRestart, Status},
    subscribe::{
        Change, FieldChange, FieldDelivery, Pattern, PatternDelivery, Prepared, ReportDelivery, Reports,
        Seen, Subscription, Topic, Watch, WholeDelivery,
    },
};

/// Reads, subscribes and writes below one struct: the root, or one nested in it.
///
/// The generated `…Handle` types deref to this one. Cheap to clone, `Send` and `Sync`. When the last one goes, so do
/// watching, callbacks and threads.
///
/// The examples of the methods are about this configuration:
///
/// ```
/// use hotswap::HotConfig;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
/// #[hot(file("app.toml", optional))]
/// struct Config {
///     #[hot(default = "127.0.0.1:8080", restart)]
///     listen: std::net::SocketAddr,
///     #[hot(default = "info", one_of("warn", "info", "debug"))]
///     log_level: String,
///     #[hot(nested)]
///     rate_limit: RateLimit,
/// }
///
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
/// struct RateLimit {
///     #[hot(default = 100, range(min = 1, max = 10_000))]
///     max: u32,
///     #[hot(default = 20)]
///     burst: u32,
/// }
///
/// let config: ConfigHandle = Config::hot_load()?;
/// let plain: &hotswap::Handle<Config> = &config;
/// assert_eq!(plain.version(), 1);
///
/// let part: RateLimitHandle = config.rate_limit();
/// assert_eq!(part.max(), config.rate_limit_max());
/// # Ok::<(), hotswap::Error>(())
/// ```
pub struct Handle<S> {
    pub(crate) core: Lease,
    /// The number of the struct, counted from the root.
    base: usize,
    /// The core's, close at hand.
    cells: Cells,
    /// Whose writes these are.
    signature: Option<Arc<Signature>>,
    marker: PhantomData<fn() -> S>,
}

impl<S> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self::part(self.core.clone(), self.base, self.signature.clone())
    }
}

impl<S> Handle<S> {
    fn part(core: Lease, base: usize, signature: Option<Arc<Signature>>) -> Self {
        let cells = core.current.cells().clone();
        Self { core, base, cells, signature, marker: PhantomData }
    }

    fn request(&self, cause: Cause) -> Request {
        Request { cause, expected: None, signature: self.signature.clone() }
    }
}

impl<S: HotConfig> Handle<S> {
    pub(crate) fn root(core: Lease) -> Self {
        Self::part(core, 0, None)
    }

    /// The plain handle behind a generated one, for generic code.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use hotswap::Handle;
    ///
    /// fn versions<S: HotConfig>(handles: &[&Handle<S>]) -> Vec<u64> {
    ///     handles.iter().map(|handle| handle.version()).collect()
    /// }
    ///
    /// let config = Config::hot_load()?;
    /// assert_eq!(versions(&[Handle::of(&config)]), [1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of<H: Deref<Target = Self>>(handle: &H) -> &Self {
        handle
    }

    /// One consistent snapshot, for a short look. Do not hold it over `.await`.
    ///
    /// Costs a few nanoseconds, and never waits.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// let now = config.load();
    /// assert!(now.rate_limit.burst <= now.rate_limit.max);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn load(&self) -> Guard<S> {
        Guard::new(self.core.current.load(), self.base)
    }

    /// One consistent snapshot, to keep.
    ///
    /// On the handle of a nested struct, its first caller in each version pays for a copy of that struct.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// let kept = config.rate_limit().snapshot();
    /// config.set_rate_limit_max(500)?;
    /// assert_eq!((kept.max, config.rate_limit_max()), (100, 500));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn snapshot(&self) -> Arc<S> {
        self.core.current.load().part(self.base)
    }

    /// The current version of the whole configuration: 1 at first, up by one per publish, never back.
    ///
    /// On a nested handle it is the same number. See [`update_if`](Self::update_if) for an example.
    pub fn version(&self) -> u64 {
        self.core.current.version()
    }

    /// How the configuration and its sources are. Does not wait for a reload or a write that is going on.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// let status = config.status();
    /// assert_eq!((status.version, status.last_error), (1, None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn status(&self) -> Status {
        Status::of(&self.core)
    }

    /// Where the value of a field comes from: what every layer says of it, and which one wins.
    ///
    /// The path is dotted, by the names that files use, and counted from this handle's struct: `rate_limit.max`,
    /// `servers[3].port`. A path that names no field is no error; [`Explanation::note`] says so. What an element of
    /// lists that are joined by `#[hot(merge = ..)]` is explained by is what gave that element.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// let config = Config::hot_load()?;
    /// assert_eq!(
    ///     config.explain("rate_limit.max").to_string(),
    ///     "rate_limit.max\n  = 5 at app.toml:1:18\n    100 from the default of the field"
    /// );
    /// assert_eq!(config.explain("rate_limit.maxx").note.as_deref(), Some("no such field, did you mean `rate_limit.max`?"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, path: &str) -> Explanation {
        Explanation::of(&self.core, self.base, path)
    }

    /// [`explain`](Self::explain) for every field of this handle's struct, in its order.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// let config = Config::hot_load()?;
    /// let all = config.explain_all();
    /// assert_eq!(all[2].path, "rate_limit.max");
    /// assert!(all.to_string().contains(
    ///     "rate_limit.max\n  = 5 at app.toml:1:18\n    100 from the default of the field\nrate_limit.burst\n"
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain_all(&self) -> Explanations {
        Explanations::of(&self.core, self.base)
    }

    /// Fields whose new value waits for a restart of the program: those marked `#[hot(restart)]`, or in a struct that is.
    ///
    /// A field that goes back to the running value waits no longer. [`Builder::restart`](crate::Builder::restart) has other
    /// policies.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// std::fs::write("app.toml", "listen = '127.0.0.1:9000'\nlog_level = 'debug'")?;
    /// config.reload()?;
    ///
    /// assert_eq!(config.log_level(), "debug"); // what stands beside it goes live
    /// assert_eq!(config.listen().port(), 8080);
    /// let waiting = config.pending_restart();
    /// assert_eq!((&*waiting[0].path, &waiting[0].waiting), ("listen", &"127.0.0.1:9000".into()));
    /// assert_eq!(waiting[0].origin.to_string(), "at app.toml:1:10");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pending_restart(&self) -> Vec<PendingRestart> {
        self.core.board().pending.clone()
    }

    /// The values of the whole configuration that were set at run time, by their paths.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// config.set_rate_limit_max(500)?;
    /// let overrides = config.overrides();
    /// assert_eq!((overrides[0].path(), overrides[0].value()), ("rate_limit.max", Some(&500.into())));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn overrides(&self) -> Vec<Override> {
        Override::all(self.core.model.shape, &self.core.board().pins)
    }

    /// The same handle for somebody: what is written through it, or through a nested handle of it, is theirs.
    ///
    /// [`overrides`](Self::overrides) and [`explain`](Self::explain) show the name. It is only shown, and gives no right.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// let alice = config.by("alice");
    /// alice.set_log_level("debug".into())?;
    /// alice.rate_limit().set_max(5)?;
    /// config.set_rate_limit_burst(5)?;
    /// let by: Vec<_> = config.overrides().iter().map(|value| value.by().map(str::to_owned)).collect();
    /// assert_eq!(by, [Some("alice".into()), None, Some("alice".into())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by(&self, name: impl Into<Arc<str>>) -> S::Handle {
        self.signed(|signature| signature.by = Some(name.into()))
    }

    /// The same handle for a while: a value that is written through it, or through a nested handle of it, goes by itself
    /// `duration` after the write, and the sources have their say back.
    ///
    /// Setting the value again counts anew, and without `for_duration` it stays. A value whose going would leave an invalid
    /// configuration stays too, and is reported as a refused reload is.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use std::time::Duration;
    ///
    /// let config = Config::hot_load()?;
    /// config.by("alice").for_duration(Duration::from_secs(3600)).set_log_level("debug".into())?;
    /// assert!(config.overrides()[0].expires().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn for_duration(&self, duration: Duration) -> S::Handle {
        self.signed(|signature| signature.lasts = Some(duration))
    }

    fn signed(&self, sign: impl FnOnce(&mut Signature)) -> S::Handle {
        let mut signature = self.signature.as_deref().cloned().unwrap_or_default();
        sign(&mut signature);
        Self::part(self.core.clone(), self.base, Some(Arc::new(signature))).into()
    }

    /// A handle that does not keep the configuration alive.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// let weak = config.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(config);
    /// assert!(weak.upgrade().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn downgrade(&self) -> WeakHandle<S> {
        let signature = self.signature.clone();
        WeakHandle { core: self.core.downgrade(), base: self.base, signature, marker: PhantomData }
    }

    /// Reads every source again and publishes what came of it. Returns the version then current.
    ///
    /// The read starts after the call. Blocks until it is done. Calls that wait at the same time share a read. A handle
    /// without sources has nothing to read, and returns its version.
    ///
    /// # Errors
    /// Every problem of the sources, and nothing is changed then; or this is a nested handle, or shut down, or the call
    /// comes from inside a write.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// assert_eq!(config.reload()?, 2);
    /// assert_eq!(config.rate_limit_max(), 5);
    ///
    /// std::fs::write("app.toml", "rate_limit.max = 0")?;
    /// assert!(config.reload().is_err());
    /// assert_eq!(config.rate_limit_max(), 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reload(&self) -> Result<u64, Error> {
        self.whole("reload")?;
        self.core.reload()
    }

    /// [`reload`](Self::reload) for async code.
    ///
    /// # Errors
    /// As [`reload`](Self::reload).
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// block_on(config.reload_async())?;
    /// assert_eq!(config.rate_limit_max(), 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reload_async(&self) -> impl Future<Output = Result<u64, Error>> + Send + use<S> {
        let handle = self.clone();
        offload(move || handle.reload())
    }

    /// Ends watching and notifying, and waits up to a second for the threads. Readers keep the last version.
    ///
    /// No callback starts after it returns. Writes and reloads are errors from then on. Calling it again does nothing.
    ///
    /// # Errors
    /// This is a nested handle: a component must not shut down the application.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// config.shutdown()?;
    /// assert_eq!(config.rate_limit_max(), 100);
    /// assert!(config.set_rate_limit_max(5).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn shutdown(&self) -> Result<(), Error> {
        self.whole("shutdown")?;
        self.core.shut_down();
        Ok(())
    }

    /// Changes values by a closure that runs exactly once, here, under the writer lock. Returns the version then current.
    ///
    /// What it changed is checked in full, published as one version, and kept over reloads. If it changed nothing, nothing is
    /// published.
    ///
    /// # Errors
    /// A rule is broken or a value cannot be written; nothing is changed then. Also when the call comes from inside another
    /// write, or the configuration is shut down; the closure does not run then.
    ///
    /// # Panics
    /// When the closure does; nothing is changed then.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// config.update(|config| {
    ///     config.rate_limit.max *= 2;
    ///     config.rate_limit.burst *= 2;
    /// })?;
    /// assert_eq!((config.version(), config.rate_limit_max(), config.rate_limit_burst()), (2, 200, 40));
    ///
    /// let error = config.update(|config| config.log_level.clear()).unwrap_err();
    /// assert!(error.has(hotswap::IssueKind::Rule));
    /// assert_eq!(config.log_level(), "info");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn update(&self, change: impl FnOnce(&mut S)) -> Result<u64, Error> {
        self.core.update(self.base, &self.request(Cause::Update), change)
    }

    /// [`update`](Self::update), only if `version` is current.
    ///
    /// # Errors
    /// As [`update`](Self::update), and when the version has moved; the closure does not run then.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// let seen = config.version();
    /// config.set_rate_limit_max(5)?; // somebody else is faster
    /// assert!(config.update_if(seen, |config| config.rate_limit.max = 6).is_err());
    /// assert_eq!(config.update_if(seen + 1, |config| config.rate_limit.max = 6)?, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn update_if(&self, version: u64, change: impl FnOnce(&mut S)) -> Result<u64, Error> {
        let request = Request { expected: Some(version), ..self.request(Cause::Update) };
        self.core.update(self.base, &request, change)
    }

    /// [`update`](Self::update) for async code; the closure runs on a thread of its own.
    ///
    /// # Errors
    /// As [`update`](Self::update).
    ///
    /// # Panics
    /// As [`update`](Self::update), where the future is polled.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// block_on(config.update_async(|config| config.rate_limit.max = 5))?;
    /// assert_eq!(config.rate_limit_max(), 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn update_async(
        &self,
        change: impl FnOnce(&mut S) + Send + 'static,
    ) -> impl Future<Output = Result<u64, Error>> + Send {
        let handle = self.clone();
        offload(move || handle.update(change))
    }

    /// Sets one value. It is checked in full, published, and kept over reloads. Returns the version then current.
    ///
    /// The generated `set_<field>` does the same. The value of a field that needs a restart is accepted and waits; see
    /// [`pending_restart`](Self::pending_restart).
    ///
    /// # Errors
    /// A rule is broken or the value cannot be written; nothing is changed then. Also when the call comes from inside another
    /// write, or the configuration is shut down.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// config.set(Config::paths().rate_limit(), RateLimit { max: 5, burst: 5 })?;
    /// config.set(Config::paths().rate_limit().max(), 6)?;
    /// assert_eq!((config.rate_limit_max(), config.rate_limit_burst()), (6, 5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set<P: AsPath<Root = S>>(&self, path: P, value: P::Value) -> Result<u64, Error> {
        let slot = self.base + path.as_path().slot;
        self.core.update(slot, &self.request(Cause::Set), move |place: &mut P::Value| *place = value)
    }

    /// [`set`](Self::set) for async code.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// block_on(config.set_async(Config::paths().rate_limit().max(), 5))?;
    /// assert_eq!(config.rate_limit_max(), 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        let request = self.request(Cause::Set);
        offload(move || core.update(slot, &request, move |place: &mut P::Value| *place = value))
    }

    /// Takes back every value that was set at run time. Returns the version then current.
    ///
    /// A handle without sources has nothing to go back to, and changes nothing.
    ///
    /// # Errors
    /// What the sources say without them is invalid, or this is a nested handle, or shut down; nothing is changed then.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// config.set_rate_limit_max(5)?;
    /// assert_eq!(config.clear_overrides()?, 3);
    /// assert_eq!(config.rate_limit_max(), 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn clear_overrides(&self) -> Result<u64, Error> {
        self.whole("clear_overrides")?;
        self.core.clear_pins(&self.request(Cause::Clear))
    }

    /// Calls `callback` with the old and the new value whenever the value at `path` really changed.
    ///
    /// The generated `on_<field>_change` does the same. What callbacks can rely on stands in
    /// [the guide](crate::guide::reacting).
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// let _subscription = config.on_change(Config::paths().rate_limit().max(), move |old, new| {
    ///     tell.send((*old, *new)).unwrap();
    /// });
    /// config.set_rate_limit_max(5)?;
    /// assert_eq!(told.recv_timeout(BOUND)?, (100, 5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_change<P: AsPath<Root = S>>(
        &self,
        path: P,
        callback: impl Fn(&P::Value, &P::Value) + Send + Sync + 'static,
    ) -> Subscription {
        self.__on_change(path.as_path().slot, callback)
    }

    /// The value at `path`, to be awaited.
    ///
    /// See [`Watch`] for an example.
    pub fn watch<P: AsPath<Root = S>>(&self, path: P) -> Watch<P::Value> {
        Watch::new(&self.core.current, &self.core.notifier, self.base + path.as_path().slot)
    }

    /// Calls `callback` whenever anything below this struct changed.
    ///
    /// See [`Change`] for an example.
    pub fn subscribe(&self, callback: impl Fn(&Change<S>) + Send + Sync + 'static) -> Subscription {
        let current = &self.core.current;
        let now = current.load_full();
        let delivery = Box::new(WholeDelivery::new(current, &now, self.base, callback));
        let moved = || current.version() != now.version;
        self.core.notifier.subscribe(vec![Topic::Slot(self.base)], delivery, moved)
    }

    /// Asks `hook` before anything below this struct changes; an error refuses the change, with its message.
    ///
    /// It is asked about changes that passed every rule, right before the publish, and not about the first version or about
    /// values that wait for a restart. Every hook that a change concerns is asked, in the order of registration; if one
    /// refuses, nothing changes, and those that agreed are told by [`Subscription::on_abort`]. A panic refuses, and so does
    /// a hook that takes longer than [`Builder::prepare_timeout`](crate::Builder::prepare_timeout).
    ///
    /// A hook runs on a thread of its own, while the writer waits. It may read; a write or a reload from inside it is an
    /// error. A reload that was refused is tried again when a source changes, or by [`reload`](Self::reload).
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// let _subscription = config.rate_limit().prepare(|change| {
    ///     let (old, new) = (change.old().max, change.new().max);
    ///     if new < old / 2 { Err(format!("from {old} to {new} is too steep")) } else { Ok(()) }
    /// });
    ///
    /// let error = config.set_rate_limit_max(5).unwrap_err();
    /// assert_eq!(error.to_string(), "\
    /// configuration rejected: 1 problem
    ///   rate_limit: prepare hook 1 of `RateLimit` refused: from 100 to 5 is too steep");
    /// assert_eq!(config.rate_limit_max(), 100);
    /// assert_eq!(config.set_rate_limit_max(50)?, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn prepare<E: fmt::Display>(
        &self,
        hook: impl Fn(&Change<S>) -> Result<(), E> + Send + Sync + 'static,
    ) -> Subscription {
        let slot = self.base;
        let keys = self.core.model.shape.keys_of(slot);
        let ask = move |old: &Published, new: &Published| {
            hook(&Change::between(old, new, slot)).map_err(|reason| reason.to_string())
        };
        let hook = self.core.hooks.add(Place { slot, keys, name: S::SHAPE.name }, Box::new(ask));
        hook.map_or_else(Subscription::none, |hook| {
            let hook: Weak<dyn Prepared> = Arc::downgrade(&(hook as Arc<dyn Prepared>));
            Subscription::hook(hook)
        })
    }

    /// Calls `callback` for every leaf below this struct that changed and whose dotted path matches.
    ///
    /// `*` stands for one segment or a part of one, `**` for any number. Values come as JSON, secrets redacted. A pattern that
    /// does not parse matches nothing and is logged; see [`try_watch_pattern`](Self::try_watch_pattern).
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// let _subscription = config.watch_pattern("**.max", move |field| tell.send(field.to_string()).unwrap());
    /// config.set_rate_limit_max(5)?;
    /// assert_eq!(told.recv_timeout(BOUND)?, "rate_limit.max: 100 -> 5");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// assert!(config.try_watch_pattern("rate_limit.[", |_| {}).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// let config = Config::hot_load()?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// let _subscription = config.on_reload_error(move |report| tell.send(report.clone()).unwrap());
    /// std::fs::write("app.toml", "rate_limit.max = 0")?;
    /// assert!(told.recv_timeout(BOUND)?.has(hotswap::IssueKind::Rule));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_reload_error(&self, callback: impl Fn(&Error) + Send + Sync + 'static) -> Subscription {
        self.reports(Topic::ReloadError, &self.core.errors, callback)
    }

    /// Calls `callback` when `Warn` policies found something that was not there before.
    ///
    /// What they found at start is in [`Status::warnings`].
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_builder().unknown_keys(hotswap::UnknownKeys::Warn).load()?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// let _subscription = config.on_warning(move |report| tell.send(report.to_string()).unwrap());
    /// std::fs::write("app.toml", "colour = 'red'")?;
    /// let report = "configuration accepted: 1 warning\n  colour: unknown key\n    at app.toml:1:1";
    /// assert_eq!(told.recv_timeout(BOUND)?, report);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        match self.cells.read_near(slot) {
            Some(bits) => F::from_bits(bits),
            None => self.core.current.scalar(slot),
        }
    }

    #[inline]
    pub fn __get<F>(&self, get: fn(&S) -> &F) -> Ref<S, F> {
        Ref::new(self.load(), get)
    }

    pub fn __nested<N: HotConfig>(&self, slot: usize) -> N::Handle {
        Handle::<N>::part(self.core.clone(), self.base + slot, self.signature.clone()).into()
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
}

impl<S: HotConfig> fmt::Debug for Handle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("config", &S::SHAPE.name).field("version", &self.version()).finish()
    }
}

/// A handle that does not keep the configuration alive, for callbacks that would otherwise keep their own.
///
/// ```
#[doc = include_str!("example.txt")]
/// let config = Config::hot_load()?;
/// let weak = config.downgrade();
/// config
///     .on_rate_limit_max_change(move |_, max| {
///         let Some(config) = weak.upgrade() else { return };
///         let _ = config.set_rate_limit_burst(max / 5);
///     })
///     .detach();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct WeakHandle<S> {
    core: Weak<Core>,
    base: usize,
    signature: Option<Arc<Signature>>,
    marker: PhantomData<fn() -> S>,
}

impl<S: HotConfig> WeakHandle<S> {
    /// The generated handle again, if another one is still there.
    pub fn upgrade(&self) -> Option<S::Handle> {
        let core = Lease::upgrade(&self.core)?;
        Some(Handle::part(core, self.base, self.signature.clone()).into())
    }
}

impl<S> Clone for WeakHandle<S> {
    fn clone(&self) -> Self {
        let signature = self.signature.clone();
        Self { core: Weak::clone(&self.core), base: self.base, signature, marker: PhantomData }
    }
}

impl<S> fmt::Debug for WeakHandle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakHandle")
    }
}
