//! The library from outside, against a real file system.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]
// A child process talks to its parent.
#![allow(clippy::print_stdout)]

mod bad_input;
mod concurrency;
mod environment;
mod files;
mod gates;
mod layers;
mod left_out;
mod load;
mod merges;
mod overrides;
mod reports;
mod support;
mod writes;
