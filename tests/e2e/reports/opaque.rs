//! Text given for a type that contains a secret, or that does not reveal its form, is not printed.

use std::{collections::BTreeMap, fs};

use hotswap::{Builder, HotConfig, PlaintextSecrets, Secret};
use serde::{Deserialize, Serialize};

use crate::support::Folder;

const CANARY: &str = "ghp_hunter2canary";

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "OPAQUE")]
#[allow(dead_code)]
struct App {
    #[serde(default)]
    internal: Option<Internal>,
    #[serde(default)]
    adjacent: Option<Adjacent>,
    #[serde(default)]
    untagged: Option<Untagged>,
    #[serde(default)]
    external: Option<External>,
    #[serde(default)]
    plain: Option<Login>,
    #[serde(default)]
    list: Vec<Internal>,
    #[serde(default)]
    map: BTreeMap<String, Untagged>,
    #[hot(nested)]
    inner: Inner,
    #[hot(nested)]
    optional: Option<Inner>,
    #[serde(default)]
    catch: Option<Catch>,
    #[hot(secret, default = "")]
    marked: Secret<String>,
    #[hot(default = "")]
    unmarked: Secret<String>,
    #[hot(default = 1)]
    port: u16,
    #[serde(default)]
    level: Level,
}

#[derive(Debug, Deserialize, HotConfig)]
#[allow(dead_code)]
struct Flat {
    #[serde(flatten)]
    auth: Internal,
    #[hot(default = 1)]
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Inner {
    #[serde(default)]
    auth: Option<Internal>,
    #[hot(default = 1)]
    size: u16,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    password: Secret<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Internal {
    Basic { user: String, password: Secret<String> },
    None,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Key(Secret<String>),
    None,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Whole { key: Secret<String> },
    Number(u32),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum External {
    Key(Secret<String>),
    None,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Catch {
    #[serde(flatten)]
    rest: BTreeMap<String, Secret<u32>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Level {
    #[default]
    Low,
    High,
}

fn builder(folder: &Folder) -> Builder<App> {
    App::hot_builder().dotenv(folder.path(".env")).plaintext_secrets(PlaintextSecrets::Allow).watch(false)
}

fn said(error: &hotswap::Error) -> String {
    format!("{error} {error:?} {} {error:#?}", error.report())
}

/// The value `@`, as TOML.
const TEXTS: &[&str] = &[
    "internal = @",
    "internal = { type = @ }",
    "internal = { type = 'basic', user = 1, password = @ }",
    "internal = [@]",
    "adjacent = @",
    "adjacent = { t = @ }",
    "adjacent = { t = 'Key', c = [@] }",
    "untagged = @",
    "untagged = { key = [@] }",
    "untagged = { kay = @ }",
    "external = @",
    "external = { Key = [@] }",
    "plain = @",
    "plain = { user = @, password = 1 }",
    "plain = [@]",
    "list = @",
    "list = [@]",
    "list = [{ type = @ }]",
    "map = @",
    "map = { a = @ }",
    "inner = @",
    "inner = { auth = @ }",
    "inner = { auth = { type = @ } }",
    "optional = @",
    "optional = { auth = @ }",
    "catch = @",
    "catch = { a = @ }",
    "marked = [@]",
    "unmarked = [@]",
];

#[test]
fn a_text_for_a_type_that_may_hold_a_secret_is_not_printed() {
    for line in TEXTS {
        let text = line.replace('@', &format!("'{CANARY}'"));
        let folder = Folder::with("app.toml", &text);
        let error = builder(&folder).file(folder.path("app.toml")).check().unwrap_err();
        assert!(!said(&error).contains("hunter2"), "{line}: {}", said(&error));
    }
}

#[test]
fn nor_by_a_reload_or_in_a_value_that_is_hidden() {
    for line in TEXTS {
        let text = line.replace('@', &format!("'{CANARY}'"));
        let folder = Folder::with("app.toml", "");
        fs::write(folder.path("app.toml"), "port = 1").unwrap();
        let app = builder(&folder).file(folder.path("app.toml")).load().unwrap();
        folder.write("app.toml", &text);
        let error = app.reload().unwrap_err();
        let status = serde_json::to_string(&app.status()).unwrap();
        assert!(!(said(&error) + &status).contains("hunter2"), "{line}: {}", said(&error));
    }
    let folder = Folder::with("low.toml", &format!("internal = '{CANARY}'\nexternal = '{CANARY}'"));
    folder.write("high.toml", "internal = { type = 'none' }\nexternal = 'None'");
    let app = builder(&folder).file(folder.path("low.toml")).file(folder.path("high.toml")).load().unwrap();
    let warnings = app.status().warnings.join("\n");
    assert!(warnings.contains("a higher layer hides") && !warnings.contains("hunter2"), "{warnings}");
}

#[test]
fn nor_from_a_variable() {
    for name in
        ["INTERNAL", "ADJACENT", "UNTAGGED", "EXTERNAL", "PLAIN", "LIST", "MAP", "INNER_AUTH", "CATCH"]
    {
        for value in [CANARY.to_owned(), format!(r#"{{"type":"{CANARY}"}}"#), format!(r#"["{CANARY}"]"#)] {
            let folder = Folder::with(".env", &format!("OPAQUE_{name}='{value}'"));
            let error = builder(&folder).check().unwrap_err();
            assert!(!said(&error).contains("hunter2"), "{name} {value}: {}", said(&error));
        }
    }
}

#[test]
fn nor_where_the_type_is_flattened() {
    for text in [format!("type = '{CANARY}'"), format!("type = 'basic'\nuser = 1\npassword = ['{CANARY}']")] {
        let folder = Folder::with("app.toml", &text);
        let error = Flat::hot_builder().file(folder.path("app.toml")).check().unwrap_err();
        assert!(!said(&error).contains("hunter2"), "{text}: {}", said(&error));
    }
}

/// The positive case: a value that is known to contain no secret is shown.
#[test]
fn a_text_for_a_type_that_holds_none_is_printed() {
    for line in ["port = 'shown'", "level = 'shown'", "inner.size = 'shown'"] {
        let folder = Folder::with("app.toml", line);
        let error = builder(&folder).file(folder.path("app.toml")).check().unwrap_err();
        assert!(error.report().to_string().contains("shown"), "{}", error.report());
    }
}

#[test]
fn text_behind_a_brace_that_is_not_closed_is_not_printed() {
    let texts =
        ["${hunter2", "${hunter2:x", "${PW:${hunter2}", "a ${hunter2 b", "${A}${hunter2", "${hunter2-x}"];
    for position in [
        "marked = @",
        "unmarked = @",
        "plain = { user = 'a', password = @ }",
        "internal = @",
        "internal = { type = 'basic', user = 'a', password = @ }",
        "untagged = { key = @ }",
        "inner = { auth = @ }",
        "list = [@]",
        "map = { a = { key = @ } }",
        "external = { Key = @ }",
    ] {
        for text in texts {
            let folder = Folder::with("app.toml", &position.replace('@', &format!("'{text}'")));
            let error = builder(&folder).file(folder.path("app.toml")).check().unwrap_err();
            assert!(!said(&error).contains("hunter2"), "{position} {text}: {}", said(&error));
        }
    }
    let folder = Folder::with("app.toml", "marked = '${hunter2'");
    let error = builder(&folder).file(folder.path("app.toml")).check().unwrap_err();
    assert_eq!(error.issues().len(), 1, "{error}");
}
