//! The provider of the references of one scheme.

use std::{
    fmt,
    future::Future,
    path::{Path, PathBuf},
    pin::Pin,
};

use super::{Lease, Location, Payload};
use crate::source::Changed;

/// A future of a provider. If it needs a runtime, the provider must supply it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A secret store, which resolves the references of one scheme.
///
/// Its futures are polled on threads of the configuration, outside any runtime: a client that needs a runtime must
/// supply it. A future that takes longer than the deadline is dropped.
///
/// ```
/// use hotswap::secrets::{BoxFuture, FetchError, Fetched, Location, Payload, SecretProvider};
///
/// /// Every secret is its own name, backwards.
/// struct Backwards;
///
/// impl SecretProvider for Backwards {
///     fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
///         let one = |location: &Location| match location.as_str() {
///             "" => Err(FetchError::not_found("a name is needed")),
///             name => Ok(Fetched::new(Payload::text(name.chars().rev().collect()))),
///         };
///         Box::pin(std::future::ready(locations.iter().map(one).collect()))
///     }
/// }
/// ```
pub trait SecretProvider: Send + Sync + 'static {
    /// Fetches the content of each location. Returns one outcome for each, in the same order.
    fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>>;

    /// Decrypts a file that is encrypted as a whole. Called on the provider of the scheme `age`, for sources that end
    /// in `.age`. It may be slow, because readers and writers do not wait for it.
    fn open(&self, file: &[u8]) -> Result<Payload, FetchError> {
        let _ = file;
        Err(FetchError::new(FetchErrorKind::Unsupported, "the provider opens no files"))
    }

    /// Extends a lease, and returns its new duration. If a provider cannot renew leases, their secrets are
    /// fetched again.
    fn renew<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<Lease, FetchError>> {
        let _ = lease;
        Box::pin(std::future::ready(Err(FetchError::new(
            FetchErrorKind::Unsupported,
            "leases are not renewed",
        ))))
    }

    /// Revokes leases that the program no longer needs: after [`shutdown`](crate::Handle::shutdown), which waits up
    /// to two seconds for it. A failure is logged, and the lease ends at its regular time.
    ///
    /// It is not called when the last handle is only dropped, nor for leases whose secret was fetched again.
    ///
    /// ```
    /// use hotswap::secrets::{BoxFuture, FetchError, Fetched, Lease, Location, Payload, SecretProvider};
    /// use hotswap::{HotConfig, Secret};
    /// use std::{sync::{Arc, Mutex}, time::Duration};
    ///
    /// /// Lends one badge, and knows who has it.
    /// #[derive(Clone, Default)]
    /// struct Desk(Arc<Mutex<bool>>);
    ///
    /// impl SecretProvider for Desk {
    ///     fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
    ///         *self.0.lock().unwrap() = true;
    ///         let lease = Lease::new(Duration::from_secs(3600)).revocable("badge-7");
    ///         let badge = Fetched::new(Payload::text("hunter2".into())).leased(lease);
    ///         Box::pin(std::future::ready(vec![Ok(badge); locations.len()]))
    ///     }
    ///
    ///     fn revoke<'a>(&'a self, leases: &'a [Lease]) -> BoxFuture<'a, Result<(), FetchError>> {
    ///         *self.0.lock().unwrap() = leases.iter().all(|lease| lease.id() != Some("badge-7"));
    ///         Box::pin(std::future::ready(Ok(())))
    ///     }
    /// }
    ///
    /// #[derive(serde::Deserialize, HotConfig)]
    /// struct Config {
    ///     #[hot(secret = "desk:badge")]
    ///     badge: Secret<String>,
    /// }
    ///
    /// let desk = Desk::default();
    /// let config = Config::hot_builder().secrets("desk", desk.clone()).load()?;
    /// assert!(*desk.0.lock().unwrap());
    /// config.shutdown()?;
    /// assert!(!*desk.0.lock().unwrap());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn revoke<'a>(&'a self, leases: &'a [Lease]) -> BoxFuture<'a, Result<(), FetchError>> {
        let _ = leases;
        Box::pin(std::future::ready(Ok(())))
    }

    /// Called before everything else with the working directory at the time of the load. The program may change it
    /// later, so a provider resolves relative paths against this one. A provider that wraps another one passes the call
    /// on.
    fn working_directory(&self, directory: &Path) {
        let _ = directory;
    }

    /// The files from which the provider reads keys. A load is refused if one of them is also a file of
    /// the [`state_dir`](crate::Builder::state_dir), because it would be overwritten.
    fn key_files(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Called whenever the set of locations in use changes, and with an empty set at the end. Store `changed`, and
    /// call it when a new fetch may give other content. Providers without an implementation are polled at intervals.
    fn watch(&self, locations: &[Location], changed: Changed) {
        let _ = (locations, changed);
    }
}

/// The response of a provider for one location.
///
/// ```
/// use hotswap::secrets::{Fetched, Lease, Payload};
/// use std::time::Duration;
///
/// let fetched = Fetched::new(Payload::text("hunter2".into()))
///     .leased(Lease::new(Duration::from_secs(60)))
///     .version("7");
/// assert!(!format!("{fetched:?}").contains("hunter2"));
/// assert!(*fetched.payload() == Payload::text("hunter2".into()) && fetched.lease().is_some());
/// ```
#[derive(Clone, Debug)]
pub struct Fetched {
    pub(crate) payload: Payload,
    pub(crate) lease: Option<Lease>,
    pub(crate) version: Option<String>,
    pub(crate) settled: bool,
    /// Warnings about how the secret is stored.
    pub(crate) warnings: Vec<String>,
}

impl Fetched {
    /// A secret that stays valid until it is changed in its store.
    pub fn new(payload: Payload) -> Self {
        Self { payload, lease: None, version: None, settled: false, warnings: Vec::new() }
    }

    /// The same with a lease.
    pub fn leased(self, lease: Lease) -> Self {
        Self { lease: Some(lease), ..self }
    }

    /// The same, but immutable: it is not fetched again.
    pub fn settled(self) -> Self {
        Self { settled: true, ..self }
    }

    /// Sets the version of the content in the store, which the status shows.
    pub fn version(self, version: impl Into<String>) -> Self {
        Self { version: Some(version.into()), ..self }
    }

    pub(crate) fn with_warnings(self, warnings: Vec<String>) -> Self {
        Self { warnings, ..self }
    }

    /// The content, for a provider that wraps another one.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The lease, if any.
    pub fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }
}

/// The reason for which a secret cannot be fetched. Its message is displayed, so it must contain neither a
/// secret nor a token.
///
/// ```
/// use hotswap::secrets::{FetchError, FetchErrorKind};
///
/// let error = FetchError::denied("the policy `app` does not allow it").with_help("allow `read` on secret/data/app");
/// assert_eq!(error.kind(), FetchErrorKind::Denied);
/// assert_eq!(error.to_string(), "the policy `app` does not allow it");
/// assert!(!error.kind().is_passing() && FetchErrorKind::Unreachable.is_passing());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchError {
    kind: FetchErrorKind,
    message: String,
    help: Option<String>,
}

/// The kind of a failure of a secret store; see [`FetchError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchErrorKind {
    /// There is nothing at this location.
    NotFound,
    /// The credentials are valid, but access is denied.
    Denied,
    /// The credentials are invalid or have expired.
    Unauthenticated,
    /// The store cannot be reached.
    Unreachable,
    /// The store did not respond in time.
    TimedOut,
    /// The reference, the settings or the response are invalid.
    Invalid,
    /// The provider does not support this operation.
    Unsupported,
}

impl FetchErrorKind {
    /// Whether the same request may succeed later.
    ///
    /// See [`FetchError`] for an example.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Unreachable | Self::TimedOut | Self::Unauthenticated)
    }
}

impl FetchError {
    /// An error of this kind.
    pub fn new(kind: FetchErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: None }
    }

    /// There is nothing at this location.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(FetchErrorKind::NotFound, message)
    }

    /// The credentials are valid, but access is denied.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(FetchErrorKind::Denied, message)
    }

    /// The store cannot be reached.
    pub fn unreachable(message: impl Into<String>) -> Self {
        Self::new(FetchErrorKind::Unreachable, message)
    }

    /// The reference, the settings or the response are invalid.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(FetchErrorKind::Invalid, message)
    }

    /// Adds advice for the user.
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(crate) fn with_any_help(self, help: Option<&str>) -> Self {
        match help {
            Some(help) => self.with_help(help),
            None => self,
        }
    }

    /// The kind of the failure.
    pub fn kind(&self) -> FetchErrorKind {
        self.kind
    }

    /// The advice for the user.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FetchError {}
