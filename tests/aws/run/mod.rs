//! Servers for tests, and helpers that call a provider.

#[allow(dead_code)]
#[path = "../../servers/run/asking.rs"]
mod asking;
mod cloud;
#[allow(dead_code)]
#[path = "../../servers/run/http.rs"]
mod http;
#[path = "../../servers/run/process.rs"]
mod process;

pub(crate) use asking::{assert_refused, fetch, wait};
pub(crate) use cloud::{Cloud, at, certificates};
pub(crate) use http::{json, serve_each};
pub(crate) use process::{BOUND, Running, eventually, free_port};

use hotswap::secrets::{Payload, SecretProvider};

/// The location contains this text.
#[track_caller]
pub(crate) fn assert_text(store: &impl SecretProvider, location: &str, expected: &str) {
    let fetched = fetch(store, location).unwrap_or_else(|error| panic!("{location}: {error:?}"));
    assert!(*fetched.payload() == Payload::text(expected.to_owned()), "{location} is not {expected}");
}
