//! How a source, a secret or the program itself is.

use std::fmt;

use serde::Serialize;

/// How a source is; see [`SourceStatus`](crate::SourceStatus) and [what is done about files](crate::guide::files). Also what a health check
/// of the program says: `Failing` takes a change back, see [`Builder::health`](crate::Builder::health).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Health {
    /// Read, and part of the configuration.
    Ok,
    /// Optional and not there; not part of the configuration.
    Absent,
    /// Not there, or gone for a moment; what it gave last is still in force.
    Missing,
    /// It cannot be read or parsed; what it gave last is still in force.
    Failing,
    /// It is read, but later changes may stay unseen.
    Degraded,
    /// It is read, but its content is refused; what it gave last is still in force.
    Refused,
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Absent => "absent",
            Self::Missing => "missing",
            Self::Failing => "failing",
            Self::Degraded => "degraded",
            Self::Refused => "refused",
        })
    }
}
