//! The status of watching.

use serde::Serialize;

/// How changes of files are detected; see [`WatcherHealth`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WatcherMode {
    /// The system reports changes of every source; polling is only a fallback.
    Events,
    /// Changes of at least one source are found by polling alone.
    PollOnly,
}

/// The state of the file watcher; part of a [`Status`](crate::Status).
///
/// ```
#[doc = include_str!("../example.txt")]
/// let config = Config::hot_load()?;
/// let watcher = config.status().watcher.unwrap();
/// for problem in &watcher.problems {
///     println!("only polling finds changes: {problem}");
/// }
///
/// let config = Config::hot_builder().watch(false).load()?;
/// assert!(config.status().watcher.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WatcherHealth {
    /// How changes are detected.
    pub mode: WatcherMode,
    /// The number of watched directories.
    pub watched: usize,
    /// The reasons for which files are not watched, with remedies; empty if everything is watched.
    pub problems: Vec<String>,
    /// How often the system's event queue overflowed. Each time, everything was read again.
    pub overflows: u64,
}
