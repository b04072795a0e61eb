//! The client of Google Secret Manager against a stand-in that gives the documented answers: no emulator
//! exists.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]
// A child process talks to its parent.
#![allow(clippy::print_stdout)]

mod leaks;
mod reads;
mod refusals;
mod rotations;
mod run;
mod stand_in;
mod tokens;

// The same helpers, of which not all are needed here.
#[allow(dead_code)]
#[path = "../e2e/support/child.rs"]
mod child;
