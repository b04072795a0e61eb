//! The providers of AWS's stores against servers that answer as AWS does: moto, ministack, and stubs for what
//! neither can.
//!
//! `cargo xtask test` brings the servers. Each test starts its own, on a free port of the loopback, and ends
//! it.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]
// A child process talks to its parent.
#![allow(clippy::print_stdout)]

mod environment;
mod leaks;
mod parameters;
mod refusals;
mod rotations;
mod run;
mod secrets;

// The same helpers, of which not all are needed here.
#[allow(dead_code)]
#[path = "../e2e/support/child.rs"]
mod child;
#[path = "../e2e/left_out.rs"]
mod left_out;

/// Which servers the build script did not find, and why.
const LACKS: &str = env!("HOTSWAP_LACKS_AWS");

/// Where `cargo xtask test` looks when all is done.
const LEFT_OUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/left-out");
