//! The client of Google Secret Manager against a stub with the documented responses, because there is no
//! emulator.

// Tests may panic.
#![allow(clippy::unwrap_used)]
// A child process prints output for its parent.
#![allow(clippy::print_stdout)]

mod leaks;
mod reads;
mod refusals;
mod rotations;
mod run;
mod stand_in;
mod tokens;

// Shared helpers, not all of which are used here.
#[allow(dead_code)]
#[path = "../e2e/support/child.rs"]
mod child;
