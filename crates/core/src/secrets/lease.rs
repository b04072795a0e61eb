//! How long a store lets a secret be used.

use std::time::Duration;

/// A secret that its store takes back: after `lasts`, unless it is renewed.
///
/// It is renewed after about two thirds of that time, and fetched anew where it cannot be renewed. It counts from the
/// moment at which it was asked for, by a clock that nobody sets.
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
    /// One that ends, and can only be followed by another fetch.
    pub fn new(lasts: Duration) -> Self {
        Self { lasts, id: None, renewable: false }
    }

    /// The same, which can be given back under this name by [`SecretProvider::revoke`](super::SecretProvider::revoke).
    ///
    /// See [`SecretProvider::revoke`](super::SecretProvider::revoke) for an example.
    pub fn revocable(self, id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// The same, which can be renewed too, by [`SecretProvider::renew`](super::SecretProvider::renew).
    pub fn renewable(self, id: impl Into<String>) -> Self {
        Self { renewable: true, ..self.revocable(id) }
    }

    /// From the moment at which it was asked for.
    pub fn lasts(&self) -> Duration {
        self.lasts
    }

    /// What its store calls it; `None` if it can neither be renewed nor be given back.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Whether it can be renewed.
    pub fn is_renewable(&self) -> bool {
        self.renewable
    }
}
