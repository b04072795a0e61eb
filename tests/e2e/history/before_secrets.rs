//! Versions from before a value contained its first secret.

use std::collections::BTreeMap;

use hotswap::{Builder, Error, HotConfig, Secret};
use serde::{Deserialize, Serialize};

use crate::support::Folder;

const CANARY: &str = "hunter2canary";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    n: u32,
    #[serde(default)]
    jobs: Vec<Job>,
    #[serde(default)]
    map: BTreeMap<String, Job>,
    one: Option<Job>,
    short: Option<Short>,
    auth: Option<Auth>,
    #[hot(nested)]
    tls: Option<Tls>,
    text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Job {
    name: String,
    #[serde(default)]
    pw: Option<Secret<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Short {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pw: Option<Secret<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Auth {
    Basic { user: String },
    Token { token: Secret<String> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Tls {
    cert: String,
    #[hot(secret)]
    key: Option<Secret<String>>,
}

fn builder(folder: &Folder) -> Builder<App> {
    let builder = App::hot_builder().optional_file(folder.path("app.toml")).state_dir(folder.path("state"));
    builder.watch(false)
}

fn job(name: &str) -> Job {
    Job { name: name.to_owned(), pw: None }
}

fn secret_job(name: &str) -> Job {
    Job { name: name.to_owned(), pw: Some(CANARY.into()) }
}

type Change = fn(&mut App);

/// The value without a secret, and then the change that adds one.
const CASES: &[(&str, Change, Change)] = &[
    ("a list", |app| app.jobs = vec![job("j")], |app| app.jobs.push(secret_job("k"))),
    ("an item", |app| app.jobs = vec![job("j"), job("k")], |app| app.jobs[0] = secret_job("k")),
    (
        "a map",
        |app| app.map = [("j".into(), job("j"))].into(),
        |app| {
            drop(app.map.insert("k".into(), secret_job("k")));
        },
    ),
    ("an option", |app| app.one = Some(job("j")), |app| app.one = Some(secret_job("k"))),
    (
        "a skipped option",
        |app| app.short = Some(Short { name: "j".into(), pw: None }),
        |app| {
            app.short = Some(Short { name: "k".into(), pw: Some(CANARY.into()) });
        },
    ),
    (
        "an enum",
        |app| app.auth = Some(Auth::Basic { user: "u".into() }),
        |app| {
            app.auth = Some(Auth::Token { token: CANARY.into() });
        },
    ),
    (
        "a nested struct",
        |app| app.tls = Some(Tls { cert: "c".into(), key: None }),
        |app| {
            app.tls = Some(Tls { cert: "d".into(), key: Some(CANARY.into()) });
        },
    ),
];

fn written(folder: &Folder) -> String {
    let entries = std::fs::read_dir(folder.path("state")).unwrap();
    entries.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

fn assert_is(app: &AppHandle, version: u64, expected: &App, case: &str) {
    assert_eq!(*app.at(version).unwrap(), *expected, "{case}");
    app.rollback_to(version).unwrap();
    assert_eq!(*app.load(), *expected, "{case}");
}

#[test]
fn a_version_before_the_first_secret_comes_back() {
    for (case, open, secret) in CASES {
        let folder = Folder::new();
        let app = builder(&folder).load().unwrap();
        app.update(open).unwrap();
        let expected = App::clone(&app.load());
        app.update(secret).unwrap();
        app.set_n(7).unwrap();
        assert_is(&app, 2, &expected, case);
    }
}

#[test]
fn a_version_before_the_first_secret_survives_a_restart() {
    for (case, open, secret) in CASES {
        let folder = Folder::new();
        let app = builder(&folder).load().unwrap();
        app.update(open).unwrap();
        let expected = App::clone(&app.load());
        app.update(secret).unwrap();
        app.set_n(7).unwrap();
        app.shutdown().unwrap();
        drop(app);
        for _ in 0..2 {
            assert!(!written(&folder).contains(CANARY), "{case}");
            let app = builder(&folder).load().unwrap();
            app.set_text(Some("x".into())).unwrap();
            assert_eq!(*app.at(2).unwrap(), expected, "{case}");
            app.shutdown().unwrap();
        }
        let app = builder(&folder).load().unwrap();
        assert_is(&app, 2, &expected, case);
    }
}

/// The secret is removed again, and another one is set.
#[test]
fn a_version_between_two_secrets_comes_back_after_a_restart() {
    for (case, open, secret) in CASES {
        let folder = Folder::new();
        let app = builder(&folder).load().unwrap();
        app.update(open).unwrap();
        app.update(secret).unwrap();
        app.update(open).unwrap();
        let expected = App::clone(&app.load());
        app.update(secret).unwrap();
        app.set_n(7).unwrap();
        assert_eq!(*app.at(4).unwrap(), expected, "{case}");
        app.shutdown().unwrap();
        drop(app);
        let app = builder(&folder).load().unwrap();
        assert_is(&app, 4, &expected, case);
        assert_is(&app, 2, &expected, case);
    }
}

/// Without the value of a secret, a version has what is in force today.
#[test]
fn a_version_with_a_secret_that_was_removed_loads() -> Result<(), Error> {
    for (case, open, secret) in CASES {
        let folder = Folder::new();
        let app = builder(&folder).load()?;
        app.update(open)?;
        app.update(secret)?;
        app.update(|app| app.jobs.extend([secret_job("x")]))?;
        app.clear_overrides()?;
        for version in 1..=5 {
            assert!(app.at(version).is_ok(), "{case} {version} {:?}", app.at(version));
        }
        app.shutdown()?;
        drop(app);
        let app = builder(&folder).load()?;
        for version in 1..=5 {
            assert!(app.at(version).is_ok(), "{case} {version} {:?}", app.at(version));
        }
    }
    Ok(())
}

const FILES: &[(&str, &str)] = &[
    ("jobs = [{name = 'a'}]", "jobs = [{name = 'a'}, {name = 'b', pw = 'env:HOME'}]"),
    ("jobs = [{name = 'a'}, {name = 'c'}]", "jobs = [{name = 'b', pw = 'file:/etc/hostname'}]"),
    ("[map.x]\nname = 'a'", "[map.x]\nname = 'a'\n[map.y]\nname = 'b'\npw = 'env:HOME'"),
    ("one = {name = 'a'}", "one = {name = 'b', pw = '${HOME}'}"),
    ("auth = {type = 'Basic', user = 'u'}", "auth = {type = 'Token', token = 'env:HOME'}"),
];

#[test]
fn a_file_from_before_the_first_secret_comes_back() {
    for (open, secret) in FILES {
        let folder = Folder::with("app.toml", open);
        let app = builder(&folder).load().unwrap();
        let expected = App::clone(&app.load());
        folder.write("app.toml", secret);
        app.reload().unwrap();
        assert_ne!(*app.load(), expected, "{open}");
        assert_is(&app, 1, &expected, open);
    }
}

#[test]
fn a_file_from_before_the_first_secret_comes_back_after_a_restart() {
    for (open, secret) in FILES {
        let folder = Folder::with("app.toml", open);
        let app = builder(&folder).load().unwrap();
        let expected = App::clone(&app.load());
        folder.write("app.toml", secret);
        app.reload().unwrap();
        app.set_text(Some("x".into())).unwrap();
        app.shutdown().unwrap();
        drop(app);
        let app = builder(&folder).load().unwrap();
        assert_is(&app, 1, &expected, open);
    }
}
