//! The count of accepted changes, including those that publish no version.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A version, and the number of changes accepted after it without a new version; from
/// [`Handle::current_revision`](crate::Handle::current_revision), for
/// [`Handle::if_revision`](crate::Handle::if_revision).
///
/// A write may be accepted without changing a running value: a write to a field that needs a restart, an override that
/// is prolonged, a patch that sets the value in the file. Then the version stays the same, but the revision changes.
///
/// Revisions are comparable within one run of the program. `Display` prints `2.1` for one such change after
/// version 2.
///
/// ```
#[doc = include_str!("example.txt")]
/// let config = Config::hot_load()?;
/// let seen = config.current_revision();
/// config.set_listen("127.0.0.1:9090".parse()?)?; // waits for a restart
/// assert_eq!((config.version(), config.current_revision().to_string()), (1, "1.1".to_owned()));
/// assert!(config.current_revision() > seen);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Revision {
    version: u64,
    changes: u64,
}

impl Revision {
    /// The revision of a version when it is published.
    pub(crate) fn of_version(version: u64) -> Self {
        Self { version, changes: 0 }
    }

    /// The revision after one more change without a version.
    pub(crate) fn next(self) -> Self {
        Self { changes: self.changes.saturating_add(1), ..self }
    }

    /// The version. [`Revision`] has an example.
    pub fn version(self) -> u64 {
        self.version
    }
}

/// For a configuration that has not published anything yet.
impl Default for Revision {
    fn default() -> Self {
        Self::of_version(1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.version, self.changes)
    }
}
