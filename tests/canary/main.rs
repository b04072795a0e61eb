//! One secret per run goes through everything that says something, and is searched for in all of it.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]
// A child process talks to its parent.
#![allow(clippy::print_stdout)]

mod app;
mod canary;
mod heard;
mod interpolated;
#[cfg(target_os = "linux")]
mod memory;
mod run_time;
mod sinks;
mod sources;
mod texts;
