//! The handle of a configuration. Reads are in this file; [`write`] and [`subscribe`] contain the rest.

mod history;
mod patch;
mod save;
mod state;
mod subscribe;
mod weak;
mod write;

use std::{fmt, marker::PhantomData, ops::Deref, sync::Arc, time::Duration};

pub use weak::WeakHandle;

use crate::{
    cell::{Cells, Scalar},
    config::HotConfig,
    engine::{Request, core_ref::CoreRef},
    error::Error,
    explain::{Explanation, Explanations},
    guard::{Guard, Ref},
    overrides::{Expected, Override, WriteOptions},
    path::Path,
    revision::Revision,
    schema::ByValue,
    snapshot::{Cause, Current},
    status::{PendingRestart, Status},
};

/// Reads, subscribes and writes below one struct: the root, or one nested in it.
///
/// The generated `…Handle` types deref to this one. Cheap to clone, `Send` and `Sync`. When the last handle is
/// dropped, watching, callbacks and threads stop.
///
/// In a process that was forked after the load, reads work and everything else is an error: see
/// [`Status::forked`](crate::Status::forked).
///
/// The examples of the methods use this configuration:
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
    pub(crate) core: CoreRef,
    /// A copy of the core's pointer, so that a reader follows one pointer less.
    current: Arc<Current>,
    /// The cells of this struct.
    cells: Arc<Cells>,
    /// The number of the struct, counted from the root.
    base: usize,
    /// The options of writes through this handle.
    options: Option<Arc<WriteOptions>>,
    marker: PhantomData<fn() -> S>,
}

impl<S> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self {
            core: self.core.clone(),
            current: Arc::clone(&self.current),
            cells: Arc::clone(&self.cells),
            base: self.base,
            options: self.options.clone(),
            marker: PhantomData,
        }
    }
}

impl<S> Handle<S> {
    fn part(core: CoreRef, base: usize, options: Option<Arc<WriteOptions>>) -> Self {
        let (current, cells) = (Arc::clone(&core.current), core.current.cells(base));
        Self { core, current, cells, base, options, marker: PhantomData }
    }

    fn request(&self, cause: Cause) -> Request {
        Request { cause, options: self.options.clone() }
    }
}

impl<S: HotConfig> Handle<S> {
    pub(crate) fn root(core: CoreRef) -> Self {
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

    /// One consistent snapshot, for short use. Do not hold it across `.await`.
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
        Guard::new(self.current.load(), self.base)
    }

    /// One consistent snapshot, to keep.
    ///
    /// On the handle of a nested struct, the first call in each version copies that struct.
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
        self.current.load().part(self.base)
    }

    /// The current version of the whole configuration. It starts at 1, increases by one with each publish,
    /// and never decreases.
    ///
    /// On a nested handle it is the same number. See [`update_if`](Self::update_if) for an example.
    pub fn version(&self) -> u64 {
        self.current.version()
    }

    /// The version, and the number of changes accepted after it without a new version: see [`Revision`].
    ///
    /// Read it before the values on which a decision is based, for [`if_revision`](Self::if_revision), which has an example.
    pub fn current_revision(&self) -> Revision {
        self.core.revision()
    }

    /// The status of the configuration and its sources. Does not wait for a reload or a write in progress.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// let status = config.status();
    /// assert_eq!((status.version, status.last_error), (1, None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn status(&self) -> Status {
        Status::new(&self.core)
    }

    /// Where the value of a field comes from: the value in each layer, and which layer wins.
    ///
    /// The path is dotted, by the names that files use, and counted from this handle's struct: `rate_limit.max`,
    /// `servers[3].port`. A path that names no field is not an error; [`Explanation::note`] says so. An element of
    /// a list that was joined by `#[hot(merge = ..)]` is explained by the layer that gave this element. `servers.3`
    /// means `servers[3]` if `servers` is a list.
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
        Explanation::new(&self.core, self.base, path)
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
        Explanations::new(&self.core, self.base)
    }

    /// Fields whose new value waits for a restart of the program: fields marked `#[hot(restart)]`, or in a struct with
    /// this mark.
    ///
    /// A field that returns to its running value is no longer pending. [`Builder::restart`](crate::Builder::restart)
    /// selects other policies.
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
        self.core.in_force().pending.clone()
    }

    /// The values of the whole configuration that were set at run time, sorted by path.
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
        Override::all(&self.core.current.load_full(), &self.core.in_force().basis.overrides)
    }

    /// The same handle with an author. The author is recorded for each write through it or through its nested
    /// handles.
    ///
    /// [`overrides`](Self::overrides) and [`explain`](Self::explain) show the name. The name is only displayed, and
    /// grants no permission. A blank name is no author.
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
        let name = Some(name.into()).filter(|name| !name.trim().is_empty());
        self.with_options(|options| options.by = name)
    }

    /// The same handle for temporary values: a value that is written through it, or through its nested handles,
    /// expires `duration` after the write. Then the override without an expiry that it replaced is in force again, with
    /// its author, or else the value of the sources.
    ///
    /// Setting the same value again restarts the time, or gives a permanent value an expiry; without `for_duration` it
    /// makes the value permanent. If the configuration would be invalid without the value, or a prepare hook refuses its
    /// removal, it stays in force. This is reported like a refused reload, and the removal is retried, at first after a
    /// second and then at least once every two minutes.
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
        self.with_options(|options| options.lasts = Some(duration))
    }

    /// The same handle for one version: a write through it, or through its nested handles, is refused unless `version`
    /// is current and no write was accepted after it, so that a decision based on that version is not applied to
    /// another one.
    ///
    /// Rolling back and clearing an override count as writes. A write that changes no running value, such as a write
    /// to a field that needs a restart, counts too, although the version stays the same:
    /// [`if_revision`](Self::if_revision) works after such a write.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// let seen = config.version();
    /// config.set_rate_limit_burst(5)?; // somebody else is faster
    /// let error = config.if_version(seen).by("alice").set_rate_limit_max(5).unwrap_err();
    /// assert_eq!(error.issues().next().unwrap().message(), "expected version 1, but version 2 is current");
    /// config.if_version(seen + 1).by("alice").set_rate_limit_max(5)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn if_version(&self, version: u64) -> S::Handle {
        self.with_options(|options| options.expected = Some(Expected::Version(version)))
    }

    /// The same handle for one revision: like [`if_version`](Self::if_version), but the next write can succeed after a
    /// write that published no version, since that write also changed the [revision](Self::current_revision).
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_load()?;
    /// let seen = config.current_revision();
    /// config.set_listen("127.0.0.1:9090".parse()?)?; // waits for a restart
    /// let error = config.if_revision(seen).set_rate_limit_max(5).unwrap_err();
    /// assert_eq!(error.issues().next().unwrap().message(), "expected revision 1.0, but revision 1.1 is current");
    /// config.if_revision(config.current_revision()).set_rate_limit_max(5)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn if_revision(&self, revision: Revision) -> S::Handle {
        self.with_options(|options| options.expected = Some(Expected::Revision(revision)))
    }

    fn with_options(&self, change: impl FnOnce(&mut WriteOptions)) -> S::Handle {
        let mut options = self.options.as_deref().cloned().unwrap_or_default();
        change(&mut options);
        Self::part(self.core.clone(), self.base, Some(Arc::new(options))).into()
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
        let options = self.options.clone();
        WeakHandle { core: self.core.downgrade(), base: self.base, options, marker: PhantomData }
    }
}

/// Called by generated code.
#[doc(hidden)]
impl<S: HotConfig> Handle<S> {
    #[inline]
    pub fn __scalar<F: Scalar>(&self, slot: usize) -> F {
        // Nearly every read is only one load of a cell.
        self.cells.read_near(slot).map_or_else(|| self.far_scalar(slot), F::from_bits)
    }

    /// Reads a scalar whose cell is not in the inline part, or is about to change.
    #[cold]
    fn far_scalar<F: Scalar>(&self, slot: usize) -> F {
        let snapshot = || *self.current.load().get::<F>(self.base + slot);
        self.cells.read(slot).map_or_else(snapshot, F::from_bits)
    }

    #[inline]
    pub fn __get<F>(&self, get: fn(&S) -> &F) -> Ref<S, F> {
        Ref::new(self.load(), get)
    }

    #[inline]
    pub fn __copied<F: ByValue>(&self, get: fn(&S) -> &F) -> F {
        *self.__get(get)
    }

    pub fn __set<F: 'static>(&self, slot: usize, value: F) -> Result<u64, Error> {
        self.set(Path::<S, S>::root().__child::<F>(slot), value)
    }

    pub fn __nested<N: HotConfig>(&self, slot: usize) -> N::Handle {
        Handle::<N>::part(self.core.clone(), self.base + slot, self.options.clone()).into()
    }
}

impl<S: HotConfig> fmt::Debug for Handle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("config", &S::SHAPE.name).field("version", &self.version()).finish()
    }
}
