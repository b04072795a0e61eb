//! Secrets that are fetched: by whom, when, and which errors are reported when they cannot be fetched.

mod fences;
mod files;
mod namesakes;
mod panics;
mod references;
mod refusals;
mod reloads;
mod revoke;
mod rotation;
pub(crate) mod store;
mod variables;
mod versions;
