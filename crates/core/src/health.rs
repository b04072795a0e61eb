//! The health of a source, a secret or the program itself.

use std::fmt;

use serde::Serialize;

/// The health of a source; see [`SourceStatus`](crate::SourceStatus) and [how files are handled](crate::guide::files).
/// Also the result of the program's health check: `Failing` rolls a change back, see
/// [`Builder::health`](crate::Builder::health).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Health {
    /// Read, and part of the configuration.
    Ok,
    /// Optional and missing; not part of the configuration.
    Absent,
    /// Missing, or temporarily gone; its last content is still in force.
    Missing,
    /// It cannot be read or parsed; its last content is still in force.
    Failing,
    /// It is read, but later changes may not be detected.
    Degraded,
    /// It is read, but its content is refused; its last accepted content is still in force.
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
