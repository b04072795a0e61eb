//! Tests of the public API, with a real file system.

// Tests may panic.
#![allow(clippy::unwrap_used)]
// A child process prints output for its parent.
#![allow(clippy::print_stdout)]

mod bad_input;
mod bounds;
mod buffered;
mod calls;
mod command_line;
mod concurrency;
mod credentials;
mod dotenv;
mod dotenv_templates;
mod encryption;
mod environment;
mod files;
mod forks;
mod gates;
mod history;
mod interpolated;
mod interpolation;
mod layers;
mod left_out;
mod load;
mod merges;
mod observers;
mod overrides;
mod panics;
mod patches;
mod policies;
mod profile;
mod reports;
mod retries;
mod save;
mod secrecy;
mod secrets;
mod starved;
mod state;
mod stores;
mod support;
mod types;
mod values;
mod versions;
mod writes;

/// The abilities that the build script did not find, and why.
const LACKS: &str = env!("HOTSWAP_LACKS");

/// The folder that `cargo xtask test` reads at the end.
const LEFT_OUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/left-out");
