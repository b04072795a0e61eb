//! A secret that its source must not supply is reported once.

use std::collections::BTreeMap;

use hotswap::{Builder, HotConfig, IssueKind, Secret, SecretSources};
use serde::Deserialize;

use crate::support::{Folder, this_test, with_variables};

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "ONCE")]
struct App {
    #[hot(secret, default = "")]
    marked: Secret<String>,
    #[serde(default)]
    unmarked: Option<Secret<String>>,
    #[hot(default = [])]
    list: Vec<Secret<String>>,
    #[serde(default)]
    map: BTreeMap<String, Secret<String>>,
    #[serde(default)]
    login: Option<Login>,
    #[hot(nested)]
    inner: Inner,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
#[allow(dead_code)]
enum Login {
    Whole { user: String, password: Secret<String> },
}

#[derive(Debug, Deserialize, HotConfig)]
struct Inner {
    #[hot(secret, default = "")]
    token: Secret<String>,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Marked {
    #[hot(secret = "env:SUPPLIED")]
    _marked: Secret<String>,
}

#[track_caller]
fn is_refused_once<T: HotConfig>(builder: Builder<T>, path: &str, text: &str) {
    let error = builder.secret_sources(SecretSources::STORES).check().err().expect(text);
    let issues: Vec<_> = error.issues().map(|issue| (issue.path(), issue.kind())).collect();
    assert_eq!(issues, [(path.to_owned(), IssueKind::PlainSecret)], "{text}: {error}");
    assert!(error.issues().all(|issue| issue.origin().is_some()), "{text}: {error}");
}

const VARIABLES: [(&str, &str); 2] = [("SUPPLIED", "hunter2"), ("SUPPLIED_REF", "env:SUPPLIED")];

#[test]
fn a_secret_of_a_file_that_must_not_supply_it_is_reported_once() {
    with_variables(&this_test(), &VARIABLES[..2], || {
        for (path, text) in [
            ("marked", "marked = 'env:SUPPLIED'"),
            ("marked", "marked = '${SUPPLIED}'"),
            ("marked", "marked = '${SUPPLIED_REF}'"),
            ("unmarked", "unmarked = 'env:SUPPLIED'"),
            ("unmarked", "unmarked = '${SUPPLIED_REF}'"),
            ("list[0]", "list = ['env:SUPPLIED']"),
            ("map.a", "map = { a = 'env:SUPPLIED' }"),
            ("login.password", "login = { user = 'a', password = 'env:SUPPLIED' }"),
            ("inner.token", "inner.token = 'env:SUPPLIED'"),
        ] {
            let folder = Folder::with("app.toml", text);
            is_refused_once(App::hot_builder().file(folder.path("app.toml")), path, text);
        }
    });
}

#[test]
fn a_secret_of_a_variable_that_must_not_supply_it_is_reported_once() {
    with_variables(&this_test(), &VARIABLES[..1], || {
        for (path, name, text) in [
            ("marked", "MARKED", "env:SUPPLIED"),
            ("marked", "MARKED", "hunter2"),
            ("unmarked", "UNMARKED", "env:SUPPLIED"),
            ("login", "LOGIN", r#"{"user": "a", "password": "env:SUPPLIED"}"#),
        ] {
            let folder = Folder::with(".env", &format!("ONCE_{name}='{text}'"));
            is_refused_once(App::hot_builder().dotenv(folder.path(".env")), path, text);
        }
    });
}

#[test]
fn a_default_that_must_not_supply_a_secret_is_reported_once() {
    with_variables(&this_test(), &VARIABLES[..1], || {
        is_refused_once(Marked::hot_builder(), "_marked", "the default");
    });
}
