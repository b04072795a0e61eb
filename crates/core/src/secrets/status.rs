//! What a configuration says of its secrets.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Serialize;

use super::{cache_entry::CacheEntry, reference::SecretKey, table::CachedSecret};
use crate::{excerpt, health::Health};

/// One location at a secret store, and how it is; part of a [`Status`](crate::Status). Never holds what
/// stands there.
///
/// ```
/// use hotswap::{Health, HotConfig, Secret};
///
/// #[derive(serde::Deserialize, HotConfig)]
/// struct Config {
///     #[hot(secret = "file:password")]
///     password: Secret<String>,
/// }
///
/// # let folder = tempfile::tempdir()?;
/// # std::env::set_current_dir(&folder)?;
/// std::fs::write("password", "hunter2")?;
/// let status = Config::hot_load()?.status();
/// let secret = &status.secrets[0];
/// assert_eq!((secret.scheme.as_str(), secret.location.as_str()), ("file", "password"));
/// assert_eq!((secret.health, secret.lease), (Health::Ok, None));
/// assert_eq!(secret.to_string(), "secret file:password: ok");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SecretStatus {
    /// What stands before the first colon of the reference.
    pub scheme: String,
    /// What stands between the scheme and the key; a long one is cut.
    pub location: String,
    /// `Ok`, or `Failing` while the store does not give it again, or what it gave was refused: what was in force stays so,
    /// until its lease ends. `Missing` if a load waits for it.
    pub health: Health,
    /// What the store calls the content that is in force.
    pub version: Option<String>,
    /// How much longer what is in force may be used; `None` when there is no limit. Serialised in seconds.
    #[serde(serialize_with = "crate::timestamp::maybe_seconds")]
    pub lease: Option<Duration>,
    /// What went wrong the last time, unless it is well.
    pub message: Option<String>,
}

impl SecretStatus {
    /// `in_force` is what the current version stands on.
    pub(super) fn new(
        secret_key: &SecretKey,
        entry: &CacheEntry,
        in_force: Option<&Arc<CachedSecret>>,
        now: Instant,
    ) -> Self {
        let term = in_force.or(entry.kept.as_ref()).map(|kept| kept.term());
        let lease = term.as_ref().and_then(|term| term.left(now));
        let over = lease.is_some_and(|left| left.is_zero()).then(|| "its lease has ended".to_owned());
        let refused = entry.refused.as_ref().map(|why| format!("a newer secret was refused: {why}"));
        let failure = entry.failure.as_ref().map(ToString::to_string);
        let what: Vec<_> = [over, refused, failure].into_iter().flatten().collect();
        let message = (!what.is_empty()).then(|| what.join(": "));
        let health = match (&term, &message) {
            (None, _) => Health::Missing,
            (_, Some(_)) => Health::Failing,
            _ => Health::Ok,
        };
        Self {
            scheme: secret_key.scheme.to_string(),
            location: secret_key.location.to_string(),
            health,
            version: term.and_then(|term| term.version),
            lease,
            message,
        }
    }
}

impl fmt::Display for SecretStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        excerpt::escaping(f, |f| {
            write!(f, "secret {}:{}: {}", self.scheme, self.location, self.health)?;
            self.version.iter().try_for_each(|version| write!(f, ", version {version}"))?;
            self.lease
                .iter()
                .try_for_each(|left| write!(f, ", leased for another {:.1} s", left.as_secs_f64()))?;
            self.message.iter().try_for_each(|message| write!(f, ", {message}"))
        })
    }
}
