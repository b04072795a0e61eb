//! The builder of a configuration: its sources, their order, and how they are watched.

mod assemble;
mod credentials;
mod initial_read;
mod observe;
mod policy;
mod profile;
mod provider;
mod secrets;
mod sources;
mod startup;
mod state;
mod state_claims;
mod timing;

use std::{
    future::Future,
    marker::PhantomData,
    path::{Path, PathBuf},
    time::Duration,
};

pub use assemble::examine;
pub(crate) use assemble::fixed;
pub use state::LastGood;

use crate::{
    config::HotConfig,
    engine::{DEFAULT_MAX_FILE_SIZE, Policy, offload::offload},
    error::Error,
    observe::Observe,
    schema::PathKind,
    secrets::secret_manager::SecretManager,
    source::{Source, UnknownKeys, parsed_layer::SecretPolicy},
};

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
/// The examples of the methods use a configuration with a `log_level` and a nested `rate_limit`, which has `max`
/// and `burst`.
#[must_use = "a builder does nothing until it loads"]
pub struct Builder<T> {
    paths: Vec<PathSpec>,
    pub(crate) env: Option<String>,
    profile: Option<String>,
    sources: Vec<Box<dyn Source>>,
    secret_manager: SecretManager,
    observers: Vec<Box<dyn Observe>>,
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
    secrets: SecretPolicy,
    policy: Policy,
    state_dir: Option<PathBuf>,
    trust_state_dir: bool,
    last_good: LastGood,
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
            max_file_size: DEFAULT_MAX_FILE_SIZE,
            unknown_keys: None,
            allow_empty_files: false,
            secrets: SecretPolicy::default(),
            policy: Policy::default(),
            state_dir: None,
            trust_state_dir: false,
            last_good: LastGood::Never,
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
            secret_manager: SecretManager::new(setup.stores),
            observers: Vec::new(),
            options: Options::default(),
            marker: PhantomData,
        }
    }

    fn path(mut self, path: impl AsRef<Path>, optional: bool, kind: PathKind) -> Self {
        self.paths.push(PathSpec { path: path.as_ref().to_owned(), optional, kind });
        self
    }

    /// Loads, validates, publishes version 1 and starts watching. Blocks; needs no async runtime.
    ///
    /// Waits for a write in progress, up to [`max_wait`](Self::max_wait) and [`write_wait`](Self::write_wait).
    ///
    /// # Errors
    /// Returns every problem of every source, and publishes nothing. This includes mistakes in the setup
    /// ([`IssueKind::Setup`](crate::IssueKind::Setup)): a profile that matches no file, an unknown extension, a
    /// variable that two fields read. Also fails if a thread cannot be spawned.
    ///
    /// # Panics
    /// Panics if [`Source::name`] of a source panics. A panic in [`Source::read`], `Deserialize`, a rule or
    /// a check is reported as an error.
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

    /// [`load`](Self::load) for async code; needs no particular runtime. Runs on a thread of its own from the first
    /// poll on.
    ///
    /// Dropping the future does not stop a load that has begun; the configuration is then stopped as soon as
    /// it is loaded.
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

    /// Loads and validates without publishing or watching anything. Blocks like [`load`](Self::load).
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
