//! Patches of the configuration behind a handle.

use std::ops::Range;

use super::Handle;
use crate::{config::HotConfig, engine::offload::offload, error::Error, patch::Patch, snapshot::Cause};

impl<S: HotConfig> Handle<S> {
    /// Changes values by a JSON Patch (RFC 6902). Returns the new current version.
    ///
    /// Its pointers start at this handle's struct, with the names that files use. It is applied to the
    /// current values of the struct. Every field that an operation touches is set as by [`set`](Self::set);
    /// `remove` resets a field as if no source gave it a value. The result is validated in full and
    /// published as one version, or refused without any effect.
    ///
    /// # Errors
    /// Every problem, with the number of its operation: a path that does not exist, a `test` that fails, a
    /// secret, a field marked `readonly`, a broken rule. Also more than 10,000 operations, more than 16 MiB,
    /// or more than 64 levels; a call from inside another write; a configuration that is shut down.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use serde_json::json;
    ///
    /// let config = Config::hot_load()?;
    /// config.patch(json!([
    ///     { "op": "test", "path": "/log_level", "value": "info" },
    ///     { "op": "replace", "path": "/rate_limit/burst", "value": 50 },
    /// ]))?;
    /// assert_eq!((config.version(), config.rate_limit_burst()), (2, 50));
    ///
    /// let refused = config.patch(json!([{ "op": "replace", "path": "/rate_limit/brust", "value": 60 }])).unwrap_err();
    /// assert_eq!(refused.to_string(), "\
    /// configuration rejected: 1 problem
    ///   rate_limit.brust: operation 1 (replace \"/rate_limit/brust\"): unknown key, did you mean `burst`?");
    ///
    /// config.rate_limit().patch(json!([{ "op": "remove", "path": "/burst" }]))?;
    /// assert_eq!(config.rate_limit_burst(), 20);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn patch(&self, patch: serde_json::Value) -> Result<u64, Error> {
        self.core.patch(&self.slots(), &self.request(Cause::Patch), &Patch::Operations(patch))
    }

    /// [`patch`](Self::patch) for async code.
    ///
    /// # Errors
    /// As [`patch`](Self::patch).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// let patch = serde_json::json!([{ "op": "replace", "path": "/rate_limit/max", "value": 5 }]);
    /// block_on(config.patch_async(patch))?;
    /// assert_eq!(config.rate_limit_max(), 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn patch_async(
        &self,
        patch: serde_json::Value,
    ) -> impl Future<Output = Result<u64, Error>> + Send + use<S> {
        let handle = self.clone();
        offload(move || handle.patch(patch))
    }

    /// [`patch`](Self::patch), but only if `version` is current.
    ///
    /// # Errors
    /// As [`patch`](Self::patch), and when the version has moved.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// let patch = serde_json::json!([{ "op": "replace", "path": "/rate_limit/max", "value": 5 }]);
    /// let seen = config.version();
    /// config.set_rate_limit_burst(5)?; // somebody else is faster
    /// assert!(config.patch_if(seen, patch.clone()).is_err());
    /// assert_eq!(config.patch_if(seen + 1, patch)?, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn patch_if(&self, version: u64, patch: serde_json::Value) -> Result<u64, Error> {
        self.if_version(version).patch(patch)
    }

    /// [`patch_if`](Self::patch_if) for async code.
    ///
    /// # Errors
    /// As [`patch_if`](Self::patch_if).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// let patch = serde_json::json!([{ "op": "replace", "path": "/rate_limit/max", "value": 5 }]);
    /// assert_eq!(block_on(config.patch_if_async(1, patch))?, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn patch_if_async(
        &self,
        version: u64,
        patch: serde_json::Value,
    ) -> impl Future<Output = Result<u64, Error>> + Send + use<S> {
        let handle = self.clone();
        offload(move || handle.patch_if(version, patch))
    }

    /// Changes values by a JSON Merge Patch (RFC 7396): the fields in it are set, and `null` resets a field
    /// as if no source gave it a value. Returns the new current version.
    ///
    /// Paths, checks and limits are those of [`patch`](Self::patch).
    ///
    /// # Errors
    /// As [`patch`](Self::patch).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// config.merge_patch(serde_json::json!({ "log_level": "debug", "rate_limit": { "max": 5 } }))?;
    /// assert_eq!((config.version(), config.rate_limit_max(), config.rate_limit_burst()), (2, 5, 20));
    ///
    /// config.merge_patch(serde_json::json!({ "rate_limit": null }))?;
    /// assert_eq!(config.rate_limit_max(), 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge_patch(&self, patch: serde_json::Value) -> Result<u64, Error> {
        self.core.patch(&self.slots(), &self.request(Cause::Patch), &Patch::Merge(patch))
    }

    /// [`merge_patch`](Self::merge_patch) for async code.
    ///
    /// # Errors
    /// As [`merge_patch`](Self::merge_patch).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// block_on(config.merge_patch_async(serde_json::json!({ "rate_limit": { "max": 5 } })))?;
    /// assert_eq!(config.rate_limit_max(), 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge_patch_async(
        &self,
        patch: serde_json::Value,
    ) -> impl Future<Output = Result<u64, Error>> + Send + use<S> {
        let handle = self.clone();
        offload(move || handle.merge_patch(patch))
    }

    /// [`merge_patch`](Self::merge_patch), but only if `version` is current.
    ///
    /// # Errors
    /// As [`patch`](Self::patch), and when the version has moved.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// let patch = serde_json::json!({ "rate_limit": { "max": 5 } });
    /// let seen = config.version();
    /// config.set_rate_limit_burst(5)?; // somebody else is faster
    /// assert!(config.merge_patch_if(seen, patch.clone()).is_err());
    /// assert_eq!(config.merge_patch_if(seen + 1, patch)?, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge_patch_if(&self, version: u64, patch: serde_json::Value) -> Result<u64, Error> {
        self.if_version(version).merge_patch(patch)
    }

    /// [`merge_patch_if`](Self::merge_patch_if) for async code.
    ///
    /// # Errors
    /// As [`merge_patch_if`](Self::merge_patch_if).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// let patch = serde_json::json!({ "rate_limit": { "max": 5 } });
    /// assert_eq!(block_on(config.merge_patch_if_async(1, patch))?, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge_patch_if_async(
        &self,
        version: u64,
        patch: serde_json::Value,
    ) -> impl Future<Output = Result<u64, Error>> + Send + use<S> {
        let handle = self.clone();
        offload(move || handle.merge_patch_if(version, patch))
    }

    /// The numbers of this struct and of everything nested in it.
    pub(super) fn slots(&self) -> Range<usize> {
        self.base..self.base + S::SLOTS
    }
}
