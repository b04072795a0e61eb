//! A rotated secret that a rule or a hook refuses.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use hotswap::{
    Health, HotConfig, IssueKind, Secret, SecretStatus,
    secrets::{FetchError, Fetched, Lease, Payload},
};
use serde::Deserialize;

use super::store::Store;
use crate::support::{BOUND, Folder, eventually};

#[derive(Debug, Deserialize, HotConfig)]
#[hot(check = long_enough)]
struct App {
    #[hot(secret = "store:db#user")]
    user: Secret<String>,
    #[hot(secret = "store:db#password", length(min = 3))]
    password: Secret<String>,
    #[hot(secret = "store:key")]
    key: Secret<String>,
    #[hot(default = 1)]
    number: u32,
    #[hot(default = 3)]
    least: usize,
}

fn long_enough(app: &App) -> Result<(), String> {
    match app.user.expose().len() >= app.least {
        true => Ok(()),
        false => Err("the user is too short".into()),
    }
}

const NEVER: Duration = Duration::from_secs(3600);
/// Long enough to load under, on the slowest machine.
const SHORT: Duration = Duration::from_secs(3);

fn login(user: &str, password: &str, lease: Duration) -> Result<Fetched, FetchError> {
    let payload = Payload::json(serde_json::json!({ "user": user, "password": password }));
    Ok(Fetched::new(payload).leased(Lease::new(lease).revocable(user)).version(user))
}

/// A login with a short lease, and a file.
fn start() -> (Folder, Store, AppHandle) {
    let (folder, store) = (Folder::with("app.toml", "number = 1"), Store::with(&[("key", "one")]));
    store.answer("db", login("user1", "password1", SHORT));
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store.clone());
    let app = builder.secret_refresh(Duration::from_secs(1)).load().unwrap();
    (folder, store, app)
}

fn db(app: &AppHandle) -> SecretStatus {
    app.status().secrets.into_iter().find(|secret| secret.location == "db").unwrap()
}

#[track_caller]
fn wait_until_refused(app: &AppHandle, why: &str) {
    eventually("it is refused", || db(app).message.is_some_and(|message| message.contains("was refused")));
    let secret = db(app);
    let message = secret.message.unwrap();
    assert!(message.contains(why) && !message.contains("gave no other"), "{message}");
    // Of the secret in force, not of the refused one.
    assert_eq!((secret.health, secret.version.as_deref()), (Health::Failing, Some("user1")));
    assert!(secret.lease.unwrap() <= SHORT, "{:?}", secret.lease);
}

#[track_caller]
fn wait_until_over(app: &AppHandle) {
    eventually("the lease ends", || db(app).lease == Some(Duration::ZERO));
}

#[test]
fn what_a_rule_refuses_leaves_other_settings_writable() {
    let (folder, store, app) = start();
    let (tell, told) = mpsc::channel();
    let _errors = app.on_reload_error(move |error| tell.send(error.clone()).unwrap());
    store.answer("db", login("user2", "x", NEVER));
    let error = told.recv_timeout(BOUND).unwrap();
    assert!(error.has(IssueKind::Rule), "{error}");
    assert!(
        error
            .to_string()
            .contains("the new secret of `store:db` is refused; the previous one stays in force")
    );
    wait_until_refused(&app, "password: ");
    wait_until_over(&app);
    app.set_number(2).unwrap();
    app.update(|app| app.number = 3).unwrap();
    app.patch(serde_json::json!([{"op": "replace", "path": "/number", "value": 4}])).unwrap();
    app.rollback(1).unwrap();
    app.clear_overrides().unwrap();
    folder.write("app.toml", "number = 5");
    eventually("the file goes live", || app.number() == 5);
    assert!(db(&app).message.unwrap().starts_with("its lease has ended: a newer secret was refused"));
    assert_eq!((app.user().expose().as_str(), app.password().expose().as_str()), ("user1", "password1"));

    // Another one is requested long before the end of the lease of the refused one.
    store.answer("db", login("user3", "password3", NEVER));
    eventually("the next one is taken", || app.password().expose() == "password3");
    eventually("it is well again", || app.status().last_error.is_none());
    assert_eq!((db(&app).health, db(&app).message), (Health::Ok, None));
    // The refused one was never used.
    eventually("it is given back", || store.revoked() == ["user2"]);
    app.shutdown().unwrap();
    assert_eq!(store.revoked(), ["user2", "user3"]);
}

#[test]
fn what_a_hook_refuses_leaves_other_settings_writable() {
    let (folder, store, app) = start();
    let busy = Arc::new(AtomicBool::new(true));
    let refuse = Arc::clone(&busy);
    let _hook = app.prepare(move |change| {
        let changed = change.changed().iter().any(|path| path == "password");
        if changed && refuse.load(Ordering::SeqCst) { Err("the pool is busy") } else { Ok(()) }
    });
    store.answer("db", login("user2", "password2", NEVER));
    wait_until_refused(&app, "the pool is busy");
    wait_until_over(&app);
    app.set_number(2).unwrap();
    app.clear_override("number").unwrap();
    folder.write("app.toml", "number = 3");
    eventually("the file goes live", || app.number() == 3);
    assert_eq!(app.password().expose(), "password1");
    busy.store(false, Ordering::SeqCst);
    eventually("it is taken, though the store has nothing new", || app.password().expose() == "password2");
    eventually("it is well again", || app.status().last_error.is_none());
}

#[derive(Debug, Deserialize, HotConfig)]
struct Pinned {
    #[hot(secret = "store:pin", length(min = 3))]
    pin: Secret<String>,
    #[hot(default = 1)]
    number: u32,
}

#[test]
fn the_status_shows_a_refused_secret_until_another_one_is_taken() {
    let (folder, store) = (Folder::with("app.toml", "number = 1"), Store::with(&[("pin", "one")]));
    let builder = Pinned::hot_builder().file(folder.path("app.toml")).secrets("store", store.clone());
    let app = builder.watch(false).load().unwrap();
    let is_shown = |event: &str| {
        let shown = app.status().last_error.unwrap_or_default();
        assert!(shown.contains("the new secret of `store:pin` is refused"), "{event}: {shown}");
    };
    store.put("pin", "x");
    for event in ["a reload", "the next one"] {
        let error = app.reload().unwrap_err();
        assert!(error.has(IssueKind::Rule), "{event}: {error}");
        is_shown(event);
    }
    folder.write("app.toml", "number = 2");
    app.reload().unwrap_err();
    is_shown("a reload with another file");
    assert_eq!(app.number(), 2);
    app.set_number(3).unwrap();
    is_shown("a write");
    folder.write("app.toml", "number = 'x'");
    app.reload().unwrap_err();
    folder.write("app.toml", "number = 4");
    app.reload().unwrap_err();
    is_shown("a reload after a file that was refused");
    store.put("pin", "two");
    app.reload().unwrap();
    assert_eq!((app.pin().expose().as_str(), app.status().last_error), ("two", None));
}

#[test]
fn a_refused_secret_holds_no_other_up() {
    let (_folder, store, app) = start();
    store.answer("db", login("user2", "x", NEVER));
    store.put("key", "two");
    eventually("the other one goes live", || app.key().expose() == "two");
    wait_until_refused(&app, "password: ");
    store.put("key", "three");
    eventually("the other one goes live again", || app.key().expose() == "three");
    assert_eq!(app.password().expose(), "password1");
}

#[test]
fn a_reload_by_hand_names_what_is_refused_and_takes_the_rest() {
    let folder = Folder::with("app.toml", "number = 1");
    let store = Store::with(&[("key", "one"), ("db", r#"{"user": "user1", "password": "password1"}"#)]);
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store.clone());
    let app = builder.secret_refresh(NEVER).watch(false).load().unwrap();
    store.put("db", r#"{"user": "user2", "password": "x"}"#);
    store.put("key", "two");
    folder.write("app.toml", "number = 2");
    for _ in 0..2 {
        let error = app.reload().unwrap_err();
        assert!(error.has(IssueKind::Rule) && error.to_string().contains("`store:db`"), "{error}");
        assert_eq!((app.number(), app.key().expose().as_str()), (2, "two"));
        assert_eq!(app.user().expose(), "user1");
    }
    store.put("db", r#"{"user": "user3", "password": "password3"}"#);
    app.reload().unwrap();
    assert_eq!(app.password().expose(), "password3");
    assert_eq!(app.status().last_error, None);
}

#[test]
fn a_write_that_makes_the_new_secret_valid_brings_it_in() {
    let (_folder, store, app) = start();
    store.answer("db", login("u2", "password2", NEVER));
    wait_until_refused(&app, "the user is too short");
    app.set_least(1).unwrap();
    eventually("it is taken", || app.user().expose() == "u2");
}

#[test]
fn a_file_that_makes_the_new_secret_valid_brings_it_in() {
    let (folder, store, app) = start();
    store.answer("db", login("u2", "password2", NEVER));
    wait_until_refused(&app, "the user is too short");
    folder.write("app.toml", "least = 1");
    eventually("it is taken", || app.user().expose() == "u2");
}

/// An outage is different: the old secret may no longer work, and there is no other one.
#[test]
fn a_store_that_gives_nothing_still_closes_writes_when_the_lease_ends() {
    let (_folder, store, app) = start();
    store.fail("db", FetchError::unreachable("connection refused"));
    wait_until_over(&app);
    assert!(app.set_number(2).unwrap_err().to_string().contains("its lease has ended"));
    store.answer("db", login("user2", "x", NEVER));
    eventually("it answers, and is refused", || app.set_number(2).is_ok());
}
