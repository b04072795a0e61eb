//! The sources and their order.

use std::path::Path;

use super::{Builder, provider::FigmentSource};
use crate::{config::HotConfig, schema::PathKind, source::Source};

impl<T: HotConfig> Builder<T> {
    /// Adds a file that must exist. `{profile}` in the path is replaced with the name of the profile.
    ///
    /// Later files override earlier ones. A relative path is relative to the working directory. The extension
    /// determines the [`Format`](crate::Format); an unknown extension is an error of the load.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
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

    /// Adds a file that may be missing; it is loaded when it appears.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
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

    /// Adds every file of a known format in a directory, in the byte order of their names. The directory must exist.
    ///
    /// Names that begin with `.` or `#` and other extensions are ignored, and subdirectories are not searched.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
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

    /// Reads environment variables that start with this prefix and `_`, instead of the prefix of the attributes.
    ///
    /// With an empty prefix, the name of a variable is the name of its field alone.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
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
    /// The syntax is that of env files of `docker compose`; see [the guide](crate::guide::loading#dotenv-files). The
    /// environment of the process is not changed. See [`env`](Self::env) for an example.
    pub fn dotenv(self, path: impl AsRef<Path>) -> Self {
        self.path(path, true, PathKind::Dotenv)
    }

    /// Adds any figment provider, above files and environment.
    ///
    /// As in figment, the provider's global values override those of its profile. It is read again at every poll.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use figment::providers::Serialized;
    ///
    /// let config = Config::hot_builder().layer(Serialized::default("rate_limit.max", 9)).check()?;
    /// assert_eq!(config.rate_limit.max, 9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn layer(self, provider: impl figment::Provider + Send + 'static) -> Self {
        self.source(FigmentSource(provider))
    }

    /// Adds a source of the program, above files and environment unless it has a priority of its own.
    ///
    /// See [`Source`] for an example.
    pub fn source(mut self, source: impl Source) -> Self {
        self.sources.push(Box::new(source));
        self
    }

    /// Removes the files and directories given so far, including those of the attributes; dotenv files, the
    /// environment and other sources stay.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// assert_eq!(Config::hot_builder().without_files().check()?.rate_limit.max, 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn without_files(mut self) -> Self {
        self.paths.retain(|spec| spec.kind == PathKind::Dotenv);
        self
    }

    /// Removes every file, prefix and source given so far, including those of the attributes: for tests, and for
    /// programs that set all sources themselves.
    ///
    /// A variable that a field names by its own `env = ".."` is still read.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
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

    /// Sets the profile, with precedence over `<PREFIX>_PROFILE`, `HOTSWAP_PROFILE` and the default,
    /// `development`.
    ///
    /// Each of the two variables is read from the environment, or else from a dotenv file. A dotenv file with
    /// `{profile}` in its path cannot choose the profile. The profile is chosen once, when the configuration is
    /// loaded.
    ///
    /// The name consists of ASCII letters, digits, `_` and `-`, and must match at least one of the files with
    /// `{profile}` in their paths, if there are any; otherwise the load fails.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
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
}
