//! Helpers that call a provider and check its results.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use hotswap::secrets::{FetchError, FetchErrorKind, Fetched, Location, Payload, SecretProvider};
use serde_json::Value as Json;

use super::BOUND;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits without any runtime, like a program without one.
#[track_caller]
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    let deadline = Instant::now() + BOUND;
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        assert!(Instant::now() < deadline, "no answer");
        thread::park_timeout(Duration::from_secs(1));
    }
}

/// The content of one location.
#[track_caller]
pub(crate) fn fetch(store: &impl SecretProvider, location: &str) -> Result<Fetched, FetchError> {
    let mut all = wait(store.fetch(&[Location::new(location)]));
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// The location has this content.
#[track_caller]
pub(crate) fn assert_gives(store: &impl SecretProvider, location: &str, expected: Json) {
    let fetched = fetch(store, location).unwrap_or_else(|error| panic!("{location}: {error:?}"));
    assert!(*fetched.payload() == Payload::json(expected.clone()), "{location} is not {expected}");
}

/// It is refused for this reason, with a message that contains all of these texts and no secret.
#[track_caller]
pub(crate) fn assert_refused(
    store: &impl SecretProvider,
    location: &str,
    kind: FetchErrorKind,
    words: &[&str],
) {
    let error = fetch(store, location).map(|_| ()).expect_err("refused");
    let said = format!("{error} {}", error.help().unwrap_or_default());
    assert_eq!(error.kind(), kind, "{said}");
    for word in words {
        assert!(said.contains(word), "{word} in {said}");
    }
}
