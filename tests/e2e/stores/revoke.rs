//! Leases are revoked at an explicit shutdown.

use std::time::{Duration, Instant};

use hotswap::{
    HotConfig, Secret,
    secrets::{Fetched, Lease, Payload},
};
use serde::Deserialize;

use super::store::Store;

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(secret = "store:db#user")]
    user: Secret<String>,
    #[hot(secret = "store:db#password")]
    password: Secret<String>,
    #[hot(secret = "store:certificate")]
    certificate: Secret<String>,
    #[hot(secret = "store:token")]
    token: Secret<String>,
}

const HOUR: Duration = Duration::from_secs(3600);

/// A renewable login, a certificate that can only be revoked, and a token that only expires.
fn store(login: &str) -> Store {
    let store = Store::default();
    let put = |place: &str, payload, lease| store.answer(place, Ok(Fetched::new(payload).leased(lease)));
    let parts = Payload::json(serde_json::json!({ "user": "app", "password": "hunter2" }));
    put("db", parts, Lease::new(HOUR).renewable(login));
    put("certificate", Payload::text("pem".into()), Lease::new(HOUR).revocable("certificate-1"));
    put("token", Payload::text("abc".into()), Lease::new(HOUR));
    store
}

fn load(store: &Store) -> AppHandle {
    App::hot_builder().secrets("store", store.clone()).load().unwrap()
}

#[test]
fn a_shutdown_gives_leases_back_once() {
    let store = store("login-1");
    let app = load(&store);
    assert_eq!(store.revoked(), Vec::<String>::new());
    app.shutdown().unwrap();
    assert_eq!(store.revoked(), ["certificate-1", "login-1"]);
    app.shutdown().unwrap();
    assert_eq!(store.revoked().len(), 2);
    assert_eq!(app.password().expose(), "hunter2");
}

#[test]
fn the_last_handle_that_goes_gives_nothing_back() {
    let store = store("login-1");
    drop(load(&store));
    assert_eq!(store.revoked(), Vec::<String>::new());
}

#[test]
fn leases_of_another_configuration_stay() {
    let store_of_both = store("login-1");
    let first = load(&store_of_both);
    let parts = Payload::json(serde_json::json!({ "user": "app-2", "password": "hunter2" }));
    let login = Fetched::new(parts).leased(Lease::new(HOUR).renewable("login-2"));
    store_of_both.answer("db", Ok(login));
    let second = load(&store_of_both);
    second.shutdown().unwrap();
    assert!(!store_of_both.revoked().contains(&"login-1".to_owned()));
    first.shutdown().unwrap();
    assert!(store_of_both.revoked().contains(&"login-1".to_owned()));
}

#[test]
fn a_store_that_does_not_answer_holds_nobody_up_for_long() {
    let store = store("login-1");
    let app = load(&store);
    store.go_deaf();
    let start = Instant::now();
    app.shutdown().unwrap();
    assert!(start.elapsed() < Duration::from_secs(20), "it took {:?}", start.elapsed());
}
