//! A wrong type next to a secret is named, and that of the secret itself is not.

use std::collections::BTreeMap;

use hotswap::{HotConfig, Secret};
use serde::{Deserialize, Serialize};

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Login {
    on: bool,
    #[serde(default)]
    ports: Vec<u16>,
    #[serde(default)]
    user: String,
    #[serde(default)]
    share: f64,
    #[serde(default)]
    pin: Option<Secret<u32>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Tree {
    on: bool,
    #[serde(default)]
    kids: Vec<Tree>,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Opaque {
    #[serde(default)]
    login: Option<Login>,
    #[serde(default)]
    logins: BTreeMap<String, Login>,
    #[serde(default)]
    tree: Option<Tree>,
}

#[track_caller]
fn refused(name: &str, text: &str) -> String {
    let folder = Folder::with(name, text);
    Opaque::hot_builder().file(folder.path(name)).check().unwrap_err().to_string()
}

#[test]
fn a_wrong_type_next_to_a_secret_is_named() {
    for (name, text, problem) in [
        ("a.toml", "login = {on = 'hunter2'}", "login.on: expected a boolean, found a string"),
        (
            "a.json",
            r#"{"login": {"on": true, "ports": ["hunter2"]}}"#,
            "ports[0]: expected an integer, found a string",
        ),
        ("a.yaml", "login: {on: true, user: [hunter2]}", "login.user: expected a string, found a list"),
        (
            "a.toml",
            "login = {on = true, share = 'hunter2'}",
            "login.share: expected a number, found a string",
        ),
        ("a.yaml", "logins: {a: {on: hunter2}}", "logins.a.on: expected a boolean, found a string"),
        ("a.toml", "login = 'hunter2'", "login: expected a table, found a string"),
        ("a.toml", "tree = {on = 'hunter2'}", "tree.on: expected a boolean, found a string"),
        (
            "a.json",
            r#"{"tree": {"on": true, "kids": [{"on": 7}]}}"#,
            "kids[0].on: expected a boolean, found an integer",
        ),
    ] {
        let report = refused(name, text);
        assert!(report.contains(problem), "{text}: {report}");
        assert!(!report.contains("hunter2"), "{text}: {report}");
    }
}

#[test]
fn the_type_of_a_secret_itself_is_not_named() {
    let report = refused("a.toml", "login = {on = true, pin = 'file:/etc/hostname'}");
    assert!(!report.contains("expected an integer"), "{report}");
    let report = refused("a.toml", "login = {on = true, ports = [70007]}");
    assert!(
        report.contains("the value does not fit the type of the field") && !report.contains("70007"),
        "{report}"
    );
}
