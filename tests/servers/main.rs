//! Providers of secrets against real stores: OpenBao, and PostgreSQL behind it.
//!
//! `cargo xtask test` brings the servers. Each test starts its own, on a free port of the loopback, and ends it.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]
// A child process talks to its parent.
#![allow(clippy::print_stdout)]

#[cfg(feature = "vault")]
mod fences;
#[cfg(feature = "vault")]
mod leaks;
#[cfg(feature = "vault")]
mod leases;
#[cfg(feature = "vault")]
mod namespaces;
#[cfg(feature = "vault")]
mod reads;
#[cfg(feature = "vault")]
mod refusals;
#[cfg(feature = "vault")]
mod rotations;
#[cfg(feature = "vault")]
mod run;
#[cfg(feature = "vault")]
mod tls;
#[cfg(feature = "vault")]
mod tokens;

// The same helpers, of which not all are needed here.
#[allow(dead_code)]
#[cfg(feature = "vault")]
#[path = "../e2e/support/child.rs"]
mod child;
#[cfg(feature = "vault")]
#[path = "../e2e/left_out.rs"]
mod left_out;
#[cfg(not(feature = "vault"))]
mod not_built;

/// Which servers the build script did not find, and why.
#[cfg(feature = "vault")]
const LACKS: &str = env!("HOTSWAP_LACKS_SERVERS");

/// Where `cargo xtask test` looks when all is done.
#[cfg(feature = "vault")]
const LEFT_OUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/left-out");
