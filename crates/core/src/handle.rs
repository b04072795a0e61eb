//! What a program holds of its configuration. Reads stand here; [`write`] and [`subscribe`] hold the rest.

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
/// The generated `…Handle` types deref to this one. Cheap to clone, `Send` and `Sync`. When the last one goes, so do
/// watching, callbacks and threads.
///
/// In a process that was forked after the load, reads work and everything else is an error: see
/// [`Status::forked`](crate::Status::forked).
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
    pub(crate) core: CoreRef,
    /// The core's, close at hand: a reader would otherwise follow another pointer.
    current: Arc<Current>,
    /// Of this struct.
    cells: Arc<Cells>,
    /// The number of the struct, counted from the root.
    base: usize,
    /// Whose writes these are.
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
        Guard::new(self.current.load(), self.base)
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
        self.current.load().part(self.base)
    }

    /// The current version of the whole configuration: 1 at first, up by one per publish, never back.
    ///
    /// On a nested handle it is the same number. See [`update_if`](Self::update_if) for an example.
    pub fn version(&self) -> u64 {
        self.current.version()
    }

    /// The version, and how many changes were accepted after it without a version of their own: see [`Revision`].
    ///
    /// Read it before the values on which a decision is based, for [`if_revision`](Self::if_revision), which has an example.
    pub fn current_revision(&self) -> Revision {
        self.core.revision()
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
        Status::new(&self.core)
    }

    /// Where the value of a field comes from: what every layer says of it, and which one wins.
    ///
    /// The path is dotted, by the names that files use, and counted from this handle's struct: `rate_limit.max`,
    /// `servers[3].port`. A path that names no field is no error; [`Explanation::note`] says so. What an element of
    /// lists that are joined by `#[hot(merge = ..)]` is explained by is what gave that element. `servers.3` means
    /// `servers[3]` where `servers` is a list.
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
        self.core.in_force().pending.clone()
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
        Override::all(&self.core.current.load_full(), &self.core.in_force().basis.overrides)
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
        self.with_options(|options| options.by = Some(name.into()))
    }

    /// The same handle for a while: a value that is written through it, or through a nested handle of it, goes by itself
    /// `duration` after the write, and the sources have their say back.
    ///
    /// Setting the value again counts anew, and without `for_duration` it stays. A value whose going would leave an invalid
    /// configuration stays until it can go, and so does one that a prepare hook keeps: it is reported as a refused reload
    /// is, and tried again, at first after a second and then at least once in two minutes.
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

    /// The same handle for one version: a write through it, or through a nested handle of it, is refused unless `version` is
    /// current and no write was accepted after it, so that a decision that was made on that version changes no other.
    ///
    /// A rollback and taking back an override count as writes. A write that changes no running value, as that of a field that
    /// needs a restart, counts too, although the version does not move: [`if_revision`](Self::if_revision) can go on after it.
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

    /// The same handle for one revision: as [`if_version`](Self::if_version), and a write without a version of its own is no
    /// obstacle to the next one, since it gave the configuration another [revision](Self::current_revision).
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

/// What generated code calls.
#[doc(hidden)]
impl<S: HotConfig> Handle<S> {
    #[inline]
    pub fn __scalar<F: Scalar>(&self, slot: usize) -> F {
        // One load of a cell, and nothing else, for nearly every read.
        self.cells.read_near(slot).map_or_else(|| self.far_scalar(slot), F::from_bits)
    }

    /// A scalar whose cell is far, or about to change.
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
