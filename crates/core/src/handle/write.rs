//! Writes, and what else concerns the sources.

use std::fmt;

use super::Handle;
use crate::{
    config::HotConfig,
    engine::offload::offload,
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    path::AsPath,
    snapshot::Cause,
};

impl<S: HotConfig> Handle<S> {
    /// Reads every source again and publishes what came of it. Returns the version then current.
    ///
    /// The read starts after the call. Blocks until it is done. Calls that wait at the same time share a read. A handle
    /// without sources has nothing to read, and returns its version.
    ///
    /// Secret stores are asked too: what has no lease is fetched again, and leases are renewed. All of them together are waited
    /// for 10 s at most, or [`secret_timeout`](crate::Builder::secret_timeout) if that is less. What a store does not give
    /// keeps its last value and is an error, although everything else goes live, so the version may have moved then.
    ///
    /// # Errors
    /// Every problem of the sources, which then change nothing; each secret that could not be fetched, or that was fetched and
    /// refused; or this is a nested handle, or shut down, or the call
    /// comes from inside a write, or the process was forked after the load.
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

    /// Ends watching and notifying, and waits up to a second for the threads, and up to another for the
    /// [state](crate::Builder::state_dir) to be on the disk. Readers keep the last version.
    ///
    /// Leases of secrets are then [given back](crate::SecretProvider::revoke), for which it waits up to two seconds. So a
    /// pool of connections whose login is leased is closed before.
    ///
    /// No callback starts after it returns. Writes and reloads are errors from then on. Calling it again does nothing.
    ///
    /// # Errors
    /// This is a nested handle: a component must not shut down the application; or the process was forked after the load:
    /// threads and leases belong to the parent.
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

    /// Changes values by a closure that runs exactly once, here, under the writer lock. Returns the version then current.
    ///
    /// What it changed is checked in full, published as one version, and kept over reloads. If it changed nothing, nothing is
    /// published.
    ///
    /// # Errors
    /// A rule is broken, or a value cannot be written or is not what its type reads again; nothing is changed then. Also when the call comes from inside another
    /// write, or the configuration is shut down; the closure does not run then.
    ///
    /// # Panics
    /// When the closure does; nothing is changed then.
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

    /// [`update`](Self::update), only if `version` is current.
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

    /// Sets one value. It is checked in full, published, and kept over reloads. Returns the version then current.
    ///
    /// The generated `set_<field>` does the same. The value of a field that needs a restart is accepted and waits; see
    /// [`pending_restart`](Self::pending_restart).
    ///
    /// # Errors
    /// A rule is broken or the value cannot be written; nothing is changed then. Also when the call comes from inside another
    /// write, or the configuration is shut down.
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

    /// Takes back a value that was set at run time, or all below a struct. Returns the version then current.
    ///
    /// The path is dotted and counted from this handle's struct, as a string or the [typed path](crate::Path) of a field; those of
    /// [`overrides`](Self::overrides) are counted from the root. Where nothing was set, nothing changes. A handle without
    /// sources has nothing to go back to, and changes nothing.
    ///
    /// # Errors
    /// The path names no field; or what the sources say without the value is invalid, and nothing is changed then; or the call
    /// comes from inside another write, or the configuration is shut down.
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
    pub fn clear_override(&self, path: impl fmt::Display) -> Result<u64, Error> {
        self.core.clear_override(&self.slots(), &path.to_string(), &self.request(Cause::Clear))
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
    pub fn clear_override_async<P: fmt::Display>(
        &self,
        path: P,
    ) -> impl Future<Output = Result<u64, Error>> + Send + use<S, P> {
        let (handle, path) = (self.clone(), path.to_string());
        offload(move || handle.clear_override(path))
    }

    /// Takes back every value that was set at run time. Returns the version then current.
    ///
    /// A handle without sources has nothing to go back to, and changes nothing.
    ///
    /// # Errors
    /// What the sources say without them is invalid, or this is a nested handle, or shut down; nothing is changed then.
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

    /// Calls that concern the whole are refused on a nested handle.
    pub(super) fn whole(&self, call: &str) -> Result<(), Error> {
        if self.base == 0 {
            return Ok(());
        }
        let message = format!("`{call}` concerns the whole configuration, and this is the handle of a part");
        let help = "call it on the root's handle";
        Err(Issue::new(IssueKind::Write, Keys::root(), message).with_help(help).into())
    }
}
