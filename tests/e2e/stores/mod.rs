//! Fetched secrets: providers, times of requests, and reports of failures.

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
