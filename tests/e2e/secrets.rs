//! A secret is never shown, marked or not, and survives every write.

use std::{
    collections::HashMap,
    sync::{Mutex, mpsc},
    time::Duration,
};

use hotswap::{HotConfig, Secret};
use serde::{Deserialize, Serialize};

use crate::support::Folder;

const CANARY: &str = "hunter2-canary";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Server {
    host: String,
    password: Secret<String>,
}

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(secret, length(min = 3))]
    marked: Secret<String>,
    #[hot(non_empty, regex = "^h")]
    unmarked: Secret<String>,
    #[hot(restart)]
    held: Option<Secret<String>>,
    #[hot(default = [])]
    list: Vec<Secret<String>>,
    #[serde(default)]
    map: HashMap<String, Secret<String>>,
    servers: Vec<Server>,
    alias: Alias,
    #[hot(default = 1)]
    number: u32,
}

type Alias = Option<Secret<u64>>;

/// Files may contain secrets here, because the test checks where they appear.
fn app(folder: &Folder) -> hotswap::Builder<App> {
    App::hot_builder().file(folder.path("app.toml")).plaintext_secrets(hotswap::PlaintextSecrets::Allow)
}

fn text(suffix: &str) -> String {
    format!(
        "marked = '{CANARY}{suffix}'
unmarked = '{CANARY}{suffix}'
held = '{CANARY}{suffix}'
list = ['{CANARY}{suffix}']
alias = 770077
[map]
a = '{CANARY}{suffix}'
[[servers]]
host = 'a'
password = '{CANARY}{suffix}'
"
    )
}

#[test]
fn it_is_read_and_never_shown() {
    let folder = Folder::new();
    folder.write("app.toml", &text(""));
    let config = app(&folder).watch(false).load().unwrap();
    assert_eq!(config.marked().expose(), CANARY);
    assert_eq!(config.servers()[0].password.expose(), CANARY);

    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let _subscription = config.watch_pattern("**", move |field| {
        tell.lock().unwrap().send(format!("{field:?} {field}")).unwrap();
    });
    folder.write("app.toml", &text("2").replace("770077", "770078"));
    config.reload().unwrap();

    let mut shown: Vec<String> = ["marked", "unmarked", "held", "list", "map", "map.a", "servers", "alias"]
        .map(|path| {
            format!(
                "{0:?} {0} {1}",
                config.explain(path),
                serde_json::to_string(&config.explain(path)).unwrap()
            )
        })
        .into();
    shown.push(format!("{:?}", *config.load()));
    shown.push(serde_json::to_string(&config.status()).unwrap());
    shown.push(format!("{:?} {:?} {}", config.pending_restart(), config.overrides(), config.explain_all()));
    // All except the pending field.
    shown.extend((0..6).map(|_| told.recv_timeout(Duration::from_secs(10)).unwrap()));
    for shown in shown {
        assert!(!shown.contains(CANARY) && !shown.contains("77007"), "{shown}");
    }
}

#[test]
fn what_is_wrong_with_it_is_told_without_it() {
    let folder = Folder::new();
    let wrong =
        text("").replace(&format!("marked = '{CANARY}'"), "marked = 'xx'").replace("770077", "'770077x'");
    folder.write("app.toml", &wrong);
    let error = app(&folder).check().unwrap_err();
    let messages: Vec<_> =
        error.issues().map(|issue| format!("{}: {}", issue.path(), issue.message())).collect();
    assert_eq!(
        messages,
        [
            "marked: the length is less than the minimum 3",
            "unmarked: the value does not match the pattern `^h`",
            "alias: the value does not fit the type of the field",
        ]
    );
}

#[test]
fn writes_take_it_along() {
    let folder = Folder::new();
    folder.write("app.toml", &text(""));
    let config = app(&folder).watch(false).load().unwrap();
    config.set_marked(Secret::from("first-set")).unwrap();
    config
        .update(|app| app.servers.push(Server { host: "b".into(), password: Secret::from("second-set") }))
        .unwrap();
    config.set_number(2).unwrap();
    config.reload().unwrap();
    assert_eq!(config.marked().expose(), "first-set");
    let passwords: Vec<String> =
        config.servers().iter().map(|server| server.password.expose().clone()).collect();
    assert_eq!(passwords, [CANARY, "second-set"]);
    assert_eq!(config.map()["a"].expose(), CANARY);
    let shown = format!("{} {:?}", config.explain_all(), config.overrides());
    assert!(!shown.contains("-set") && !shown.contains(CANARY), "{shown}");
}

/// serde buffers these first, so that the decoder is not asked for the secret.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Key {
    Plain { key: Secret<String> },
    Number(u32),
}

#[derive(Debug, Deserialize, HotConfig)]
struct Buffered {
    keys: Vec<Key>,
    host: String,
    #[serde(flatten)]
    rest: Rest,
    #[hot(nested)]
    inner: Inner,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Inner {
    key: Key,
    port: u16,
}

#[test]
fn one_that_was_buffered_hides_its_whole_leaf() {
    let folder = Folder::new();
    let text = format!(
        "keys = [{{ key = '{CANARY}' }}, 3]\nhost = 'a'\nmore = '{CANARY}'\n[inner]\nkey.key = '{CANARY}'\nport = 1"
    );
    folder.write("app.toml", &text);
    let builder = Buffered::hot_builder().file(folder.path("app.toml")).watch(false);
    let config = builder.plaintext_secrets(hotswap::PlaintextSecrets::Allow).load().unwrap();
    for path in ["keys", "keys[0].key", "more", "inner.key", "inner.key.key"] {
        assert!(!format!("{:?}", config.explain(path)).contains(CANARY), "{path}");
    }
    assert_eq!(config.explain("inner.port").given[0].value, 1);
}

type Rest = HashMap<String, Secret<String>>;

#[test]
fn a_report_shows_the_key_and_not_the_value() {
    let folder = Folder::new();
    folder.write("app.toml", &text("").replace("770077", "'770077-canary'"));
    let error = app(&folder).check().unwrap_err();
    let report = format!("{}{error:?}", error.report());
    assert!(report.contains("alias") && !report.contains("canary"), "{report}");
}
