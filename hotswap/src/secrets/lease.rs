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
/// assert_eq!(lease.id(), Some("database/creds/app/2f6a614c"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    lasts: Duration,
    id: Option<String>,
}

impl Lease {
    /// One that ends, and can only be followed by another fetch.
    pub fn new(lasts: Duration) -> Self {
        Self { lasts, id: None }
    }

    /// The same, renewable under this name by [`SecretProvider::renew`](super::SecretProvider::renew).
    pub fn renewable(self, id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// From the moment at which it was asked for.
    pub fn lasts(&self) -> Duration {
        self.lasts
    }

    /// What to renew; `None` if it cannot be renewed.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}
