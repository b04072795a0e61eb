//! What a file system does to a configuration file: one test for each row of `file-scenarios.md`.
//!
//! Every row asserts what is published, that nothing was ever seen that was not whole, and that one more edit
//! afterwards is seen.

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
