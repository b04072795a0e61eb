//! A store that a test controls.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use hotswap::{
    Changed, SecretProvider,
    secrets::{BoxFuture, FetchError, FetchErrorKind, Fetched, Lease, Location, Payload},
};

/// The content by location, shared with the test.
#[derive(Clone, Default)]
pub(crate) struct Store(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    places: BTreeMap<String, Result<Fetched, FetchError>>,
    /// The locations of every call.
    calls: Vec<Vec<String>>,
    watched: Vec<String>,
    changed: Option<Changed>,
    /// The result of every renewal.
    renewal: Option<Result<Lease, FetchError>>,
    renewals: Vec<String>,
    revoked: Vec<String>,
    /// Whether a revocation ever completes.
    deaf: bool,
}

impl Store {
    /// A store with these texts; `{..}` is JSON.
    pub(crate) fn with(places: &[(&str, &str)]) -> Self {
        let store = Self::default();
        places.iter().for_each(|(place, text)| store.put(place, text));
        store
    }

    pub(crate) fn put(&self, place: &str, text: &str) {
        let payload = match text.starts_with('{') {
            true => Payload::json(serde_json::from_str(text).unwrap()),
            false => Payload::text(text.to_owned()),
        };
        self.answer(place, Ok(Fetched::new(payload)));
    }

    pub(crate) fn fail(&self, place: &str, error: FetchError) {
        self.answer(place, Err(error));
    }

    pub(crate) fn answer(&self, place: &str, answer: Result<Fetched, FetchError>) {
        self.0.lock().unwrap().places.insert(place.to_owned(), answer);
    }

    pub(crate) fn calls(&self) -> Vec<Vec<String>> {
        self.0.lock().unwrap().calls.clone()
    }

    pub(crate) fn watched(&self) -> Vec<String> {
        self.0.lock().unwrap().watched.clone()
    }

    pub(crate) fn notify(&self) {
        let changed = self.0.lock().unwrap().changed.clone();
        changed.unwrap().notify();
    }

    pub(crate) fn renew(&self, renewal: Result<Lease, FetchError>) {
        self.0.lock().unwrap().renewal = Some(renewal);
    }

    pub(crate) fn revoked(&self) -> Vec<String> {
        self.0.lock().unwrap().revoked.clone()
    }

    pub(crate) fn go_deaf(&self) {
        self.0.lock().unwrap().deaf = true;
    }

    pub(crate) fn renewals(&self) -> Vec<String> {
        self.0.lock().unwrap().renewals.clone()
    }
}

impl SecretProvider for Store {
    fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
        let mut state = self.0.lock().unwrap();
        state.calls.push(locations.iter().map(|location| location.as_str().to_owned()).collect());
        let one = |location: &Location| match state.places.get(location.as_str()) {
            Some(answer) => answer.clone(),
            None => Err(FetchError::not_found("the store has nothing there")),
        };
        let answers = locations.iter().map(one).collect();
        Box::pin(std::future::ready(answers))
    }

    fn renew<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<Lease, FetchError>> {
        let mut state = self.0.lock().unwrap();
        state.renewals.extend(lease.id().map(str::to_owned));
        let unsupported = || Err(FetchError::new(FetchErrorKind::Unsupported, "not renewed"));
        let answer = state.renewal.clone().unwrap_or_else(unsupported);
        Box::pin(std::future::ready(answer))
    }

    fn revoke<'a>(&'a self, leases: &'a [Lease]) -> BoxFuture<'a, Result<(), FetchError>> {
        let mut state = self.0.lock().unwrap();
        state.revoked.extend(leases.iter().filter_map(Lease::id).map(str::to_owned));
        match state.deaf {
            true => Box::pin(std::future::pending()),
            false => Box::pin(std::future::ready(Ok(()))),
        }
    }

    fn watch(&self, locations: &[Location], changed: Changed) {
        let mut state = self.0.lock().unwrap();
        state.watched = locations.iter().map(|location| location.as_str().to_owned()).collect();
        state.changed = Some(changed);
    }
}
