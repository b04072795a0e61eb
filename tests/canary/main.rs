//! One secret per run passes through everything that produces output, and is searched in all
//! outputs.

// Tests may panic.
#![allow(clippy::unwrap_used)]
// A child process prints output for its parent.
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
