//! The status of secrets.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Serialize;

use super::{cache_entry::CacheEntry, reference::SecretKey, table::CachedSecret};
use crate::{excerpt, health::Health};

/// The status of one location at a secret store; part of a [`Status`](crate::Status). Never contains
/// the secret.
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
    /// The part of the reference before the first colon.
    pub scheme: String,
    /// The part between the scheme and the key; truncated if it is long.
    pub location: String,
    /// `Ok`, or `Failing` if the store cannot supply it again, or if its new value was refused: the previous value
    /// stays in force until its lease ends. `Missing` if a load waits for it.
    pub health: Health,
    /// The version of the content in force, as named by the store.
    pub version: Option<String>,
    /// The remaining time for which the secret in force may be used; `None` if there is no limit. Serialized
    /// in seconds.
    #[serde(serialize_with = "crate::timestamp::maybe_seconds")]
    pub lease: Option<Duration>,
    /// The last problem, unless it is healthy.
    pub message: Option<String>,
}

impl SecretStatus {
    /// `in_force` is the secret of the current version.
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
