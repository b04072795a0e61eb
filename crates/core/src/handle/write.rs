//! Writes, reloads and shutdown.

use super::Handle;
use crate::{
    config::HotConfig,
    engine::offload::offload,
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    overrides::OverrideTarget,
    path::{AsPath, OverridePath},
    snapshot::Cause,
};

impl<S: HotConfig> Handle<S> {
    /// Reads every source again and publishes the result. Returns the new current version.
    ///
    /// The read starts after the call. Blocks until the reload has finished. Concurrent calls share one read. A handle
    /// without sources reads nothing, and returns its version.
    ///
    /// Secret stores are queried too: secrets without a lease are fetched again, and leases are renewed. All stores
    /// together have at most 10 s, or [`secret_timeout`](crate::Builder::secret_timeout) if that is less. A secret
    /// that cannot be fetched keeps its last value and is an error, although everything else goes live, so the version
    /// may have changed even if the call returns an error.
    ///
    /// # Errors
    /// Every problem of the sources, whose changes are then not applied; each secret that could not be fetched, or
    /// whose new value was refused. Also on a nested handle or one that is shut down, from inside a write, or in a
    /// process that was forked after the load.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
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
        self.core.reload(self.whole("reload"), self.options.as_ref())
    }

    /// [`reload`](Self::reload) for async code.
    ///
    /// # Errors
    /// As [`reload`](Self::reload).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
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

    /// Stops watching and callbacks. Waits up to one second for the threads, and up to another second
    /// until the [state](crate::Builder::state_dir) is on disk. Readers keep the last version.
    ///
    /// Leases of secrets are then [revoked](crate::SecretProvider::revoke), within up to two seconds. Close a
    /// connection pool with a leased login first.
    ///
    /// No callback starts after this call has returned. Later writes and reloads are errors. Calling it again does
    /// nothing.
    ///
    /// # Errors
    /// This is a nested handle, because a component must not shut down the application; or the process was forked
    /// after the load, because threads and leases belong to the parent.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// config.shutdown()?;
    /// assert_eq!(config.rate_limit_max(), 100);
    /// assert!(config.set_rate_limit_max(5).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn shutdown(&self) -> Result<(), Error> {
        self.whole("shutdown")?;
        self.core.shut_down_in_order()
    }

    /// Changes values in a closure, which runs exactly once, on this thread and under the writer lock. Returns the new
    /// current version.
    ///
    /// The changes are validated in full, published as one version, and kept across reloads. If nothing changed,
    /// nothing is published. The closure gets the running values, but the pending value of a field that waits for a
    /// restart; if it sets the running value again, nothing is pending.
    ///
    /// # Errors
    /// A rule is broken, a value cannot be written, or its type does not read it back as the same value; nothing is
    /// changed. Also from inside another write, or if the configuration is shut down; the closure then does not run.
    ///
    /// # Panics
    /// Panics if the closure panics; nothing is changed.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
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

    /// [`update`](Self::update), but only if `version` is current.
    ///
    /// # Errors
    /// As [`update`](Self::update), and when the version has moved; the closure does not run then.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// let seen = config.version();
    /// config.set_rate_limit_max(5)?; // somebody else is faster
    /// assert!(config.update_if(seen, |config| config.rate_limit.max = 6).is_err());
    /// assert_eq!(config.update_if(seen + 1, |config| config.rate_limit.max = 6)?, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn update_if(&self, version: u64, change: impl FnOnce(&mut S)) -> Result<u64, Error> {
        self.if_version(version).update(change)
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
    #[doc = include_str!("../example.txt")]
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

    /// Sets one value, which is validated in full, published, and kept across reloads. Returns the new current
    /// version.
    ///
    /// The generated `set_<field>` does the same. The value of a field that needs a restart is accepted and stays
    /// pending; see [`pending_restart`](Self::pending_restart).
    ///
    /// # Errors
    /// A rule is broken or the value cannot be written; nothing is changed. Also from inside another write, or if the
    /// configuration is shut down.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
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
    #[doc = include_str!("../example.txt")]
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

    /// Clears a value that was set at run time, or all such values below a struct. Returns the new current
    /// version.
    ///
    /// The path starts at this handle's struct: a dotted string, or the [typed path](crate::Path) of a field or a
    /// nested struct. The paths of [`overrides`](Self::overrides) start at the root. A flattened field has its own name
    /// here, and clearing it does not affect the fields next to it. If no value was set there, nothing changes. A
    /// handle without sources has no other value to return to, and changes nothing.
    ///
    /// # Errors
    /// The path names no field; or the configuration would be invalid without the value, and nothing is changed; or
    /// the call comes from inside another write, or the configuration is shut down.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// config.set(Config::paths().rate_limit(), RateLimit { max: 5, burst: 5 })?;
    /// config.clear_override(Config::paths().rate_limit().max())?;
    /// assert_eq!((config.rate_limit_max(), config.rate_limit_burst()), (100, 5));
    ///
    /// config.clear_override("rate_limit")?;
    /// assert_eq!(config.rate_limit_burst(), 20);
    /// assert!(config.clear_override("rate_limit.maxx").unwrap_err().to_string().contains("did you mean `rate_limit.max`?"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn clear_override(&self, path: impl OverridePath<S>) -> Result<u64, Error> {
        self.clear_target(&path.__target())
    }

    fn clear_target(&self, target: &OverrideTarget) -> Result<u64, Error> {
        self.core.clear_override(&self.slots(), target, &self.request(Cause::Clear))
    }

    /// [`clear_override`](Self::clear_override) for async code.
    ///
    /// # Errors
    /// As [`clear_override`](Self::clear_override).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// config.set_rate_limit_max(5)?;
    /// block_on(config.clear_override_async("rate_limit.max"))?;
    /// assert_eq!(config.rate_limit_max(), 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn clear_override_async<P: OverridePath<S>>(
        &self,
        path: P,
    ) -> impl Future<Output = Result<u64, Error>> + Send + use<S, P> {
        let (handle, target) = (self.clone(), path.__target());
        offload(move || handle.clear_target(&target))
    }

    /// Clears every value that was set at run time. Returns the new current version.
    ///
    /// A handle without sources has no other values to return to, and changes nothing.
    ///
    /// # Errors
    /// The configuration would be invalid without these values, or this is a nested handle, or the configuration is
    /// shut down; nothing is changed.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// config.set_rate_limit_max(5)?;
    /// assert_eq!(config.clear_overrides()?, 3);
    /// assert_eq!(config.rate_limit_max(), 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn clear_overrides(&self) -> Result<u64, Error> {
        self.core.clear_overrides(self.whole("clear_overrides"), &self.request(Cause::Clear))
    }

    /// [`clear_overrides`](Self::clear_overrides) for async code.
    ///
    /// # Errors
    /// As [`clear_overrides`](Self::clear_overrides).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// config.set_rate_limit_max(5)?;
    /// block_on(config.clear_overrides_async())?;
    /// assert_eq!(config.rate_limit_max(), 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn clear_overrides_async(&self) -> impl Future<Output = Result<u64, Error>> + Send + use<S> {
        let handle = self.clone();
        offload(move || handle.clear_overrides())
    }

    /// Refuses a call that affects the whole configuration on a nested handle.
    pub(super) fn whole(&self, call: &str) -> Result<(), Error> {
        if self.base == 0 {
            return Ok(());
        }
        let message = format!("`{call}` concerns the whole configuration, and this is the handle of a part");
        let help = "call it on the root's handle";
        Err(Issue::new(IssueKind::Write, Keys::root(), message).with_help(help).into())
    }
}
