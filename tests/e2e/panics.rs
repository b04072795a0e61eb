//! Code of the program that panics in a start, at the end of an override, or when a version is taken back, is a refusal.

use std::{
    cell::Cell,
    sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    time::Duration,
};

use hotswap::{Health, HotConfig, IssueKind, LastGood};
use serde::{Deserialize, Deserializer, Serialize};

use crate::support::{Folder, eventually};

/// A number that panics if it cannot be read.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Digits(u32);

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(String::deserialize(deserializer)?.parse().unwrap()))
    }
}

mod as_text {
    use super::*;

    pub(super) fn serialize<S: serde::Serializer>(digits: &Digits, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&digits.0.to_string())
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, HotConfig)]
struct Inner {
    #[serde(serialize_with = "as_text::serialize")]
    #[hot(default = "1")]
    digits: Digits,
}

#[derive(Clone, Debug, Serialize, Deserialize, HotConfig)]
struct App {
    #[serde(serialize_with = "as_text::serialize")]
    #[hot(default = "1")]
    digits: Digits,
    #[hot(nested)]
    inner: Inner,
    #[hot(default = [])]
    list: Vec<Digits>,
    #[hot(default = 1)]
    number: u32,
}

fn builder(folder: &Folder) -> hotswap::Builder<App> {
    App::hot_builder().file(folder.path("app.yaml"))
}

#[test]
fn a_start_is_refused_with_the_place_of_the_value() {
    for (text, place) in [
        ("digits: x", "digits: "),
        ("inner: {digits: x}", "inner.digits: "),
        ("list: ['1', x]", "list: "),
        ("inner: {digits: x}\nnumber: a", "number: "),
    ] {
        let folder = Folder::with("app.yaml", text);
        for error in [builder(&folder).load().unwrap_err(), builder(&folder).check().unwrap_err()] {
            let error = error.to_string();
            assert!(error.contains(place) && error.contains("app.yaml:"), "{text}: {error}");
            assert!(error.contains("panicked"), "{text}: {error}");
        }
    }
}

#[test]
fn a_start_takes_the_last_good_configuration_instead() {
    let folder = Folder::with("app.yaml", "digits: '5'");
    let start = || {
        let builder = builder(&folder).state_dir(folder.path("state"));
        builder.start_from_last_good(LastGood::OnFailure).load()
    };
    drop(start().unwrap());
    folder.write("app.yaml", "digits: x");
    let app = start().unwrap();
    assert_eq!(app.digits().0, 5);
    assert!(app.status().last_error.unwrap().contains("panicked"));
}

#[test]
fn writes_are_refused() {
    let folder = Folder::with("app.yaml", "digits: '5'");
    let app = builder(&folder).load().unwrap();
    let error =
        app.patch(serde_json::json!([{"op": "replace", "path": "/digits", "value": "x"}])).unwrap_err();
    assert!(error.to_string().contains("digits: ") && error.to_string().contains("panicked"), "{error}");
    folder.write("app.yaml", "digits: x");
    let error = app.reload().unwrap_err();
    assert!(error.to_string().contains("app.yaml:1:9"), "{error}");
    assert_eq!((app.digits().0, app.set_number(2).unwrap()), (5, 2));
}

/// The file below the override is not read while the override is in force.
#[test]
fn an_override_without_which_the_program_panics_stays_and_others_expire() {
    let folder = Folder::with("app.yaml", "digits: '5'");
    let app = builder(&folder).load().unwrap();
    let short = || app.for_duration(Duration::from_millis(300));
    app.for_duration(Duration::from_secs(3600)).set_digits(Digits(6)).unwrap();
    folder.write("app.yaml", "digits: x\nnumber: 2");
    eventually("the edit goes live", || app.number() == 2);
    short().update(|app| (app.digits, app.number) = (Digits(7), 7)).unwrap();
    eventually("the other override expires", || app.number() == 2);
    eventually("it is reported", || app.status().last_error.is_some());
    let error = app.status().last_error.unwrap();
    assert!(
        error.contains("the override's time is over, but it stays") && error.contains("panicked"),
        "{error}"
    );
    assert_eq!(app.digits().0, 7);
    folder.write("app.yaml", "digits: '8'\nnumber: 2");
    eventually("it expires in the end", || app.digits().0 == 8);
}

static IS_ILL: AtomicBool = AtomicBool::new(false);

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Ill(u32);

impl<'de> Deserialize<'de> for Ill {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        assert!(!IS_ILL.load(SeqCst), "as planned");
        u32::deserialize(deserializer).map(Self)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, HotConfig)]
struct OnProbation {
    #[hot(default = 1)]
    ill: Ill,
}

#[test]
fn a_version_that_cannot_be_taken_back_stays_in_force() {
    let folder = Folder::with("app.toml", "ill = 1");
    let check = |app: &OnProbation| {
        IS_ILL.store(app.ill.0 == 2, SeqCst);
        if app.ill.0 == 2 { Health::Failing } else { Health::Ok }
    };
    let builder = OnProbation::hot_builder().file(folder.path("app.toml"));
    let app = builder.health(check, Duration::from_secs(60)).load().unwrap();
    app.set_ill(Ill(2)).unwrap();
    eventually("it is reported", || app.status().last_error.is_some());
    let error = app.status().last_error.unwrap();
    assert!(error.contains("cannot be taken back") && error.contains("panicked"), "{error}");
    assert_eq!((app.ill().0, app.version()), (2, 2));
    IS_ILL.store(false, SeqCst);
    app.set_ill(Ill(3)).unwrap();
}

/// The value that makes types panic.
static BAD: AtomicU32 = AtomicU32::new(0);

#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
struct Resumed(u32);

impl<'de> Deserialize<'de> for Resumed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = u32::deserialize(deserializer)?;
        assert!(value != BAD.load(SeqCst), "as planned");
        Ok(Self(value))
    }
}

impl PartialEq for Resumed {
    fn eq(&self, other: &Self) -> bool {
        assert!(self.0 + 100 != BAD.load(SeqCst) && other.0 + 100 != BAD.load(SeqCst), "as planned");
        self.0 == other.0
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, HotConfig)]
struct Resuming {
    value: Resumed,
}

#[test]
fn a_restart_does_without_an_old_version_over_which_the_program_panics() {
    for (old, bad) in [(1, 1), (3, 103)] {
        let folder = Folder::with("app.toml", &format!("value = {old}"));
        let start = || {
            let builder = Resuming::hot_builder().file(folder.path("app.toml"));
            builder.state_dir(folder.path("state")).load()
        };
        drop(start().unwrap());
        folder.write("app.toml", &format!("value = {}", old + 1));
        BAD.store(bad, SeqCst);
        let app = start().unwrap();
        assert_eq!((app.value().0, app.version()), (old + 1, 2));
        BAD.store(0, SeqCst);
    }
}

thread_local! {
    static HAS_DEFAULT: Cell<bool> = const { Cell::new(true) };
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Cache;

impl Default for Cache {
    fn default() -> Self {
        assert!(HAS_DEFAULT.get(), "as planned");
        Self
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, HotConfig)]
struct Skipping {
    #[hot(default = 1)]
    number: u32,
    #[serde(skip)]
    cache: Cache,
}

#[test]
fn a_skipped_field_whose_default_panics_is_a_refusal() {
    HAS_DEFAULT.set(false);
    let error = Skipping::hot_builder().check().unwrap_err();
    assert!(error.has(IssueKind::Setup) && error.to_string().contains("panicked"), "{error}");
    let error = Skipping::hot_load().unwrap_err();
    assert!(error.to_string().contains("panicked"), "{error}");
    HAS_DEFAULT.set(true);
    Skipping::hot_builder().check().unwrap();
}

/// A number that panics when it is written.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(transparent)]
struct Unwritable(u32);

impl Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert_ne!(self.0, 13, "as planned");
        serializer.serialize_u32(self.0)
    }
}

fn one() -> Unwritable {
    Unwritable(1)
}

#[derive(Debug, Deserialize, HotConfig)]
struct Writing {
    #[hot(default = 1)]
    number: u32,
    #[serde(default = "one")]
    value: Unwritable,
}

#[test]
fn a_value_that_panics_when_it_is_written_is_an_error_of_the_call() {
    let folder = Folder::with("app.toml", "value = 13");
    let start = || Writing::hot_builder().file(folder.path("app.toml")).no_history().load().unwrap();
    let app = start();
    let patch = || serde_json::json!([{"op": "replace", "path": "/number", "value": 9}]);
    for error in [
        app.save(folder.path("out.toml")).unwrap_err(),
        app.save(folder.path("app.toml")).unwrap_err(),
        app.patch(patch()).unwrap_err(),
        app.merge_patch(serde_json::json!({ "number": 9 })).unwrap_err(),
    ] {
        assert!(error.to_string().contains("panicked"), "{error}");
    }
    assert!(!folder.path("out.toml").exists());
    assert_eq!(std::fs::read_to_string(folder.path("app.toml")).unwrap(), "value = 13");
    assert_eq!((app.number(), app.version()), (1, 1));
    drop(app);
    folder.write("app.toml", "value = 2");
    let app = start();
    for error in [
        app.set_value(Unwritable(13)).unwrap_err(),
        app.update(|app| (app.number, app.value.0) = (9, 13)).unwrap_err(),
    ] {
        assert!(error.to_string().contains("panicked"), "{error}");
    }
    app.patch(patch()).unwrap();
    assert_eq!((app.number(), app.value().0), (9, 2));
    app.save(folder.path("out.toml")).unwrap();
}
