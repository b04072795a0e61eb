//! Puts a configuration together: which sources, in which order, watched how.

mod assemble;
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
    engine::offload::offload,
    error::Error,
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
/// Starts from the attributes of the struct; see [`HotConfig::hot_builder`].
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
#[must_use = "a builder does nothing until it loads"]
pub struct Builder<T> {
    paths: Vec<PathSpec>,
    env: Option<String>,
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
    history: usize,
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
            history: 32,
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
    /// Later files win over earlier ones. A relative path is relative to the working directory.
    pub fn file(self, path: impl AsRef<Path>) -> Self {
        self.path(path, false, PathKind::File)
    }

    /// Adds a file that may be missing; it joins when it appears.
    pub fn optional_file(self, path: impl AsRef<Path>) -> Self {
        self.path(path, true, PathKind::File)
    }

    /// Adds every file of a known format in a directory, by the order of their names. Hidden files, backups and
    /// temporary files of editors are left out. The directory must be there.
    pub fn dir(self, path: impl AsRef<Path>) -> Self {
        self.path(path, false, PathKind::Dir)
    }

    /// Takes environment variables that start with this prefix and `_`.
    pub fn env(mut self, prefix: impl Into<String>) -> Self {
        self.env = Some(prefix.into());
        self
    }

    /// Adds a dotenv file: variables for the fields and for `${..}`, below those of the process. It may be missing.
    pub fn dotenv(self, path: impl AsRef<Path>) -> Self {
        self.path(path, true, PathKind::Dotenv)
    }

    /// Adds any figment provider, above files and environment.
    pub fn layer(self, provider: impl figment::Provider + Send + 'static) -> Self {
        self.source(FigmentSource(provider))
    }

    /// Adds a source of the program, above files and environment unless it gives itself a priority.
    pub fn source(mut self, source: impl Source) -> Self {
        self.sources.push(Box::new(source));
        self
    }

    /// Chooses the profile, over `<PREFIX>_PROFILE`, `HOTSWAP_PROFILE` and the default, `development`.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Whether to watch the sources; on by default. Without it, `reload()` reads them again.
    pub fn watch(mut self, watch: bool) -> Self {
        self.options.watch = watch;
        self
    }

    /// How long a file must be quiet before it is read; 50 ms by default.
    pub fn debounce(mut self, quiet: Duration) -> Self {
        self.options.debounce = quiet;
        self
    }

    /// How long changes that do not cease can put off a read; 500 ms by default.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.options.max_wait = wait;
        self
    }

    /// How long, on top of `max_wait`, a write that has begun is waited for; 2 s by default.
    pub fn write_wait(mut self, wait: Duration) -> Self {
        self.options.write_wait = wait;
        self
    }

    /// How often everything is read again even if nothing was heard; 5 s by default.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.options.poll_interval = interval;
        self
    }

    /// How long an optional file may be away before it leaves the merge; 2 s by default.
    pub fn missing_grace(mut self, grace: Duration) -> Self {
        self.options.missing_grace = grace;
        self
    }

    /// The largest file that is read, in bytes; 16 MiB by default.
    pub fn max_file_size(mut self, bytes: u64) -> Self {
        self.options.max_file_size = bytes;
        self
    }

    /// What keys that no field takes do, in files and in the environment alike. By default files refuse them and
    /// the environment warns.
    pub fn unknown_keys(mut self, policy: UnknownKeys) -> Self {
        self.options.unknown_keys = Some(policy);
        self
    }

    /// Whether a file without any content is a complete, empty layer; off by default, because the first half of a
    /// rewrite in place looks like one.
    pub fn allow_empty_files(mut self, allow: bool) -> Self {
        self.options.allow_empty_files = allow;
        self
    }

    /// How many versions [`Handle::history`](crate::Handle::history) remembers; 32 by default.
    pub fn history(mut self, versions: usize) -> Self {
        self.options.history = versions;
        self
    }

    /// Remembers no versions.
    pub fn no_history(self) -> Self {
        self.history(0)
    }

    /// Loads, validates, publishes version 1 and starts watching. Blocks; needs no async runtime.
    ///
    /// # Errors
    /// Every problem of every source, together.
    pub fn load(self) -> Result<T::Handle, Error> {
        assemble::load(self)
    }

    /// [`load`](Self::load) for async code; needs no particular runtime.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_async(self) -> impl Future<Output = Result<T::Handle, Error>> + Send {
        offload(move || self.load())
    }

    /// Loads and validates; publishes nothing, watches nothing.
    ///
    /// # Errors
    /// Every problem of every source, together.
    pub fn check(self) -> Result<T, Error> {
        assemble::check(self)
    }

    /// [`check`](Self::check) for async code.
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
