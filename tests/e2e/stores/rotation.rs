//! Secrets that change, have leases, or are temporarily unavailable.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    time::Duration,
};

use hotswap::{
    Cause, Health, HotConfig, IssueKind, Secret,
    secrets::{FetchError, Fetched, Lease, Payload},
};
use serde::Deserialize;

use super::store::Store;
use crate::support::{BOUND, Folder, eventually};

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(secret = "store:db#user")]
    user: Secret<String>,
    #[hot(secret = "store:db#password", length(min = 3))]
    password: Secret<String>,
    #[hot(default = 1)]
    number: u32,
}

fn login(turn: u32) -> String {
    format!(r#"{{"user": "user{turn}", "password": "password{turn}"}}"#)
}

fn leased(turn: u32, lease: Lease) -> Result<Fetched, FetchError> {
    let payload = Payload::json(serde_json::from_str(&login(turn)).unwrap());
    Ok(Fetched::new(payload).leased(lease).version(turn.to_string()))
}

/// Often enough for a test, and far less often than its bound.
const OFTEN: Duration = Duration::from_millis(20);
/// Long enough to load under, on the slowest machine.
const SHORT: Duration = Duration::from_secs(3);
const NEVER: Duration = Duration::from_secs(3600);

fn load(store: &Store, refresh: Duration) -> AppHandle {
    App::hot_builder().secrets("store", store.clone()).secret_refresh(refresh).load().unwrap()
}

fn is(app: &AppHandle, turn: u32) -> bool {
    *app.password().expose() == format!("password{turn}")
}

#[test]
fn a_changed_secret_is_a_new_version() {
    let store = Store::with(&[("db", &login(1))]);
    let app = load(&store, OFTEN);
    let (tell, told) = mpsc::channel();
    let _subscription = app.on_password_change(move |old, new| {
        tell.send((old.expose().clone(), new.expose().clone())).unwrap();
    });
    store.put("db", &login(2));
    assert_eq!(told.recv_timeout(BOUND).unwrap(), ("password1".to_owned(), "password2".to_owned()));
    assert_eq!((app.version(), app.status().cause), (2, Cause::Secrets(vec!["store:db".to_owned()])));
    let record = app.history().pop().unwrap();
    assert_eq!((record.cause.to_string().as_str(), record.changed.len()), ("secret store:db", 2));
}

#[test]
fn fields_of_one_location_never_mix() {
    let store = Store::with(&[("db", &login(1))]);
    let app = load(&store, Duration::from_millis(1));
    let mixed = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&mixed);
    let _subscription = app.subscribe(move |change| {
        let (user, password) = (change.new().user.expose(), change.new().password.expose());
        if user.trim_start_matches("user") != password.trim_start_matches("password") {
            seen.lock().unwrap().push(format!("{user} {password}"));
        }
    });
    for turn in 2..40 {
        store.put("db", &login(turn));
        let now = app.load();
        let turn_of = |text: &str| text.trim_start_matches(char::is_alphabetic).to_owned();
        assert_eq!(turn_of(now.user.expose()), turn_of(now.password.expose()));
    }
    eventually("the last one", || is(&app, 39));
    assert_eq!(*mixed.lock().unwrap(), Vec::<String>::new());
}

#[test]
fn a_reload_by_hand_asks_again_for_what_has_no_lease() {
    let store = Store::with(&[("db", &login(1))]);
    let app = load(&store, NEVER);
    store.put("db", &login(2));
    app.reload().unwrap();
    assert!(is(&app, 2));
    assert_eq!(app.status().cause, Cause::Secrets(vec!["store:db".to_owned()]));

    store.answer("db", leased(3, Lease::new(NEVER)));
    app.reload().unwrap();
    store.answer("db", leased(4, Lease::new(NEVER)));
    app.reload().unwrap();
    assert!(is(&app, 3), "a lease was given away");
}

#[test]
fn a_provider_says_that_something_changed() {
    let store = Store::with(&[("db", &login(1))]);
    let app = load(&store, NEVER);
    eventually("it is told what to watch", || store.watched() == ["db"]);
    store.put("db", &login(2));
    store.notify();
    eventually("it is fetched", || is(&app, 2));
}

#[test]
fn without_watching_only_leases_are_kept() {
    let store = Store::with(&[("db", &login(1))]);
    let builder = App::hot_builder().secrets("store", store.clone()).secret_refresh(OFTEN).watch(false);
    let app = builder.load().unwrap();
    store.put("db", &login(2));
    std::thread::sleep(OFTEN * 10);
    assert!(is(&app, 1) && store.watched().is_empty());
    store.answer("db", leased(3, Lease::new(SHORT)));
    app.reload().unwrap();
    store.answer("db", leased(4, Lease::new(NEVER)));
    eventually("the lease is followed by another", || is(&app, 4));
}

#[test]
fn a_lease_is_renewed() {
    let store = Store::default();
    store.answer("db", leased(1, Lease::new(SHORT).renewable("a")));
    store.renew(Ok(Lease::new(NEVER).renewable("a")));
    let app = load(&store, NEVER);
    eventually("it is renewed", || store.renewals() == ["a"]);
    eventually("it lasts longer", || app.status().secrets[0].lease > Some(Duration::from_secs(60)));
    assert_eq!((app.version(), store.calls().len()), (1, 1));
    // Writes of the program use the renewed lease.
    app.set_number(2).unwrap();
}

#[test]
fn what_cannot_be_renewed_is_fetched_anew() {
    let store = Store::default();
    store.answer("db", leased(1, Lease::new(SHORT).renewable("a")));
    store.renew(Err(FetchError::not_found("no such lease")));
    let app = load(&store, NEVER);
    store.answer("db", leased(2, Lease::new(NEVER).renewable("b")));
    eventually("it is replaced", || is(&app, 2));
    assert_eq!(store.renewals(), ["a"]);
    assert_eq!(app.status().secrets[0].version.as_deref(), Some("2"));
}

#[test]
fn a_store_that_is_gone_is_bridged_until_the_lease_ends() {
    let store = Store::default();
    store.answer("db", leased(1, Lease::new(SHORT * 2)));
    let app = load(&store, OFTEN);
    let (tell, told) = mpsc::channel();
    let _subscription = app.on_reload_error(move |error| tell.send(error.clone()).unwrap());
    store.fail("db", FetchError::unreachable("connection refused"));
    eventually("the status tells", || app.status().secrets[0].health == Health::Failing);
    assert!(is(&app, 1) && app.status().last_error.is_none());

    let error = told.recv_timeout(BOUND).unwrap();
    assert!(error.has(IssueKind::Secret) && error.to_string().contains("its lease has ended"), "{error}");
    let refused = app.set_number(2).unwrap_err();
    assert!(
        refused.to_string().contains("cannot fetch secret `store:db#password`: its lease has ended"),
        "{refused}"
    );
    let message = app.status().secrets[0].message.clone().unwrap();
    assert_eq!(message, "its lease has ended: connection refused");

    store.answer("db", leased(1, Lease::new(NEVER)));
    eventually("it is well again", || app.status().last_error.is_none());
    app.set_number(2).unwrap();
    assert_eq!(app.status().secrets[0].health, Health::Ok);
}

#[test]
fn a_new_secret_that_is_not_valid_is_refused() {
    let store = Store::with(&[("db", &login(1))]);
    let app = load(&store, OFTEN);
    let (tell, told) = mpsc::channel();
    let _subscription = app.on_reload_error(move |error| tell.send(error.clone()).unwrap());
    store.put("db", r#"{"user": "user2", "password": "x"}"#);
    let error = told.recv_timeout(BOUND).unwrap().to_string();
    assert!(error.contains("password: ") && !error.contains("user2"), "{error}");
    assert!(is(&app, 1));
    // Writes are based on the accepted layers.
    app.set_number(2).unwrap();
    store.put("db", &login(3));
    eventually("the next one is taken", || is(&app, 3));
}

#[test]
fn a_new_secret_that_a_hook_refused_is_tried_again() {
    let store = Store::with(&[("db", &login(1))]);
    let app = load(&store, NEVER);
    let refusals = AtomicU32::new(0);
    let _hook = app.prepare(move |_| match refusals.fetch_add(1, Ordering::SeqCst) {
        0 => Err("the pool is busy"),
        _ => Ok(()),
    });
    let (tell, told) = mpsc::channel();
    let _errors = app.on_reload_error(move |report| tell.send(report.to_string()).unwrap());
    eventually("it is told what to watch", || store.watched() == ["db"]);
    store.put("db", &login(2));
    store.notify();
    assert!(told.recv_timeout(BOUND).unwrap().contains("the pool is busy"));
    eventually("it is taken, though the store has nothing new", || is(&app, 2));
}

#[test]
fn a_broken_file_holds_no_rotation_up() {
    let (folder, store) = (Folder::with("app.toml", "number = 2"), Store::with(&[("db", &login(1))]));
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store.clone());
    let app = builder.secret_refresh(OFTEN).load().unwrap();
    folder.write("app.toml", "number = ");
    app.reload().unwrap_err();
    store.put("db", &login(2));
    eventually("it is rotated", || is(&app, 2));
    assert_eq!((app.number(), app.status().last_error.is_some()), (2, true));
}

#[test]
fn what_a_reload_could_not_have_is_taken_when_it_is_there() {
    let (folder, store) = (Folder::with("app.toml", "number = 2"), Store::with(&[("db", &login(1))]));
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store.clone());
    let app = builder.secret_refresh(OFTEN).load().unwrap();
    store.fail("other", FetchError::unreachable("connection refused"));
    folder.write("app.toml", "number = 3\npassword = 'store:other'");
    assert!(app.reload().unwrap_err().has(IssueKind::Secret));
    assert_eq!(app.number(), 2);
    store.put("other", "password2");
    eventually("it is accepted", || app.number() == 3);
    assert!(is(&app, 2));
}

#[test]
fn the_last_handle_ends_the_refresher() {
    let store = Store::with(&[("db", &login(1))]);
    drop(load(&store, Duration::from_millis(1)));
    let calls = store.calls().len();
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(store.calls().len(), calls);
}

#[test]
fn a_shutdown_lets_providers_go() {
    let store = Store::with(&[("db", &login(1))]);
    let app = load(&store, NEVER);
    eventually("it is told what to watch", || store.watched() == ["db"]);
    app.shutdown().unwrap();
    assert!(store.watched().is_empty());
}
