//! A requested reload queries the stores, and reports secrets that it could not fetch.

use std::{
    fs,
    sync::{Arc, mpsc},
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use hotswap::{
    Cause, Error, Health, HotConfig, IssueKind, Secret, SecretProvider,
    secrets::{BoxFuture, FetchError, Fetched, Lease, Location, Payload},
};
use serde::Deserialize;

use super::store::Store;
use crate::support::{BOUND, Folder, eventually};

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(secret = "store:db#password")]
    password: Secret<String>,
    #[hot(secret = "other:key")]
    key: Secret<String>,
    #[hot(default = 1)]
    number: u32,
}

const NEVER: Duration = Duration::from_secs(3600);

fn parts(password: &str) -> String {
    format!(r#"{{"password": "{password}"}}"#)
}

/// A configuration with two stores and no automatic refresh.
fn load(folder: &Folder) -> (AppHandle, Store, Store) {
    let (store, other) = (Store::with(&[("db", &parts("one"))]), Store::with(&[("key", "one")]));
    let builder = App::hot_builder().file(folder.path("app.toml")).secret_refresh(NEVER).watch(false);
    let app = builder.secrets("store", store.clone()).secrets("other", other.clone()).load().unwrap();
    (app, store, other)
}

fn folder() -> Folder {
    Folder::with("app.toml", "number = 2")
}

fn down() -> FetchError {
    FetchError::unreachable("connection refused").with_help("start the server")
}

#[track_caller]
fn assert_names_the_store(error: &Error) {
    assert!(error.has(IssueKind::Secret), "{error}");
    assert_eq!(
        error.to_string(),
        "configuration reloaded, but incomplete: 1 problem
  password: cannot fetch secret `store:db#password` again, its last value stays in force: connection refused; start \
         the server"
    );
}

#[test]
fn a_store_that_is_down_is_an_error_and_the_rest_goes_live() {
    let folder = folder();
    let (app, store, other) = load(&folder);
    store.fail("db", down());
    other.put("key", "two");
    folder.write("app.toml", "number = 3");
    assert_names_the_store(&app.reload().unwrap_err());
    assert_eq!(
        (app.number(), app.key().expose().as_str(), app.password().expose().as_str()),
        (3, "two", "one")
    );
    let status = app.status();
    assert_eq!((status.version, status.last_error), (2, None));
    assert_eq!(
        status.secrets.iter().find(|secret| secret.scheme == "store").unwrap().health,
        Health::Failing
    );

    store.put("db", &parts("two"));
    app.reload().unwrap();
    assert_eq!(app.password().expose(), "two");
}

#[test]
fn a_store_that_is_left_alone_is_asked_all_the_same() {
    let folder = folder();
    let (app, store, _) = load(&folder);
    store.fail("db", down());
    for turn in 2..8 {
        assert_names_the_store(&app.reload().unwrap_err());
        assert_eq!(store.calls().len(), turn);
    }
    store.put("db", &parts("two"));
    app.reload().unwrap();
    assert_eq!(app.password().expose(), "two");
}

#[test]
fn what_was_fetched_goes_live_beside_a_file_that_is_refused() {
    let folder = folder();
    let (app, store, other) = load(&folder);
    store.fail("db", down());
    other.put("key", "two");
    folder.write("app.toml", "number = 'x'");
    let error = app.reload().unwrap_err();
    assert!(error.has(IssueKind::WrongType) && error.has(IssueKind::Secret), "{error}");
    assert_eq!((app.number(), app.key().expose().as_str()), (2, "two"));
    assert_eq!(app.status().cause, Cause::Secrets(vec!["other:key".into()]));
    assert!(app.status().last_error.unwrap().contains("number"));
}

#[test]
fn a_secret_that_is_gone_from_its_store_is_an_error_too() {
    let folder = folder();
    let (app, _, other) = load(&folder);
    other.fail("key", FetchError::not_found("it was deleted"));
    let error = app.reload().unwrap_err().to_string();
    assert!(error.contains("key: cannot fetch secret `other:key` again"), "{error}");
    let token = Folder::with("token", "hunter2");
    folder.write("app.toml", &format!("number = 2\nkey = 'file:{}'", token.path("token").display()));
    app.reload().unwrap();
    fs::remove_file(token.path("token")).unwrap();
    let error = app.reload().unwrap_err().to_string();
    assert!(error.contains("key: cannot fetch secret `file:") && error.contains("no file at"), "{error}");
    assert_eq!(app.key().expose(), "hunter2");
}

#[test]
fn a_lease_is_renewed_and_never_given_away() {
    let folder = folder();
    let (app, store, _) = load(&folder);
    let lease = Lease::new(NEVER).renewable("a");
    let leased = |password: &str| {
        let payload = Payload::json(serde_json::json!({ "password": password }));
        Ok(Fetched::new(payload).leased(lease.clone()))
    };
    store.answer("db", leased("two"));
    app.reload().unwrap();
    store.answer("db", leased("three"));
    // A failed renewal is not an error yet.
    for renewal in [Ok(Lease::new(NEVER).renewable("a")), Err(FetchError::not_found("no such lease"))] {
        store.renew(renewal);
        app.reload().unwrap();
    }
    assert_eq!((app.password().expose().as_str(), store.renewals().len()), ("two", 2));
    store.renew(Err(down()));
    assert_names_the_store(&app.reload().unwrap_err());
    assert_eq!(app.password().expose(), "two");
}

#[test]
fn a_secret_that_a_value_set_at_run_time_hides_is_not_missed() {
    let folder = folder();
    let (app, store, _) = load(&folder);
    app.set_password(Secret::from("mine")).unwrap();
    store.fail("db", down());
    app.reload().unwrap();
    assert_eq!(app.password().expose(), "mine");
}

#[test]
fn the_async_twin_says_the_same() {
    let folder = folder();
    let (app, store, _) = load(&folder);
    store.fail("db", down());
    let mut reload = Box::pin(app.reload_async());
    let start = Instant::now();
    let outcome = loop {
        match reload.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => break outcome,
            Poll::Pending => assert!(start.elapsed() < BOUND, "it never ends"),
        }
        thread::sleep(Duration::from_millis(1));
    };
    assert_names_the_store(&outcome.unwrap_err());
}

/// Responds to the first request, and hangs afterwards.
struct Stuck(std::sync::atomic::AtomicBool);

impl SecretProvider for Stuck {
    fn fetch<'a>(&'a self, places: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
        if self.0.swap(true, std::sync::atomic::Ordering::SeqCst) {
            return Box::pin(std::future::pending());
        }
        let answer = Ok(Fetched::new(Payload::json(serde_json::json!({ "password": "one" }))));
        Box::pin(std::future::ready(vec![answer; places.len()]))
    }
}

#[test]
fn stores_that_hang_are_waited_for_ten_seconds_together() {
    let folder = Folder::with("app.toml", "number = 2");
    let builder = App::hot_builder().file(folder.path("app.toml")).secret_refresh(NEVER).watch(false);
    let (store, other) = (Stuck(false.into()), Store::with(&[("key", "one")]));
    let builder = builder.secrets("store", store).secrets("other", other.clone());
    let app = builder.secret_timeout(NEVER).load().unwrap();
    other.put("key", "two");
    folder.write("app.toml", "number = 3");
    let start = Instant::now();
    let error = app.reload().unwrap_err().to_string();
    let took = start.elapsed();
    assert!(error.contains("`store:db#password`") && error.contains("no answer within 10s"), "{error}");
    assert!((Duration::from_secs(9)..Duration::from_secs(30)).contains(&took), "it took {took:?}");
    assert_eq!((app.number(), app.key().expose().as_str()), (3, "two"));
}

#[test]
fn callers_that_wait_together_learn_the_same() {
    let folder = folder();
    let (app, store, _) = load(&folder);
    store.fail("db", down());
    let app = Arc::new(app);
    let (tell, told) = mpsc::channel();
    for _ in 0..4 {
        let (app, tell) = (Arc::clone(&app), tell.clone());
        thread::spawn(move || tell.send(app.reload().unwrap_err()));
    }
    for _ in 0..4 {
        assert_names_the_store(&told.recv_timeout(BOUND).unwrap());
    }
}

#[test]
fn what_comes_by_itself_later_needs_no_other_reload() {
    let folder = folder();
    let store = Store::with(&[("db", &parts("one"))]);
    let builder = App::hot_builder().file(folder.path("app.toml")).secret_refresh(Duration::from_millis(20));
    let other = Store::with(&[("key", "one")]);
    let app = builder.secrets("store", store.clone()).secrets("other", other).load().unwrap();
    store.fail("db", down());
    assert!(app.reload().is_err());
    store.put("db", &parts("two"));
    eventually("it is fetched again", || app.password().expose() == "two");
}
