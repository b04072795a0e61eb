//! A configuration whose secrets come from Secret Manager, which changes and becomes unavailable.

use std::{
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

use hotswap::{Builder, Cause, Health, HotConfig, Secret, Subscription};
use serde_json::json;

use crate::{
    run::{BOUND, eventually, manager},
    stand_in::Google,
};

#[derive(Debug, serde::Deserialize, HotConfig)]
struct AppConfig {
    #[hot(secret = "gcp-sm:app-1/db#user")]
    user: Secret<String>,
    #[hot(secret = "gcp-sm:app-1/db#password")]
    password: Secret<String>,
    #[hot(default = 8080)]
    port: u16,
}

fn builder(google: &Google) -> Builder<AppConfig> {
    AppConfig::hot_builder().secrets("gcp-sm", manager(google)).secret_refresh(Duration::from_millis(100))
}

fn store(google: &Google, name: &str) {
    google.add("db", json!({ "user": name, "password": format!("password of {name}") }).to_string());
}

/// Every new password that the subscriber receives.
fn passwords(config: &AppConfigHandle) -> (Subscription, Receiver<String>) {
    let (tell, told) = channel();
    let subscription = config.on_password_change(move |old, new| {
        assert_ne!(old, new);
        tell.send(new.expose().clone()).unwrap();
    });
    (subscription, told)
}

#[test]
fn a_rotation_reaches_who_subscribed() {
    let google = Google::start();
    store(&google, "one");
    let config = builder(&google).load().unwrap();
    let (_subscription, told) = passwords(&config);
    store(&google, "two");
    assert_eq!(told.recv_timeout(BOUND).unwrap(), "password of two");
    assert_eq!(config.user().expose(), "two");
    let record = config.history().pop().unwrap();
    assert!(matches!(&record.cause, Cause::Secrets(places) if places.len() == 1), "{:?}", record.cause);
    assert!(!format!("{record:?} {:?}", config.status()).contains("password of"));
    eventually("the status has the version", || config.status().secrets[0].version.as_deref() == Some("2"));
}

#[test]
fn user_and_password_never_mix() {
    let google = Google::start();
    store(&google, "0");
    let config = builder(&google).secret_refresh(Duration::from_millis(1)).load().unwrap();
    let (_subscription, told) = passwords(&config);
    for round in 1..30 {
        store(&google, &round.to_string());
        let (expected, deadline) = (format!("password of {round}"), Instant::now() + BOUND);
        loop {
            let now = config.load();
            assert_eq!(*now.password.expose(), format!("password of {}", now.user.expose()));
            if told.recv_timeout(Duration::from_millis(1)).is_ok_and(|password| password == expected) {
                break;
            }
            assert!(Instant::now() < deadline, "never told of {round}");
        }
    }
}

#[test]
fn a_version_that_is_disabled_stays_in_use_and_the_status_tells() {
    let google = Google::start();
    store(&google, "one");
    let config = builder(&google).load().unwrap();
    google.change("db", |version| version.state = "DISABLED");
    eventually("the status tells", || config.status().secrets[0].health == Health::Failing);
    let status = format!("{:?}", config.status().secrets[0]);
    assert!(status.contains("is disabled"), "{status}");
    assert!(config.reload().unwrap_err().to_string().contains("its last value stays in force"));
    assert_eq!(config.user().expose(), "one");
    let refused = builder(&google).load().err().unwrap().to_string();
    assert!(refused.contains("gcp-sm:app-1/db#password") && refused.contains("is disabled"), "{refused}");
    google.change("db", |version| version.state = "ENABLED");
    eventually("the status is well", || config.status().secrets[0].health == Health::Ok);
}

#[derive(Debug, serde::Deserialize, HotConfig)]
struct Pinned {
    #[hot(secret = "gcp-sm:app-1/db/1#password")]
    password: Secret<String>,
}

#[test]
fn a_pinned_version_stays_and_is_looked_after() {
    let google = Google::start();
    store(&google, "one");
    let builder = Pinned::hot_builder().secrets("gcp-sm", manager(&google));
    let config = builder.secret_refresh(Duration::from_millis(50)).load().unwrap();
    store(&google, "two");
    let before = google.state().asked.len();
    eventually("it is asked for again", || google.state().asked.len() > before + 2);
    assert_eq!((config.password().expose().as_str(), config.version()), ("password of one", 1));
    google.state().secrets.get_mut("projects/app-1/secrets/db").unwrap()[0].state = "DESTROYED";
    eventually("the status tells", || format!("{:?}", config.status()).contains("was destroyed"));
    assert_eq!(config.password().expose(), "password of one");
}

#[test]
fn the_last_good_value_bridges_a_store_that_is_away() {
    let mut google = Google::start();
    store(&google, "one");
    let config = builder(&google).load().unwrap();
    let (_subscription, told) = passwords(&config);
    google.stop();
    eventually("the status tells", || config.status().secrets[0].health == Health::Failing);
    config.set_port(9090).unwrap();
    assert!(config.reload().unwrap_err().to_string().contains("its last value stays in force"));
    assert_eq!((config.user().expose().as_str(), config.port()), ("one", 9090));
    google.start_again();
    store(&google, "two");
    assert_eq!(told.recv_timeout(BOUND).unwrap(), "password of two");
    eventually("the status is well", || config.status().secrets[0].health == Health::Ok);
}

#[test]
fn a_token_that_died_is_no_reason_to_stop() {
    let google = Google::start();
    store(&google, "one");
    let config = builder(&google).load().unwrap();
    let (_subscription, told) = passwords(&config);
    google.state().expired = 1;
    store(&google, "two");
    assert_eq!(told.recv_timeout(BOUND).unwrap(), "password of two");
}
