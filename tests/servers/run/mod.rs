//! Servers of the tests' own, and how a provider is asked.

mod bao;
mod http;
mod kubernetes;
mod postgres;

pub(crate) use bao::{Bao, ROOT, text};
pub(crate) use http::{ask, redirect, serve};
pub(crate) use kubernetes::{Kubernetes, SERVICE_ACCOUNT};
pub(crate) use postgres::Postgres;

use std::{
    future::Future,
    net::TcpListener,
    pin::pin,
    process::Child,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use hotswap::secrets::{
    FetchError, FetchErrorKind, Fetched, Location, Payload, SecretProvider, vault::Vault,
};
use serde_json::Value as Json;

/// Long enough for the slowest machine; no test waits for it unless it fails.
pub(crate) const BOUND: Duration = Duration::from_secs(60);

/// Ends its process, and nobody else's.
pub(crate) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
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

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits without any runtime, as a program without one would.
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

/// What stands at one location.
#[track_caller]
pub(crate) fn fetch(vault: &Vault, location: &str) -> Result<Fetched, FetchError> {
    let mut all = wait(vault.fetch(&[Location::new(location)]));
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// What stands there is this.
#[track_caller]
pub(crate) fn assert_gives(vault: &Vault, location: &str, expected: Json) {
    let fetched = fetch(vault, location).unwrap_or_else(|error| panic!("{location}: {error:?}"));
    assert!(*fetched.payload() == Payload::json(expected.clone()), "{location} is not {expected}");
}

/// It is refused for this reason, in words that hold all of these and nothing secret.
#[track_caller]
pub(crate) fn assert_refused(vault: &Vault, location: &str, kind: FetchErrorKind, words: &[&str]) {
    let error = fetch(vault, location).map(|_| ()).expect_err("refused");
    let said = format!("{error} {}", error.help().unwrap_or_default());
    assert_eq!(error.kind(), kind, "{said}");
    for word in words {
        assert!(said.contains(word), "{word} in {said}");
    }
}
