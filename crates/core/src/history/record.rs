//! The record of a published version.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::{
    excerpt::{self, Escaped},
    snapshot::Cause,
    subscribe::FieldChange,
};

/// One published version; from [`Handle::history`](crate::Handle::history).
///
/// `Display` prints it as text; it implements `Serialize` for programs. Never contains the value of a secret.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let config = Config::hot_load()?;
/// config.by("alice").set_rate_limit_max(500)?;
///
/// let record = &config.history()[1];
/// assert_eq!((record.version, record.by.as_deref()), (2, Some("alice")));
/// assert_eq!(record.changed, ["rate_limit.max"]);
/// assert_eq!(record.changes[0].to_string(), "rate_limit.max: 100 -> 500");
/// assert_eq!(record.to_string(), "version 2, set by alice\n  rate_limit.max: 100 -> 500");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// The version.
    pub version: u64,
    /// When it was published, by the system clock; serialized as RFC 3339.
    #[serde(with = "crate::timestamp")]
    pub at: SystemTime,
    /// Why it was published.
    pub cause: Cause,
    /// The author, if the change was made through [`Handle::by`](crate::Handle::by).
    pub by: Option<String>,
    /// The dotted paths of the leaves that changed; empty for the first version.
    pub changed: Vec<String>,
    /// The changes inside those leaves, path by path: `servers[3].port`.
    pub changes: Vec<FieldChange>,
    /// The time to load, validate and publish it, including hooks but not the reading of sources; serialized in
    /// seconds.
    #[serde(serialize_with = "crate::timestamp::seconds", deserialize_with = "seconds")]
    pub duration: Duration,
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    Duration::try_from_secs_f64(f64::deserialize(deserializer)?).map_err(D::Error::custom)
}

impl Record {
    /// The record of a first version, with the duration of its load.
    pub(crate) fn first(version: u64, duration: Duration) -> Self {
        let (changed, changes) = (Vec::new(), Vec::new());
        Self { version, at: SystemTime::now(), cause: Cause::Start, by: None, changed, changes, duration }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, at, cause, by, changed, changes, duration } = self;
        let mut shown = f.debug_struct("Record");
        shown.field("version", version).field("at", at);
        shown.field("cause", &Escaped(cause)).field("by", &Escaped(by)).field("changed", &Escaped(changed));
        shown.field("changes", changes).field("duration", duration).finish()
    }
}

/// One line for the version, and one for each change.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        excerpt::escaping(f, |f| {
            write!(f, "version {}, {}", self.version, self.cause)?;
            self.by.iter().try_for_each(|by| write!(f, " by {}", by.escape_debug()))?;
            self.changes.iter().try_for_each(|change| write!(f, "\n  {change}"))
        })
    }
}
