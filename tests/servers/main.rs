//! Secret providers against real stores: OpenBao with PostgreSQL.
//!
//! `cargo xtask test` installs the servers. Each test starts its own, on a free loopback port, and stops it.

// Tests may panic.
#![allow(clippy::unwrap_used)]
// A child process prints output for its parent.
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

// Shared helpers, not all of which are used here.
#[allow(dead_code)]
#[cfg(feature = "vault")]
#[path = "../e2e/support/child.rs"]
mod child;
#[cfg(feature = "vault")]
#[path = "../e2e/left_out.rs"]
mod left_out;
#[cfg(not(feature = "vault"))]
mod not_built;

/// The servers that the build script did not find, and why.
#[cfg(feature = "vault")]
const LACKS: &str = env!("HOTSWAP_LACKS_SERVERS");

/// The folder that `cargo xtask test` reads at the end.
#[cfg(feature = "vault")]
const LEFT_OUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/left-out");
