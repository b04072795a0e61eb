//! The behaviour of file systems: one test for each row of `file-scenarios.md`.
//!
//! Every row asserts which versions are published, that only complete content was ever seen, and that one
//! more edit is detected afterwards.

pub(crate) mod stage;

mod directories;
mod in_place;
mod kinds;
mod kubernetes;
mod limits;
mod links;
mod missing;
mod mounts;
mod odd_names;
mod process;
mod quiet;
mod rename;
mod timing;
