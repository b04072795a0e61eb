//! Helpers that call a provider and check its results.

use std::{
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use hotswap::secrets::{
    FetchError, FetchErrorKind, Fetched, Location, Payload, SecretProvider,
    google::{Credentials, SecretManager},
};

use crate::stand_in::Google;

/// Long enough for the slowest machine; no test waits for it unless it fails.
pub(crate) const BOUND: Duration = Duration::from_secs(60);

/// Queries the stub as a user who has logged in.
pub(crate) fn manager(google: &Google) -> SecretManager {
    SecretManager::with(Credentials::json(google.user())).endpoint(google.address()).timeout(BOUND)
}

/// The content of one location.
#[track_caller]
pub(crate) fn fetch(manager: &SecretManager, location: &str) -> Result<Fetched, FetchError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut all = runtime.block_on(manager.fetch(&[Location::new(location)]));
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// The location has this content.
#[track_caller]
pub(crate) fn assert_gives(manager: &SecretManager, location: &str, expected: &str) {
    let fetched = fetch(manager, location).unwrap_or_else(|error| panic!("{location}: {error:?}"));
    assert!(*fetched.payload() == Payload::text(expected.to_owned()), "{location} is not {expected}");
}

/// It is refused for this reason, with a message that contains all of these texts and no text from
/// the stub.
#[track_caller]
pub(crate) fn assert_refused(manager: &SecretManager, location: &str, kind: FetchErrorKind, words: &[&str]) {
    let error = fetch(manager, location).map(|_| ()).expect_err("refused");
    let said = format!("{error}; {}", error.help().expect("every error says what to do"));
    assert_eq!(error.kind(), kind, "{said}");
    for word in words {
        assert!(said.contains(word), "{word} in {said}");
    }
    assert!(!said.contains("canary"), "{said}");
}

/// A port that nobody listens on now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[track_caller]
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + BOUND;
    while !condition() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
