//! How long a secret may be used.

use std::time::Duration;

/// The limited validity of a secret: it ends after `lasts`, unless it is renewed.
///
/// It is renewed after about two thirds of that time; if it cannot be renewed, the secret is fetched again. The time
/// counts from the request, by a monotonic clock.
///
/// ```
/// use hotswap::secrets::Lease;
/// use std::time::Duration;
///
/// let lease = Lease::new(Duration::from_secs(3600)).renewable("database/creds/app/2f6a614c");
/// assert_eq!(lease.lasts(), Duration::from_secs(3600));
/// assert_eq!((lease.id(), lease.is_renewable()), (Some("database/creds/app/2f6a614c"), true));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    lasts: Duration,
    id: Option<String>,
    renewable: bool,
}

impl Lease {
    /// A lease that cannot be renewed, so the secret is fetched again before it ends.
    pub fn new(lasts: Duration) -> Self {
        Self { lasts, id: None, renewable: false }
    }

    /// The same with an id by which it can be revoked by [`SecretProvider::revoke`](super::SecretProvider::revoke).
    ///
    /// See [`SecretProvider::revoke`](super::SecretProvider::revoke) for an example.
    pub fn revocable(self, id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// The same with an id by which it can also be renewed by
    /// [`SecretProvider::renew`](super::SecretProvider::renew).
    pub fn renewable(self, id: impl Into<String>) -> Self {
        Self { renewable: true, ..self.revocable(id) }
    }

    /// Its duration, counted from the request.
    pub fn lasts(&self) -> Duration {
        self.lasts
    }

    /// The id of the lease in its store; `None` if it can be neither renewed nor revoked.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Whether it can be renewed.
    pub fn is_renewable(&self) -> bool {
        self.renewable
    }
}
