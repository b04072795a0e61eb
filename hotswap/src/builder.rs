//! Puts a configuration together: which sources, in which order, watched how.

mod assemble;
mod first_read;
mod profile;
mod provider;

use std::{
    future::Future,
    marker::PhantomData,
    path::{Path, PathBuf},
    time::Duration,
};

pub(crate) use assemble::fixed;

use crate::{
    config::HotConfig,
    engine::{OverrideConflict, Policy, Restart, collect::Health, health::HealthWatch, offload::offload},
    error::Error,
    snapshot::Published,
    source::{Source, UnknownKeys},
};
use provider::FigmentSource;

/// What the attributes of a struct say about its sources.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub files: &'static [FileSetup],
    pub env: Option<&'static str>,
    pub profile: Option<&'static str>,
}

/// One path of the attributes.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct FileSetup {
    pub path: &'static str,
    pub optional: bool,
    pub kind: PathKind,
}

/// What a path of the builder is read as.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    File,
    Dir,
    Dotenv,
}

impl Setup {
    /// A struct whose attributes name no source.
    pub const NONE: Self = Self { files: &[], env: None, profile: None };
}

struct PathSpec {
    path: PathBuf,
    optional: bool,
    kind: PathKind,
}

/// Chooses sources and timings, then loads.
///
/// Starts from the attributes of the struct; see [`HotConfig::hot_builder`]. Nothing is read before
/// [`load`](Self::load) or [`check`](Self::check).
///
/// ```
/// use hotswap::HotConfig;
/// use std::time::Duration;
///
/// #[derive(serde::Deserialize, HotConfig)]
/// struct Config {
///     #[hot(default = 8080)]
///     port: u16,
/// }
///
/// let config = Config::hot_builder()
///     .optional_file("config/app.toml")
///     .env("APP")
///     .poll_interval(Duration::from_secs(1))
///     .load()?;
/// assert_eq!(config.port(), 8080);
/// # Ok::<(), hotswap::Error>(())
/// ```
///
/// The examples of the methods are about a configuration with a `log_level` and a nested `rate_limit`, which has
/// `max` and `burst`.
#[must_use = "a builder does nothing until it loads"]
pub struct Builder<T> {
    paths: Vec<PathSpec>,
    pub(crate) env: Option<String>,
    profile: Option<String>,
    sources: Vec<Box<dyn Source>>,
    options: Options,
    marker: PhantomData<fn() -> T>,
}

/// Everything that is not a source.
#[derive(Clone, Debug)]
struct Options {
    watch: bool,
    debounce: Duration,
    max_wait: Duration,
    write_wait: Duration,
    poll_interval: Duration,
    missing_grace: Duration,
    max_file_size: u64,
    unknown_keys: Option<UnknownKeys>,
    allow_empty_files: bool,
    policy: Policy,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            watch: true,
            debounce: Duration::from_millis(50),
            max_wait: Duration::from_millis(500),
            write_wait: Duration::from_secs(2),
            poll_interval: Duration::from_secs(5),
            missing_grace: Duration::from_secs(2),
            max_file_size: 16 * 1024 * 1024,
            unknown_keys: None,
            allow_empty_files: false,
            policy: Policy::default(),
        }
    }
}

impl<T: HotConfig> Builder<T> {
    pub(crate) fn new() -> Self {
        let setup = T::SETUP;
        let paths = setup.files.iter().map(|file| PathSpec {
            path: file.path.into(),
            optional: file.optional,
            kind: file.kind,
        });
        Self {
            paths: paths.collect(),
            env: setup.env.map(str::to_owned),
            profile: setup.profile.map(str::to_owned),
            sources: Vec::new(),
            options: Options::default(),
            marker: PhantomData,
        }
    }

    fn path(mut self, path: impl AsRef<Path>, optional: bool, kind: PathKind) -> Self {
        self.paths.push(PathSpec { path: path.as_ref().to_owned(), optional, kind });
        self
    }

    /// Adds a file that must be there. `{profile}` in the path stands for the profile's name.
    ///
    /// Later files win over earlier ones. A relative path is relative to the working directory. The extension tells
    /// the [`Format`](crate::Format); one that is not known is an error of the load.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// std::fs::write("base.toml", "log_level = 'warn'\nrate_limit.max = 5")?;
    /// std::fs::write("site.json", r#"{ "rate_limit": { "max": 6 } }"#)?;
    ///
    /// let config = Config::hot_builder().file("base.toml").file("site.json").check()?;
    /// assert_eq!((&*config.log_level, config.rate_limit.max), ("warn", 6));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn file(self, path: impl AsRef<Path>) -> Self {
        self.path(path, false, PathKind::File)
    }

    /// Adds a file that may be missing; it joins when it appears.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_builder().optional_file("local.yaml").load()?;
    /// assert_eq!(config.rate_limit_max(), 100);
    ///
    /// std::fs::write("local.yaml", "rate_limit: { max: 7 }")?;
    /// config.reload()?;
    /// assert_eq!(config.rate_limit_max(), 7);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn optional_file(self, path: impl AsRef<Path>) -> Self {
        self.path(path, true, PathKind::File)
    }

    /// Adds every file of a known format in a directory, in the byte order of their names. The directory must be there.
    ///
    /// Names that begin with `.` or `#` and every other extension are left out, and directories are not entered.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// std::fs::create_dir("conf.d")?;
    /// std::fs::write("conf.d/10-base.toml", "log_level = 'warn'\nrate_limit.max = 5")?;
    /// std::fs::write("conf.d/20-site.yaml", "rate_limit: { max: 6 }")?;
    ///
    /// let config = Config::hot_builder().dir("conf.d").check()?;
    /// assert_eq!((&*config.log_level, config.rate_limit.max), ("warn", 6));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dir(self, path: impl AsRef<Path>) -> Self {
        self.path(path, false, PathKind::Dir)
    }

    /// Takes environment variables that start with this prefix and `_`, in place of the prefix of the attributes.
    ///
    /// With an empty prefix, the name of a field alone names its variable.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// // As if the program was started with SHOP_RATE_LIMIT_MAX=9.
    /// std::fs::write(".env", "SHOP_RATE_LIMIT_MAX=9")?;
    ///
    /// let config = Config::hot_builder().env("SHOP").dotenv(".env").check()?;
    /// assert_eq!(config.rate_limit.max, 9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn env(mut self, prefix: impl Into<String>) -> Self {
        self.env = Some(prefix.into());
        self
    }

    /// Adds a dotenv file: variables for the fields and for `${..}`, below those of the process. It may be missing.
    ///
    /// The syntax is that of the `dotenvy` crate. The environment of the process is not changed. See [`env`](Self::env)
    /// for an example.
    pub fn dotenv(self, path: impl AsRef<Path>) -> Self {
        self.path(path, true, PathKind::Dotenv)
    }

    /// Adds any figment provider, above files and environment.
    ///
    /// It is read in figment's own way: its global values over those of its profile. What it gives is read again at every
    /// poll.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use figment::providers::Serialized;
    ///
    /// let config = Config::hot_builder().layer(Serialized::default("rate_limit.max", 9)).check()?;
    /// assert_eq!(config.rate_limit.max, 9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn layer(self, provider: impl figment::Provider + Send + 'static) -> Self {
        self.source(FigmentSource(provider))
    }

    /// Adds a source of the program, above files and environment unless it gives itself a priority.
    ///
    /// See [`Source`] for an example.
    pub fn source(mut self, source: impl Source) -> Self {
        self.sources.push(Box::new(source));
        self
    }

    /// Forgets the files and directories given so far, those of the attributes too; dotenv files, the environment and
    /// other sources stay.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// assert_eq!(Config::hot_builder().without_files().check()?.rate_limit.max, 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn without_files(mut self) -> Self {
        self.paths.retain(|spec| spec.kind == PathKind::Dotenv);
        self
    }

    /// Forgets every file, prefix and source up to here, those of the attributes too: for tests, and for programs that
    /// decide for themselves.
    ///
    /// A variable that a field names by its own `env = ".."` still counts.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// assert_eq!(Config::hot_builder().check()?.rate_limit.max, 5);
    /// assert_eq!(Config::hot_builder().clear_sources().check()?.rate_limit.max, 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn clear_sources(mut self) -> Self {
        self.paths.clear();
        self.sources.clear();
        self.env = None;
        self
    }

    /// Chooses the profile, over `<PREFIX>_PROFILE`, `HOTSWAP_PROFILE` and the default, `development`.
    ///
    /// It must be of ASCII letters, digits, `_` and `-`, and match at least one of the files with `{profile}` in their
    /// paths, if there are any; otherwise the load fails.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// std::fs::write("config.production.toml", "rate_limit.max = 9")?;
    ///
    /// let builder = || Config::hot_builder().optional_file("config.{profile}.toml");
    /// assert_eq!(builder().profile("production").check()?.rate_limit.max, 9);
    /// assert!(builder().profile("prodution").check().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Whether to watch the sources; on by default.
    ///
    /// Without it no file is looked at, and nothing is polled, until [`reload`](crate::Handle::reload) is called. A
    /// [`Source`] that says that it changed is read all the same.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_builder().watch(false).load()?;
    /// std::fs::write("app.toml", "rate_limit.max = 9")?;
    /// assert_eq!(config.rate_limit_max(), 100);
    /// config.reload()?;
    /// assert_eq!(config.rate_limit_max(), 9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn watch(mut self, watch: bool) -> Self {
        self.options.watch = watch;
        self
    }

    /// How long a file must be quiet before it is read; 50 ms by default.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use std::time::Duration;
    ///
    /// // For a file that a slow tool writes in many steps, on a network mount.
    /// let config = Config::hot_builder()
    ///     .debounce(Duration::from_millis(200))
    ///     .max_wait(Duration::from_secs(2))
    ///     .write_wait(Duration::from_secs(10))
    ///     .poll_interval(Duration::from_secs(1))
    ///     .missing_grace(Duration::from_secs(5))
    ///     .load()?;
    /// # drop(config);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn debounce(mut self, quiet: Duration) -> Self {
        self.options.debounce = quiet;
        self
    }

    /// How long changes that do not cease can put off a read, from the first of them; 500 ms by default.
    ///
    /// See [`debounce`](Self::debounce) for an example.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.options.max_wait = wait;
        self
    }

    /// How long, on top of [`max_wait`](Self::max_wait), a write that has begun is waited for; 2 s by default.
    ///
    /// A write has begun when a file was modified and not closed since, or is empty. When the time is over, what
    /// is there counts: it is published if it is valid, and reported if not. See [`debounce`](Self::debounce) for an example.
    pub fn write_wait(mut self, wait: Duration) -> Self {
        self.options.write_wait = wait;
        self
    }

    /// How often everything is read again even if nothing was heard; 5 s by default, at least 10 ms.
    ///
    /// It is what finds changes where the file system gives no events. See [`debounce`](Self::debounce) for an example.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.options.poll_interval = interval;
        self
    }

    /// What becomes of a reload that a value set at run time makes invalid; [`OverrideConflict::Refuse`] by default.
    ///
    /// It is found by loading without the overrides: if the sources are invalid by themselves, they are refused either way.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # fn fits(limit: &Limit) -> Result<(), &'static str> {
    /// #     if limit.burst <= limit.max { Ok(()) } else { Err("the burst is above the maximum") }
    /// # }
    /// #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, HotConfig)]
    /// #[hot(file = "limit.toml", check = fits)]
    /// struct Limit {
    ///     max: u32,
    ///     burst: u32,
    /// }
    ///
    /// std::fs::write("limit.toml", "max = 10\nburst = 5")?;
    /// let limit = Limit::hot_load()?;
    /// limit.by("alice").set_burst(8)?;
    /// std::fs::write("limit.toml", "max = 7\nburst = 5")?;
    /// let refused = limit.reload().unwrap_err();
    /// assert!(refused.issues().any(|issue| issue.path() == "burst" && issue.message().contains("set by alice")));
    ///
    /// let limit = Limit::hot_builder().override_conflict(hotswap::OverrideConflict::Drop).load()?;
    /// limit.set_burst(6)?;
    /// std::fs::write("limit.toml", "max = 5\nburst = 5")?;
    /// limit.reload()?;
    /// assert_eq!((limit.max(), limit.burst(), limit.overrides().len()), (5, 5, 0));
    /// assert!(limit.status().warnings[0].starts_with("burst: the override is dropped"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn override_conflict(mut self, policy: OverrideConflict) -> Self {
        self.options.policy.conflict = policy;
        self
    }

    /// How long an optional file may be away before it leaves the merge; 2 s by default.
    ///
    /// A required file has no grace: while it is away, reloads are refused and the last configuration stays. See
    /// [`debounce`](Self::debounce) for an example.
    pub fn missing_grace(mut self, grace: Duration) -> Self {
        self.options.missing_grace = grace;
        self
    }

    /// The largest file that is read, in bytes; 16 MiB by default. A larger one is an error, and is not read into memory.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// std::fs::write("app.toml", "rate_limit.max = 9")?;
    /// let error = Config::hot_builder().max_file_size(10).check().unwrap_err();
    /// assert_eq!(error.issues().next().unwrap().message(), "the file is larger than the limit of 10 bytes");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn max_file_size(mut self, bytes: u64) -> Self {
        self.options.max_file_size = bytes;
        self
    }

    /// What keys that no field takes do, in files and in the environment alike. By default files refuse them and
    /// the environment warns.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use hotswap::UnknownKeys;
    ///
    /// std::fs::write("app.toml", "colour = 'red'")?;
    /// assert!(Config::hot_builder().check().is_err());
    /// assert!(Config::hot_builder().unknown_keys(UnknownKeys::Warn).check().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unknown_keys(mut self, policy: UnknownKeys) -> Self {
        self.options.unknown_keys = Some(policy);
        self
    }

    /// Whether a file without any content is a complete, empty layer; off by default, because the first half of a
    /// rewrite in place looks like one. A file of comments only is always complete.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// std::fs::write("app.toml", "")?;
    /// assert!(Config::hot_builder().write_wait(std::time::Duration::ZERO).check().is_err());
    /// assert!(Config::hot_builder().allow_empty_files(true).check().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn allow_empty_files(mut self, allow: bool) -> Self {
        self.options.allow_empty_files = allow;
        self
    }

    /// How many versions [`Handle::history`](crate::Handle::history) remembers; 32 by default.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = Config::hot_builder().history(1).load()?;
    /// config.set_rate_limit_max(9)?;
    /// let versions: Vec<u64> = config.history().iter().map(|record| record.version).collect();
    /// assert_eq!(versions, [2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn history(mut self, versions: usize) -> Self {
        self.options.policy.history.versions = versions;
        self
    }

    /// Forgets versions that were replaced longer ago than this; by default only their number counts.
    ///
    /// The current version is never forgotten, nor is one that ran until a moment ago, however old it is.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use std::time::Duration;
    ///
    /// let day = Duration::from_secs(24 * 60 * 60);
    /// let config = Config::hot_builder().history(1000).history_age(day).load()?;
    /// config.set_rate_limit_max(5)?;
    /// assert_eq!(config.history().len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn history_age(mut self, age: Duration) -> Self {
        self.options.policy.history.age = Some(age);
        self
    }

    /// Remembers no versions, as [`history(0)`](Self::history) does.
    pub fn no_history(self) -> Self {
        self.history(0)
    }

    /// How long one [prepare hook](crate::Handle::prepare) may take; 5 s by default. One that takes longer refuses the change.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use std::{thread::sleep, time::Duration};
    ///
    /// let config = Config::hot_builder().prepare_timeout(Duration::from_millis(20)).load()?;
    /// let _subscription = config.prepare(|_| {
    ///     sleep(Duration::from_millis(500));
    ///     Ok::<_, hotswap::Error>(())
    /// });
    /// let error = config.set_rate_limit_max(5).unwrap_err();
    /// let issue = error.issues().next().unwrap();
    /// assert_eq!(issue.message(), "prepare hook 1 of `Config` gave no answer within 20ms");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn prepare_timeout(mut self, timeout: Duration) -> Self {
        self.options.policy.prepare_timeout = timeout;
        self
    }

    /// What becomes of new values for fields that need a restart; [`Restart::Report`] by default.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use hotswap::Restart;
    ///
    /// let config = Config::hot_builder().restart(Restart::Refuse).load()?;
    /// std::fs::write("app.toml", "listen = '127.0.0.1:9000'\nlog_level = 'debug'")?;
    /// let error = config.reload().unwrap_err();
    /// assert!(error.has(hotswap::IssueKind::Restart));
    /// assert_eq!(config.log_level(), "info"); // what stands beside it is refused with it
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn restart(mut self, policy: Restart) -> Self {
        self.options.policy.restart = policy;
        self
    }

    /// Puts every new version on probation, and takes it back if the program does not stand it.
    ///
    /// During its probation `check` is asked again and again, ten times or every second, with the current snapshot. If it
    /// says [`Health::Failing`] or panics, what the last version held that is not on probation is published again, as by
    /// [`rollback_to`](crate::Handle::rollback_to); the sources that changed stay refused until they change again or
    /// [`reload`](crate::Handle::reload) is called. [`on_reload_error`](crate::Handle::on_reload_error), the log, the status
    /// and the history tell. What was put back is not on probation, so the program never goes back and forth.
    ///
    /// The check runs on a thread of its own. The first version needs none; who starts the program sees how it does.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use hotswap::{Cause, Health};
    /// use std::{sync::mpsc::channel, time::Duration};
    ///
    /// // A program that cannot cope with fewer than ten requests at a time.
    /// let healthy = |config: &Config| if config.rate_limit.max < 10 { Health::Failing } else { Health::Ok };
    /// let config = Config::hot_builder().health(healthy, Duration::from_millis(500)).load()?;
    /// let (tell, told) = channel();
    /// let _errors = config.on_reload_error(move |report| tell.send(report.clone()).unwrap());
    ///
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// assert!(told.recv_timeout(BOUND)?.has(hotswap::IssueKind::Health));
    /// assert_eq!((config.rate_limit_max(), config.status().cause), (100, Cause::Health(1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn health(
        mut self,
        check: impl Fn(&T) -> Health + Send + Sync + 'static,
        probation: Duration,
    ) -> Self {
        let check = move |published: &Published| check(published.get(0));
        self.options.policy.health = Some(HealthWatch::new(Box::new(check), probation));
        self
    }

    /// Loads, validates, publishes version 1 and starts watching. Blocks; needs no async runtime.
    ///
    /// It waits for a write that is going on, up to [`max_wait`](Self::max_wait) and [`write_wait`](Self::write_wait).
    ///
    /// # Errors
    /// Every problem of every source, together; nothing is published then. Among them are ways to put a configuration
    /// together that make no sense ([`IssueKind::Setup`](crate::IssueKind::Setup)): a profile that matches no file, an
    /// unknown extension, a variable that two fields take. Also when the system gives no thread.
    ///
    /// # Panics
    /// Where a `Deserialize` of the program does, or a [`Source`] when it is asked for its name. A panic in
    /// [`Source::read`], in a rule or in a check is reported as an error.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config: ConfigHandle = Config::hot_builder().load()?;
    /// assert_eq!(config.version(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load(self) -> Result<T::Handle, Error> {
        assemble::load(self)
    }

    /// [`load`](Self::load) for async code; needs no particular runtime. Works on a thread of its own from the first poll on.
    ///
    /// Dropping the future does not stop a load that has begun; what it started ends at once.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    ///
    /// # Panics
    /// As [`load`](Self::load), where the future is polled.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = block_on(Config::hot_builder().load_async())?;
    /// assert_eq!(config.version(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load_async(self) -> impl Future<Output = Result<T::Handle, Error>> + Send {
        offload(move || self.load())
    }

    /// Loads and validates; publishes nothing, watches nothing. Blocks as [`load`](Self::load) does.
    ///
    /// # Errors
    /// Every problem of every source, together.
    ///
    /// # Panics
    /// As [`load`](Self::load).
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config: Config = Config::hot_builder().check()?;
    /// assert_eq!(config.rate_limit, RateLimit { max: 100, burst: 20 });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(self) -> Result<T, Error> {
        assemble::check(self)
    }

    /// [`check`](Self::check) for async code, as [`load_async`](Self::load_async) is for [`load`](Self::load).
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn check_async(self) -> impl Future<Output = Result<T, Error>> + Send {
        offload(move || self.check())
    }
}

impl<T: HotConfig> std::fmt::Debug for Builder<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let paths: Vec<_> = self.paths.iter().map(|spec| &spec.path).collect();
        f.debug_struct("Builder")
            .field("config", &T::SHAPE.name)
            .field("paths", &paths)
            .field("env", &self.env)
            .field("profile", &self.profile)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
