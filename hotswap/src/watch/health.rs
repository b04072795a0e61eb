//! What the status says about watching.

use serde::Serialize;

/// How changes of files are noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WatcherMode {
    /// The system reports changes of every source; polling is only the backstop.
    Events,
    /// Changes of at least one source are found by polling alone.
    PollOnly,
}

/// The state of the file watcher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WatcherHealth {
    /// How changes are noticed.
    pub mode: WatcherMode,
    /// Directories that are watched.
    pub watched: usize,
    /// Why something is not watched, and what to do; empty when all is well.
    pub problems: Vec<String>,
    /// How often the system's queue of events overflowed; each time, everything was read again.
    pub overflows: u64,
}
