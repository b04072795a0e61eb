//! One published version, as people and programs see it.

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
/// `Display` prints it for people, and it serialises for programs. Never holds a secret's value.
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
    /// When it was published, by the system's clock; serialised by RFC 3339.
    #[serde(with = "crate::timestamp")]
    pub at: SystemTime,
    /// Why it was published.
    pub cause: Cause,
    /// Who asked for it, if [`Handle::by`](crate::Handle::by) said so.
    pub by: Option<String>,
    /// The dotted paths of the leaves that changed; empty for the first version.
    pub changed: Vec<String>,
    /// What changed inside those leaves, place by place: `servers[3].port`.
    pub changes: Vec<FieldChange>,
    /// How long it took to load, to check and to publish, hooks included; serialised in seconds. Reading the sources comes
    /// before.
    #[serde(serialize_with = "crate::timestamp::seconds", deserialize_with = "seconds")]
    pub duration: Duration,
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    Duration::try_from_secs_f64(f64::deserialize(deserializer)?).map_err(D::Error::custom)
}

impl Record {
    /// A version with none before it, which took so long to load.
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

/// A line for the version, and one for each change.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        excerpt::escaping(f, |f| {
            write!(f, "version {}, {}", self.version, self.cause)?;
            self.by.iter().try_for_each(|by| write!(f, " by {}", by.escape_debug()))?;
            self.changes.iter().try_for_each(|change| write!(f, "\n  {change}"))
        })
    }
}
