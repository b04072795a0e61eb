//! Secrets in values that a higher layer or an override replaces.

use std::collections::BTreeMap;

use hotswap::{Builder, HotConfig, IssueKind, PlaintextSecrets, Secret, SecretSources, UnknownKeys};
use serde::{Deserialize, Serialize};

use crate::support::Folder;

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "REPLACED")]
struct App {
    #[serde(default)]
    auth: Option<Auth>,
    #[serde(default)]
    key: Option<Key>,
    #[serde(default)]
    external: Option<External>,
    #[hot(default = [])]
    logins: Vec<Login>,
    #[hot(default = [])]
    tokens: Vec<Secret<String>>,
    #[serde(default)]
    login: Option<Login>,
    #[hot(merge = "replace")]
    #[serde(default)]
    map: BTreeMap<String, Login>,
    #[hot(nested)]
    nested: Nested,
    #[hot(default = 1)]
    n: u32,
    #[serde(flatten)]
    flat: BTreeMap<String, Key>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Nested {
    #[serde(default)]
    auth: Option<Auth>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    password: Secret<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Auth {
    Basic { user: String, password: Secret<String> },
    Bearer { token: Secret<String> },
    None,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Key {
    Whole { user: String, key: Secret<String> },
    Name(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum External {
    Key { id: String, key: Secret<String> },
    Nothing,
}

fn builder(folder: &Folder, layers: &[&str]) -> Builder<App> {
    layers.iter().enumerate().fold(App::hot_builder().watch(false), |builder, (number, text)| {
        let name = format!("{number}.toml");
        folder.write(&name, text);
        builder.file(folder.path(&name))
    })
}

fn found(builder: Builder<App>) -> Vec<String> {
    let error = builder.check().err();
    let issues = error.iter().flat_map(|error| error.issues());
    // A table that is merged with a variant without its keys.
    let issues: Vec<_> = issues.filter(|issue| issue.kind() != IssueKind::UnknownKey).collect();
    assert!(issues.iter().all(|issue| issue.kind() == IssueKind::PlainSecret), "{error:?}");
    issues.into_iter().map(|issue| format!("{} {}", issue.path(), issue.origin().unwrap())).collect()
}

/// Layers from the lowest, the path of a secret, and its layer.
const LAYERS: &[(&[&str], &str, usize)] = &[
    (
        &["auth = { type = 'basic', user = 'a', password = 'hunter2' }", "auth = { type = 'none' }"],
        "auth.password",
        0,
    ),
    (&["auth = { type = 'basic', password = 'hunter2' }", "auth = { type = 'none' }"], "auth.password", 0),
    (
        &["auth = { type = 'basic', user = 'a' }", "auth.password = 'hunter2'", "auth.type = 'none'"],
        "auth.password",
        1,
    ),
    (
        &[
            "auth = { type = 'bearer', token = 'hunter2' }",
            "auth = { type = 'basic', user = 'a', password = '' }",
        ],
        "auth.token",
        0,
    ),
    (
        &["nested.auth = { type = 'bearer', token = 'hunter2' }", "nested.auth.type = 'none'"],
        "nested.auth.token",
        0,
    ),
    (&["key = { user = 'a', key = 'hunter2' }", "key = 'name'"], "key.key", 0),
    (&["external = { Key = { id = 'a', key = 'hunter2' } }", "external = 'Nothing'"], "external.Key.key", 0),
    (&["logins = [{ user = 'a', password = 'hunter2' }]", "logins = []"], "logins[0].password", 0),
    (&["tokens = ['', 'hunter2']", "tokens = []"], "tokens[1]", 0),
    (&["n = 2", "tokens = ['hunter2']", "tokens = []"], "tokens[0]", 1),
    (&["map.x = { user = 'a', password = 'hunter2' }", "map = {}"], "map.x.password", 0),
    (&["other = { user = 'a', key = 'hunter2' }", "other = 'name'"], "other.key", 0),
];

#[test]
fn a_secret_in_a_value_that_a_higher_layer_replaces_is_refused() {
    for (layers, place, number) in LAYERS {
        let folder = Folder::new();
        let refused = found(builder(&folder, layers));
        let expected = format!("{place} at {}", folder.path(&format!("{number}.toml")).display());
        assert!(refused.len() == 1 && refused[0].starts_with(&expected), "{layers:?} {refused:?}");
        let stores = builder(&folder, layers).plaintext_secrets(PlaintextSecrets::Allow);
        assert_eq!(
            super::replaced::found(stores.secret_sources(SecretSources::STORES)).len(),
            1,
            "{layers:?}"
        );
        let builder = builder(&folder, layers).unknown_keys(UnknownKeys::Allow);
        let warnings = builder.plaintext_secrets(PlaintextSecrets::Warn).load().unwrap().status().warnings;
        assert!(!format!("{warnings:?}").contains("hunter2"), "{layers:?} {warnings:?}");
        assert!(warnings.iter().any(|warning| warning.contains(place)), "{layers:?} {warnings:?}");
    }
}

#[test]
fn a_variable_in_such_a_value_is_fine() {
    for (layers, ..) in LAYERS {
        for way in ["${NOT_SET:}", "${NOT_SET:${NOT_SET:}}", ""] {
            let layers: Vec<String> = layers.iter().map(|layer| layer.replace("hunter2", way)).collect();
            let layers: Vec<&str> = layers.iter().map(String::as_str).collect();
            let found = found(builder(&Folder::new(), &layers));
            assert_eq!(found, Vec::<String>::new(), "{layers:?}");
        }
    }
}

#[test]
fn a_value_that_is_no_secret_in_such_a_value_is_fine() {
    for layers in [
        ["auth = { type = 'basic', user = 'hunter2', password = '${NOT_SET:}' }", "auth = { type = 'none' }"],
        ["logins = [{ user = 'hunter2', password = '' }]", "logins = []"],
        ["key = 'hunter2'", "key = { user = 'a', key = '' }"],
    ] {
        assert_eq!(found(builder(&Folder::new(), &layers)), Vec::<String>::new(), "{layers:?}");
    }
}

#[test]
fn a_value_set_at_run_time_hides_no_secret_of_a_file() {
    let folder = Folder::new();
    let app = builder(&folder, &["n = 2"]).load().unwrap();
    app.merge_patch(serde_json::json!({"auth": {"type": "none"}, "logins": []})).unwrap();
    for (text, place) in [
        ("auth = { type = 'bearer', token = 'hunter2' }", "auth.token"),
        ("logins = [{ user = 'a', password = 'hunter2' }]", "logins[0].password"),
    ] {
        folder.write("0.toml", text);
        let error = app.reload().unwrap_err();
        assert_eq!(error.issues().map(hotswap::Issue::path).collect::<Vec<_>>(), [place], "{error}");
        assert!(error.has(IssueKind::PlainSecret), "{error}");
    }
}
