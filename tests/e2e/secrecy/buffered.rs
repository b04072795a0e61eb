//! Secrets in types that serde buffers, in any notation, and secrets that a function of the program
//! creates.

use hotswap::{Builder, HotConfig, IssueKind, PlaintextSecrets, Secret, SecretSources, SecretValue};
use serde::{Deserialize, Deserializer, Serialize};

use crate::support::Folder;

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[serde(default)]
    auth: Option<Auth>,
    #[hot(default = [])]
    list: Vec<Auth>,
    #[serde(default)]
    key: Option<Key>,
    #[serde(default)]
    adjacent: Option<Adjacent>,
    #[serde(flatten)]
    flat: Flat,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Flat {
    #[serde(default)]
    fpin: Option<Secret<u32>>,
    #[serde(default)]
    ffloat: Option<Secret<f32>>,
    #[serde(default)]
    fport: u16,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type")]
enum Auth {
    Pin {
        pin: Secret<u32>,
        #[serde(default)]
        port: u16,
    },
    F {
        f: Secret<f64>,
        #[serde(default)]
        ratio: f64,
    },
    Small {
        small: Secret<i8>,
    },
    Flag {
        flag: Secret<bool>,
        #[serde(default)]
        other: bool,
    },
    Text {
        text: Secret<String>,
        #[serde(default)]
        user: String,
    },
    Login {
        login: Secret<Login>,
        #[serde(default)]
        user: String,
    },
    Trimmed {
        #[serde(deserialize_with = "trimmed")]
        trimmed: Secret<String>,
        #[serde(default)]
        user: String,
    },
    None,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Key {
    Pin { kpin: Secret<u64> },
    F(Secret<f64>),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Pin(Secret<u32>),
}

/// It shows no text to the library.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
struct Login(String);

impl SecretValue for Login {
    fn wipe(&mut self) {
        self.0.wipe();
    }

    fn secret_eq(&self, other: &Self) -> bool {
        self.0.secret_eq(&other.0)
    }
}

fn trimmed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret<String>, D::Error> {
    Ok(Secret::new(String::deserialize(deserializer)?.trim().to_owned()))
}

fn builder(folder: &Folder, file: &str) -> Builder<App> {
    App::hot_builder()
        .file(folder.path(file))
        .dotenv(folder.path(".env"))
        .env("BUFFERED_SECRETS")
        .watch(false)
}

fn folder(file: &str, text: &str) -> Folder {
    let folder = Folder::with(file, text);
    folder.write(".env", "PIN=1234\nTEXT=hunter2\nTRUE=true\n");
    folder
}

/// The paths of secrets that the builder refuses.
fn refused(builder: Builder<App>) -> Vec<String> {
    let error = builder.check().err();
    let issues: Vec<_> = error.iter().flat_map(|error| error.issues()).collect();
    assert!(issues.iter().all(|issue| issue.kind() == IssueKind::PlainSecret), "{error:?}");
    issues.into_iter().map(hotswap::Issue::path).collect()
}

/// The path of the secret in the files.
const PLAIN: &[(&str, &str, &str)] = &[
    ("a.yaml", "auth: {type: Pin, pin: 0x4d2}", "auth.pin"),
    ("a.yaml", "auth: {type: Pin, pin: 0o17, port: 15}", "auth.pin"),
    ("a.yaml", "auth: {type: Pin, pin: 1234, port: 1234}", "auth.pin"),
    ("a.yaml", "auth: {type: F, f: 1.50}", "auth.f"),
    ("a.yaml", "auth: {type: F, f: 1e3, ratio: 1000}", "auth.f"),
    ("a.yaml", "auth: {type: F, f: 1000}", "auth.f"),
    ("a.yaml", "auth: {type: F, f: 0x10}", "auth.f"),
    ("a.yaml", "auth: {type: Small, small: -0}", "auth.small"),
    ("a.yaml", "auth: {type: Flag, flag: TRUE, other: true}", "auth.flag"),
    ("a.yaml", "auth: {type: Text, text: 0x4d2, user: 1234}", "auth.text"),
    ("a.yaml", "auth: {type: Login, login: hunter2, user: hunter2}", "auth.login"),
    ("a.yaml", "auth: {type: Trimmed, trimmed: ' hunter2', user: hunter2}", "auth.trimmed"),
    ("a.yaml", "list: [{type: None}, {type: Pin, pin: 0x4d2}]", "list[1].pin"),
    ("a.yaml", "list:\n- {type: F, f: .5}", "list[0].f"),
    ("a.yaml", "key: {kpin: 0x4d2}", "key.kpin"),
    ("a.yaml", "key: 1.50", "key"),
    ("a.yaml", "adjacent: {t: Pin, c: 0o17}", "adjacent.c"),
    ("a.yaml", "fpin: 0x4d2", "fpin"),
    ("a.yaml", "fpin: 0o17\nfport: 15", "fpin"),
    ("a.yaml", "ffloat: 1.10", "ffloat"),
    ("a.toml", "auth = { type = 'Pin', pin = 0x4d2 }", "auth.pin"),
    ("a.toml", "auth = { type = 'F', f = 1.50 }", "auth.f"),
    ("a.toml", "auth = { type = 'F', f = 16_777_217 }", "auth.f"),
    ("a.toml", "fpin = 0b101", "fpin"),
    ("a.json", r#"{"auth": {"type": "F", "f": 1e3}}"#, "auth.f"),
    ("a.json", r#"{"ffloat": 0.1}"#, "ffloat"),
    ("a.json", r#"{"ffloat": 16777217}"#, "ffloat"),
];

#[test]
fn a_secret_is_plain_text_in_every_notation() {
    for (file, text, place) in PLAIN {
        let folder = folder(file, text);
        assert_eq!(refused(builder(&folder, file)), [*place], "{text}");
        let app = builder(&folder, file).plaintext_secrets(PlaintextSecrets::Warn).load().unwrap();
        assert_eq!(app.status().warnings.len(), 1, "{text} {:?}", app.status());
        let stores = builder(&folder, file).plaintext_secrets(PlaintextSecrets::Allow);
        assert_eq!(refused(stores.secret_sources(SecretSources::STORES)), [*place], "{text}");
    }
}

#[test]
fn a_reload_judges_every_notation_too() {
    let folder = folder("a.yaml", "fport: 1");
    let app = builder(&folder, "a.yaml").load().unwrap();
    for (file, text, place) in PLAIN.iter().filter(|(file, ..)| *file == "a.yaml") {
        folder.write(file, text);
        let error = app.reload().unwrap_err();
        assert_eq!(error.issues().map(hotswap::Issue::path).collect::<Vec<_>>(), [*place], "{text}");
    }
}

/// A value that is not secret may equal a secret, in the notation of either.
#[test]
fn a_value_beside_a_secret_that_is_equal_is_none() {
    for text in [
        "auth: {type: Pin, pin: '${PIN}', port: 1234}",
        "auth: {type: Pin, pin: '${PIN}', port: 0x4d2}",
        "auth: {type: F, f: '${PIN}', ratio: 1.234e3}",
        "auth: {type: Flag, flag: '${TRUE}', other: true}",
        "auth: {type: Text, text: '${TEXT}', user: hunter2}",
        "auth: {type: Login, login: '${TEXT}', user: hunter2}",
        "auth: {type: Trimmed, trimmed: '${TEXT}', user: hunter2}",
        "list: [{type: Text, text: '${TEXT}', user: hunter2}]",
        "fpin: '${PIN}'\nfport: 1234",
    ] {
        let folder = folder("a.yaml", text);
        assert_eq!(refused(builder(&folder, "a.yaml")), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_literal_that_equals_a_variable_beside_it_is_plain_text() {
    for (text, place) in [
        ("auth: {type: Text, text: hunter2, user: '${TEXT}'}", "auth.text"),
        ("auth: {type: Pin, pin: 0x4d2, port: '${PIN}'}", "auth.pin"),
        ("auth: {type: Login, login: hunter2, user: '${TEXT}'}", "auth.login"),
        ("list: [{type: Text, text: hunter2, user: '${TEXT}'}]", "list[0].text"),
        ("fpin: 1234\nfport: '${PIN}'", "fpin"),
    ] {
        let folder = folder("a.yaml", text);
        assert_eq!(refused(builder(&folder, "a.yaml")), [place], "{text}");
    }
}

#[derive(Debug, Deserialize, HotConfig)]
struct Made {
    #[serde(default, deserialize_with = "trimmed")]
    field: Secret<String>,
    #[serde(default)]
    login: Option<MadeLogin>,
    #[hot(default = [])]
    logins: Vec<MadeLogin>,
    #[serde(default)]
    token: Option<Token>,
    #[serde(default, deserialize_with = "through_json")]
    whole: Option<MadeLogin>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct MadeLogin {
    user: String,
    #[serde(deserialize_with = "trimmed")]
    password: Secret<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
struct Token(Secret<String>);

impl TryFrom<String> for Token {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.len() < 3 { Err("too short".into()) } else { Ok(Self(text.into())) }
    }
}

fn through_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<MadeLogin>, D::Error> {
    serde_json::from_value(serde_json::Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

#[test]
fn a_secret_that_a_function_makes_is_judged_and_hidden() {
    for (text, place) in &[
        ("field = 'hunter2'", "field"),
        ("login = { user = 'a', password = 'hunter2' }", "login.password"),
        ("login = { user = 'a', password = ' hunter2 ' }", "login.password"),
        ("logins = [{ user = 'a', password = 'hunter2' }]", "logins[0].password"),
        ("token = 'hunter2'", "token"),
        ("whole = { user = 'hunter2', password = 'hunter2' }", "whole.password"),
        ("whole = { user = 'a', password = ' hunter2' }", "whole.password"),
    ] {
        let folder = folder("a.toml", text);
        let builder =
            || Made::hot_builder().file(folder.path("a.toml")).dotenv(folder.path(".env")).watch(false);
        let error = builder().check().unwrap_err();
        assert_eq!(error.issues().map(hotswap::Issue::path).collect::<Vec<_>>(), [*place], "{text}");
        assert!(error.has(IssueKind::PlainSecret) && !error.to_string().contains("hunter"), "{error}");
        let app = builder().plaintext_secrets(PlaintextSecrets::Allow).load().unwrap();
        let said = format!("{:?}{:?}{}", app.explain_all(), app.history(), app.explain(place));
        assert!(!said.contains("hunter2"), "{text} {said}");
        let variable = |text: String, way: &str| text.replace(way, "'${TEXT}'");
        let text = ["'hunter2'", "' hunter2'", "' hunter2 '"].into_iter().fold((*text).to_owned(), variable);
        folder.write("a.toml", &text);
        builder().check().unwrap();
    }
}

#[test]
fn text_that_such_a_function_refuses_is_not_shown() {
    for text in [
        "login = { user = 'a', password = 20261130 }",
        "token = 20261130",
        "login = '20261130'",
        "logins = ['20261130']",
        "whole = 20261130",
    ] {
        let folder = folder("a.toml", text);
        let error = Made::hot_builder().file(folder.path("a.toml")).check().unwrap_err();
        assert!(!error.to_string().contains("20261130"), "{text} {error}");
    }
}
