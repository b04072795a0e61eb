//! Options for reading and watching sources.

use std::time::Duration;

use super::Builder;
use crate::{config::HotConfig, source::UnknownKeys};

impl<T: HotConfig> Builder<T> {
    /// Whether to watch the sources; on by default.
    ///
    /// If off, no file is read or polled until [`reload`](crate::Handle::reload) is called. A
    /// [`Source`](crate::Source) that signals a change is still read.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
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
    #[doc = include_str!("../example.txt")]
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

    /// How long continuous changes can delay a read, from the first change; 500 ms by default.
    ///
    /// See [`debounce`](Self::debounce) for an example.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.options.max_wait = wait;
        self
    }

    /// How long, in addition to [`max_wait`](Self::max_wait), to wait for a write that has begun; 2 s by
    /// default.
    ///
    /// A write has begun if a file was modified and not closed since, or is empty. After this time the content is used
    /// as it is: it is published if it is valid, and reported otherwise. See [`debounce`](Self::debounce) for an
    /// example.
    pub fn write_wait(mut self, wait: Duration) -> Self {
        self.options.write_wait = wait;
        self
    }

    /// How often all sources are read again without any event; 5 s by default, at least 10 ms.
    ///
    /// Polling finds changes on file systems that report no events. See [`debounce`](Self::debounce) for an example.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.options.poll_interval = interval;
        self
    }

    /// How long an optional file may be missing before it leaves the merge; 2 s by default.
    ///
    /// A required file has no grace period: while it is missing, reloads are refused and the last configuration
    /// stays in force. See [`debounce`](Self::debounce) for an example.
    pub fn missing_grace(mut self, grace: Duration) -> Self {
        self.options.missing_grace = grace;
        self
    }

    /// The largest file that is read, in bytes; 16 MiB by default. A larger file is an error, and is not read into
    /// memory.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// std::fs::write("app.toml", "rate_limit.max = 9")?;
    /// let error = Config::hot_builder().max_file_size(10).check().unwrap_err();
    /// assert_eq!(error.issues().next().unwrap().message(), "the file is larger than the limit of 10 bytes");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn max_file_size(mut self, bytes: u64) -> Self {
        self.options.max_file_size = bytes;
        self
    }

    /// The policy for unknown keys, in files and in the environment. By default a file with an unknown key is
    /// refused, and an unknown variable is a warning.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
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
    /// rewrite in place looks like one. A file that contains only comments is always complete.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// std::fs::write("app.toml", "")?;
    /// assert!(Config::hot_builder().write_wait(std::time::Duration::ZERO).check().is_err());
    /// assert!(Config::hot_builder().allow_empty_files(true).check().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn allow_empty_files(mut self, allow: bool) -> Self {
        self.options.allow_empty_files = allow;
        self
    }
}
