//! Notices that a file may have changed.
//!
//! [`resolved_path`] finds out which directories decide what a path names, [`watch_plan`] which of them need a watch, and the
//! [`Watcher`] keeps those watches alive. What the system reports becomes a [`Hint`](hint::Hint), and `debounce`
//! says when hints are to be answered by reading. Nothing here reads a file or knows what is in one.
//!
//! Callers keep to one order: hints are drained, [`Debounce::fire`](debounce::Debounce::fire) gives a permit,
//! the watcher is *armed and then flushed*, files are read, the watcher is flushed again. What was read counts if
//! nobody wrote meanwhile; otherwise the permit is given back with [`Debounce::defer`](debounce::Debounce::defer).
//! Arming first means that a change after the read is heard; arming at each poll finds what no event tells:
//! mounts, and directories that were swapped while nobody could hear.

mod backend;
pub(crate) mod debounce;
mod event_barrier;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod fixture;
pub(crate) mod grace;
mod handler;
mod health;
pub(crate) mod hint;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod protocol_tests;
pub(crate) mod resolved_path;
mod watch_plan;
mod watcher;

pub use self::health::{WatcherHealth, WatcherMode};
pub(crate) use self::watcher::Watcher;
