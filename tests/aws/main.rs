//! The providers of AWS's stores against emulators of AWS: moto, ministack, and stubs for features that both
//! lack.
//!
//! `cargo xtask test` installs the servers. Each test starts its own, on a free loopback port, and stops it.

// Tests may panic.
#![allow(clippy::unwrap_used)]
// A child process prints output for its parent.
#![allow(clippy::print_stdout)]

mod environment;
mod leaks;
mod parameters;
mod refusals;
mod rotations;
mod run;
mod secrets;

// Shared helpers, not all of which are used here.
#[allow(dead_code)]
#[path = "../e2e/support/child.rs"]
mod child;
#[path = "../e2e/left_out.rs"]
mod left_out;

/// The servers that the build script did not find, and why.
const LACKS: &str = env!("HOTSWAP_LACKS_AWS");

/// The folder that `cargo xtask test` reads at the end.
const LEFT_OUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/left-out");
