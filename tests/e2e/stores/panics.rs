//! Code of the program that panics on a rotated secret.

use std::{
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use hotswap::{Event, Health, HotConfig, Redacted, SecretStatus};
use serde::{Deserialize, Deserializer, Serializer};

use super::store::Store;
use crate::support::{Folder, eventually};

/// A number that panics if it cannot be read.
#[derive(Clone, Debug, PartialEq)]
struct Digits(u32);

/// A text of the program.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(transparent)]
struct Text(String);

impl Redacted for Digits {}
impl Redacted for Compared {}
impl Redacted for Text {}

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(String::deserialize(deserializer)?.parse().unwrap()))
    }
}

/// A text that panics when it is compared.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
struct Compared(String);

impl PartialEq for Compared {
    fn eq(&self, other: &Self) -> bool {
        assert!(other.0 != "panic" && self.0 != "panic", "as planned");
        self.0 == other.0
    }
}

fn write<S: Serializer>(text: &Text, serializer: S) -> Result<S::Ok, S::Error> {
    assert!(text.0 != "panic", "as planned");
    serializer.serialize_str(&text.0)
}

fn rule(text: &Text) -> Result<(), String> {
    assert!(text.0 != "panic", "as planned");
    Ok(())
}

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(secret = "store:digits")]
    digits: Digits,
    #[hot(secret = "store:compared")]
    compared: Compared,
    #[hot(secret = "store:written")]
    #[serde(serialize_with = "write")]
    written: Text,
    #[hot(secret = "store:ruled", custom = rule)]
    ruled: Text,
    #[hot(default = 1)]
    number: u32,
}

const PLACES: [&str; 4] = ["digits", "compared", "written", "ruled"];

/// With the causes of all refusals.
fn start() -> (Folder, Store, AppHandle, Receiver<String>) {
    let folder = Folder::with("app.toml", "number = 1");
    let store = Store::with(&PLACES.map(|place| (place, "1")));
    let (tell, refusals) = channel();
    let observe = move |event: &Event<'_>| {
        if let Event::Refused { cause, error, .. } = event {
            tell.send(format!("{cause}: {error}")).unwrap();
        }
    };
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store.clone());
    let app = builder.secret_refresh(Duration::from_secs(1)).observe(observe).load().unwrap();
    (folder, store, app, refusals)
}

fn status(app: &AppHandle, place: &str) -> SecretStatus {
    app.status().secrets.into_iter().find(|secret| secret.location == place).unwrap()
}

#[track_caller]
fn wait_until_refused(app: &AppHandle, place: &str) {
    let is_refused = |message: String| message.contains("was refused");
    eventually("it is refused", || status(app, place).message.is_some_and(is_refused));
    assert_eq!(status(app, place).health, Health::Failing, "{place}");
}

#[test]
fn a_rotated_secret_over_which_the_program_panics_holds_up_nothing_else() {
    for (place, number) in PLACES.into_iter().zip(2..) {
        let (folder, store, app, _refusals) = start();
        store.put(place, "panic");
        wait_until_refused(&app, place);
        folder.write("app.toml", &format!("number = {number}"));
        eventually("the file goes live", || app.number() == number);
        app.set_number(7).unwrap();
        app.rollback(1).unwrap();
        assert!(
            app.status().secrets.iter().all(|secret| (secret.location == place) == secret.message.is_some())
        );
        store.put(place, "2");
        eventually("another secret is taken", || status(&app, place).message.is_none());
    }
}

#[test]
fn a_reload_takes_the_file_and_reports_the_secret() {
    for place in PLACES {
        let folder = Folder::with("app.toml", "number = 1");
        let store = Store::with(&PLACES.map(|place| (place, "1")));
        let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store.clone());
        let app = builder.watch(false).load().unwrap();
        store.put(place, "panic");
        store.put(if place == "ruled" { "digits" } else { "ruled" }, "2");
        folder.write("app.toml", "number = 2");
        let error = app.reload().unwrap_err().to_string();
        assert!(error.contains("panicked") && error.contains(&format!("`store:{place}`")), "{error}");
        assert_eq!(app.number(), 2);
        assert!(app.digits().0 == 2 || app.ruled().0 == "2", "the other secret is not in force");
    }
}

#[test]
fn the_same_secret_is_refused_once_however_often_it_is_tried_again() {
    let (folder, store, app, refusals) = start();
    store.put("digits", "panic");
    wait_until_refused(&app, "digits");
    for number in 2..6 {
        app.set_number(number).unwrap();
    }
    app.clear_overrides().unwrap();
    folder.write("app.toml", "number = 9");
    eventually("the file goes live", || app.number() == 9);
    let calls = store.calls().len();
    eventually("the store is asked again", || store.calls().len() > calls + 1);
    store.put("digits", "2");
    eventually("another secret is taken", || app.digits().0 == 2);
    app.shutdown().unwrap();
    drop(app);
    let refusals: Vec<_> = refusals.iter().collect();
    assert_eq!(refusals.len(), 1, "{refusals:#?}");
    assert!(
        refusals[0].starts_with("secret `store:digits`") || refusals[0].contains("store:digits"),
        "{refusals:#?}"
    );
    assert!(refusals[0].contains("digits: ") && refusals[0].contains("panicked"), "{refusals:#?}");
}
