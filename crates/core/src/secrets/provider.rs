//! What resolves the references of one scheme.

use std::{fmt, future::Future, path::PathBuf, pin::Pin};

use super::{Lease, Location, Payload};
use crate::source::Changed;

/// A future of a provider; it may need any runtime, as long as the provider brings it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A secret store, as a value. It resolves the references of one scheme.
///
/// Its futures are polled on threads of the configuration, outside any runtime: a client that needs one brings it. A
/// future that takes longer than the deadline is dropped.
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
    /// Fetches what stands at each location: one outcome for each, in the same order.
    fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>>;

    /// Decrypts a file that is encrypted as a whole. Asked of the provider of the scheme `age`, for sources that end in
    /// `.age`. It may take its time: readers and writers do not wait for it.
    fn open(&self, file: &[u8]) -> Result<Payload, FetchError> {
        let _ = file;
        Err(FetchError::new(FetchErrorKind::Unsupported, "the provider opens no files"))
    }

    /// Makes a lease last longer, and says how long it lasts now. Who cannot, fetches again.
    fn renew<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<Lease, FetchError>> {
        let _ = lease;
        Box::pin(std::future::ready(Err(FetchError::new(
            FetchErrorKind::Unsupported,
            "leases are not renewed",
        ))))
    }

    /// Gives leases back, because the program needs them no more: after [`shutdown`](crate::Handle::shutdown), which
    /// waits for it up to two seconds. What fails is logged, and ends when it would have ended anyway.
    ///
    /// It is not called when the last handle just goes, nor for leases that were followed by another fetch.
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

    /// The files that the provider reads keys from. A load is refused if one of them is also a file of the
    /// [`state_dir`](crate::Builder::state_dir), which would be written over.
    fn key_files(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Called whenever the set of locations in use changes, and with none at the end: keep `changed`, and call it when fetching again may give
    /// something else. Without it they are fetched again at intervals.
    fn watch(&self, locations: &[Location], changed: Changed) {
        let _ = (locations, changed);
    }
}

/// What a provider gives for one location.
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
    /// What is wrong with the way it is kept, though not with what is kept.
    pub(crate) warnings: Vec<String>,
}

impl Fetched {
    /// One that stays valid until it is changed in its store.
    pub fn new(payload: Payload) -> Self {
        Self { payload, lease: None, version: None, settled: false, warnings: Vec::new() }
    }

    /// The same for a limited time.
    pub fn leased(self, lease: Lease) -> Self {
        Self { lease: Some(lease), ..self }
    }

    /// The same for ever: it is not fetched again.
    pub fn settled(self) -> Self {
        Self { settled: true, ..self }
    }

    /// What the store calls this content; shown in the status.
    pub fn version(self, version: impl Into<String>) -> Self {
        Self { version: Some(version.into()), ..self }
    }

    pub(crate) fn with_warnings(self, warnings: Vec<String>) -> Self {
        Self { warnings, ..self }
    }

    /// What stands there, for a provider that hands on what another one gives.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// For how long.
    pub fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }
}

/// Why a secret cannot be fetched. Its words are shown, so they hold neither a secret nor a token.
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

/// What went wrong at a secret store; see [`FetchError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchErrorKind {
    /// There is nothing at this location.
    NotFound,
    /// The store knows who asks, and refuses.
    Denied,
    /// The store does not know, or not any more, who asks.
    Unauthenticated,
    /// The store does not answer.
    Unreachable,
    /// It did not answer in time.
    TimedOut,
    /// The reference, the settings or the answer make no sense.
    Invalid,
    /// The provider cannot do this.
    Unsupported,
}

impl FetchErrorKind {
    /// Whether the same question may be answered later.
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

    /// The store knows who asks, and refuses.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(FetchErrorKind::Denied, message)
    }

    /// The store does not answer.
    pub fn unreachable(message: impl Into<String>) -> Self {
        Self::new(FetchErrorKind::Unreachable, message)
    }

    /// The reference, the settings or the answer make no sense.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(FetchErrorKind::Invalid, message)
    }

    /// What to do about it.
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(crate) fn with_any_help(self, help: Option<&str>) -> Self {
        match help {
            Some(help) => self.with_help(help),
            None => self,
        }
    }

    /// What went wrong.
    pub fn kind(&self) -> FetchErrorKind {
        self.kind
    }

    /// What to do about it.
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
