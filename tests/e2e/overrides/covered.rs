//! A lasting override that another one covers for a while.

use std::time::{Duration, SystemTime};

use hotswap::{Builder, Error, HotConfig};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::{Folder, eventually};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    n: u32,
    #[hot(default = 1)]
    other: u32,
    #[serde(default)]
    list: Vec<String>,
    note: Option<String>,
    #[hot(nested)]
    part: Part,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Part {
    #[hot(default = 1)]
    max: u32,
}

const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(3600);

fn builder(folder: &Folder) -> Builder<App> {
    let builder = App::hot_builder().optional_file(folder.path("app.toml"));
    builder.state_dir(folder.path("state")).watch(false)
}

fn app(folder: &Folder) -> AppHandle {
    builder(folder).load().unwrap()
}

type Write = fn(&AppHandle) -> Result<u64, Error>;

/// A lasting write, a write that expires, and both values as JSON at their path.
const CASES: &[(Write, Write, &str)] = &[
    (|app| app.set_n(50), |app| app.set_n(99), "n"),
    (|app| app.update(|app| app.n = 50), |app| app.update(|app| app.n = 99), "n"),
    (|app| app.set_n(50), |app| app.patch(json!([{"op": "replace", "path": "/n", "value": 99}])), "n"),
    (|app| app.merge_patch(json!({"n": 50})), |app| app.merge_patch(json!({"n": null})), "n"),
    (|app| app.part().set_max(5), |app| app.part().set_max(6), "part.max"),
    (|app| app.set_list(vec!["a".into()]), |app| app.set_list(vec!["b".into(), "c".into()]), "list"),
    (|app| app.set_note(None), |app| app.set_note(Some("x".into())), "note"),
];

#[test]
fn a_lasting_override_is_in_force_again_after_an_expiry() {
    for (number, (lasting, passing, path)) in CASES.iter().enumerate() {
        let folder = Folder::with("app.toml", "note = 'of the file'");
        let app = app(&folder);
        lasting(&app.by("alice")).unwrap();
        let before = app.load().clone();
        let is_restored = || {
            let overrides = app.overrides();
            let found = overrides.iter().find(|entry| entry.path() == *path).unwrap();
            found.expires().is_none() && found.by() == Some("alice")
        };
        passing(&app.by("bob").for_duration(SHORT)).unwrap();
        // The status shows it before readers see it.
        eventually(&format!("{number}: the lasting one is in force"), || {
            is_restored() && *app.load() == before
        });
    }
}

/// Only its expiry changes.
#[test]
fn a_lasting_override_that_is_set_again_for_a_while_expires() {
    let folder = Folder::new();
    let app = app(&folder);
    app.set_n(50).unwrap();
    app.for_duration(SHORT).set_n(50).unwrap();
    eventually("it expires", || app.n() == 1);
    assert!(app.overrides().is_empty());
}

#[test]
fn several_expiries_lead_to_the_lasting_override() {
    let folder = Folder::new();
    let app = app(&folder);
    app.by("alice").set_n(50).unwrap();
    app.for_duration(LONG).set_n(60).unwrap();
    app.for_duration(SHORT).set_n(70).unwrap();
    eventually("the lasting one is in force", || app.n() == 50);
    assert_eq!((app.overrides()[0].by(), app.overrides()[0].expires()), (Some("alice"), None));
}

#[test]
fn a_lasting_write_replaces_what_an_expiry_would_restore() {
    let folder = Folder::new();
    let app = app(&folder);
    app.set_n(50).unwrap();
    app.for_duration(SHORT).set_n(60).unwrap();
    app.set_n(70).unwrap();
    app.for_duration(SHORT).set_other(2).unwrap();
    eventually("another one expires", || app.other() == 1);
    assert_eq!(app.n(), 70);
}

#[test]
fn a_cleared_override_does_not_come_back() {
    let ends: [Write; 2] = [|app| app.clear_override("n"), |app| app.clear_overrides()];
    for end in ends {
        let folder = Folder::new();
        let app = app(&folder);
        app.set_n(50).unwrap();
        app.for_duration(SHORT).set_n(60).unwrap();
        end(&app).unwrap();
        app.for_duration(SHORT).set_other(2).unwrap();
        eventually("another one expires", || app.other() == 1);
        assert_eq!((app.n(), app.overrides().len()), (1, 0));
    }
}

#[test]
fn a_lasting_override_survives_a_restart_below_one_that_expires() {
    let folder = Folder::new();
    let first = app(&folder);
    first.by("alice").set_n(50).unwrap();
    first.for_duration(LONG).set_n(60).unwrap();
    first.shutdown().unwrap();
    drop(first);
    let second = app(&folder);
    assert_eq!(second.n(), 60);
    second.for_duration(SHORT).set_n(70).unwrap();
    eventually("the lasting one is in force", || second.n() == 50);
    assert_eq!(second.overrides()[0].by(), Some("alice"));
}

#[test]
fn an_expiry_between_two_processes_restores_the_lasting_override() {
    let folder = Folder::new();
    let first = app(&folder);
    first.by("alice").set_n(50).unwrap();
    first.for_duration(LONG).set_other(5).unwrap();
    first.for_duration(SHORT).set_other(6).unwrap();
    first.for_duration(Duration::from_secs(1)).set_n(60).unwrap();
    let expires = first.overrides()[0].expires().unwrap();
    first.shutdown().unwrap();
    drop(first);
    eventually("its time is over", || SystemTime::now() > expires);
    let second = app(&folder);
    assert_eq!((second.n(), second.other()), (50, 1));
    assert_eq!((second.overrides()[0].by(), second.overrides()[0].expires()), (Some("alice"), None));
}

#[test]
fn a_rollback_to_an_expired_override_gives_the_lasting_one() {
    let folder = Folder::new();
    let app = app(&folder);
    app.set_n(50).unwrap();
    let version = app.for_duration(SHORT).set_n(60).unwrap();
    eventually("the lasting one is in force", || app.n() == 50);
    app.set_n(70).unwrap();
    app.rollback_to(version).unwrap();
    assert_eq!((app.n(), app.overrides()[0].expires()), (50, None));
}

#[test]
fn the_lasting_override_is_saved_to_a_file() {
    let folder = Folder::new();
    let app = app(&folder);
    app.set_n(50).unwrap();
    app.for_duration(LONG).set_n(60).unwrap();
    app.for_duration(LONG).set_other(6).unwrap();
    app.save_overrides(folder.path("out.toml")).unwrap();
    let text = std::fs::read_to_string(folder.path("out.toml")).unwrap();
    assert!(text.contains("n = 50") && !text.contains("60") && !text.contains("other = "), "{text}");
}
