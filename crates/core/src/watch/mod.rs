//! Detects possible changes of files.
//!
//! [`resolved_path`] finds the directories that determine the target of a path, [`watch_plan`] selects those that need
//! a watch, and the [`Watcher`] keeps these watches alive. Events of the system become [`Hint`](hint::Hint)s, and
//! `debounce` decides when hints cause a read. This module does not read the content of files.
//!
//! Callers keep to one order: hints are drained, [`Debounce::fire`](debounce::Debounce::fire) gives a permit,
//! the watcher is *armed and then flushed*, files are read, the watcher is flushed again. The content is used if
//! there was no write in the meantime; otherwise the permit is returned with
//! [`Debounce::defer`](debounce::Debounce::defer). Arming before the read ensures that a later change causes an
//! event; arming at each poll finds changes without events: mounts, and directories that were swapped while they
//! were not watched.

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
