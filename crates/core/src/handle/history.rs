//! History and rollback: the entry points.

use std::{any::Any, sync::Arc};

use super::Handle;
use crate::{
    config::HotConfig,
    engine::{Target, offload::offload},
    error::Error,
    history::Record,
    subscribe::FieldChange,
};

impl<S: HotConfig> Handle<S> {
    /// The last versions of the whole configuration, newest last.
    /// [`Builder::history`](crate::Builder::history) and [`history_age`](crate::Builder::history_age)
    /// limit their number.
    ///
    /// In a process that was forked after the load it may be empty, because a thread of the parent may have locked
    /// it during the fork.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// config.set_rate_limit_max(500)?;
    /// let history = config.history();
    /// assert_eq!((history[1].version, &history[1].changed), (2, &vec!["rate_limit.max".to_owned()]));
    /// assert_eq!(history[1].cause.to_string(), "set");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn history(&self) -> Vec<Record> {
        self.core.records()
    }

    /// The whole configuration as it was in an older version. It is decoded in each call.
    ///
    /// # Errors
    /// The version is not in the history, or no longer loads; or this is a nested handle; or the process was forked
    /// after the load, and the version is not the current one.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// config.set_rate_limit_max(500)?;
    /// assert_eq!(config.at(1)?.rate_limit.max, 100);
    ///
    /// let error = config.at(3).unwrap_err().to_string();
    /// assert!(error.ends_with("version 3 is not remembered; versions 1 to 2 are"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at(&self, version: u64) -> Result<Arc<S>, Error> {
        self.whole("at")?;
        let root: Arc<dyn Any + Send + Sync> = self.core.version(version)?.root;
        Ok(root.downcast().unwrap_or_else(|_| unreachable!("the root has the type of its handle")))
    }

    /// The changes from one version to another, path by path; secrets are redacted.
    ///
    /// `from` may be the newer one: [`FieldChange::old`] is the value in `from`, [`FieldChange::new`] the value
    /// in `to`.
    ///
    /// # Errors
    /// A version is not in the history, or no longer loads; or this is a nested handle, or the process was forked
    /// after the load.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// config.set_rate_limit_max(500)?;
    /// config.set_log_level("debug".to_owned())?;
    /// let changes: Vec<String> = config.diff(1, 3)?.iter().map(ToString::to_string).collect();
    /// assert_eq!(changes, [r#"log_level: "info" -> "debug""#, "rate_limit.max: 100 -> 500"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn diff(&self, from: u64, to: u64) -> Result<Vec<FieldChange>, Error> {
        self.whole("diff")?;
        self.core.compare(from, to)
    }

    /// Restores the configuration of `steps` versions ago. Returns the new current version.
    ///
    /// The old content, including values set at run time, is validated again and published as a new version; rolling
    /// back one step twice restores the starting content. The next change of a file does not bring the rolled-back
    /// content back: a source that still supplies it is suppressed until it supplies other content, or
    /// [`reload`](Self::reload) is called; [`SourceStatus::held`](crate::SourceStatus::held) shows this. See
    /// [the guide](crate::guide::history).
    ///
    /// # Errors
    /// There is no such version, or its content is no longer valid; nothing is changed. Also on a nested handle,
    /// because a component must not roll back the application.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// config.reload()?;
    ///
    /// assert_eq!(config.rollback(1)?, 3);
    /// assert_eq!(config.rate_limit_max(), 100);
    /// assert_eq!(config.history()[2].cause, hotswap::Cause::Rollback(1));
    /// assert_eq!(config.status().sources[0].held, Some(1)); // `app.toml` says 5, and is not heard
    ///
    /// config.rollback(1)?;
    /// assert_eq!(config.rate_limit_max(), 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rollback(&self, steps: u64) -> Result<u64, Error> {
        self.core.roll_back(self.whole("rollback"), Target::Steps(steps), self.options.clone())
    }

    /// [`rollback`](Self::rollback) for async code.
    ///
    /// # Errors
    /// As [`rollback`](Self::rollback).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// config.set_rate_limit_max(5)?;
    /// block_on(config.rollback_async(1))?;
    /// assert_eq!(config.rate_limit_max(), 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rollback_async(&self, steps: u64) -> impl Future<Output = Result<u64, Error>> + Send + use<S> {
        let handle = self.clone();
        offload(move || handle.rollback(steps))
    }

    /// Restores the configuration of a given version; otherwise like [`rollback`](Self::rollback).
    ///
    /// # Errors
    /// As [`rollback`](Self::rollback).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// config.set_rate_limit_max(5)?;
    /// config.set_rate_limit_max(6)?;
    /// assert_eq!(config.rollback_to(1)?, 4);
    /// assert_eq!((config.rate_limit_max(), config.overrides().len()), (100, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rollback_to(&self, version: u64) -> Result<u64, Error> {
        self.core.roll_back(self.whole("rollback_to"), Target::Version(version), self.options.clone())
    }

    /// [`rollback_to`](Self::rollback_to) for async code.
    ///
    /// # Errors
    /// As [`rollback`](Self::rollback).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// config.set_rate_limit_max(5)?;
    /// block_on(config.rollback_to_async(1))?;
    /// assert_eq!(config.rate_limit_max(), 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rollback_to_async(
        &self,
        version: u64,
    ) -> impl Future<Output = Result<u64, Error>> + Send + use<S> {
        let handle = self.clone();
        offload(move || handle.rollback_to(version))
    }
}
