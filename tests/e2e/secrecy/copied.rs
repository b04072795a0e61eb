//! The text of a secret that a write copies into a field that is not secret.

use std::{collections::BTreeMap, fs};

use hotswap::{Builder, Error, HotConfig, PlaintextSecrets, Secret};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::Folder;

const CANARY: &str = "hunter2canary";

#[derive(Clone, Debug, Serialize, Deserialize, HotConfig)]
#[hot(env = "SECRECY_COPIED")]
struct App {
    pw: Option<Secret<String>>,
    #[hot(secret)]
    marked: Option<Secret<String>>,
    #[serde(default)]
    logins: Vec<Login>,
    #[hot(default = "")]
    name: String,
    note: Option<String>,
    #[serde(default)]
    list: Vec<String>,
    #[serde(default)]
    map: BTreeMap<String, String>,
    #[hot(nested)]
    part: Part,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    pw: Secret<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, HotConfig)]
struct Part {
    #[hot(default = "")]
    text: String,
}

const SOURCES: &[&str] = &[
    "pw = 'env:COPIED_PW'",
    "pw = '${COPIED_PW}'",
    "pw = 'hunter2canary'",
    "pw = 'hunter2${COPIED_REST}'",
    "marked = 'hunter2canary'",
    "marked = '${COPIED_PW}'",
    "[[logins]]\nuser = 'u'\npw = 'hunter2canary'",
    "[[logins]]\nuser = 'u'\npw = '${COPIED_PW}'",
];

const VARIABLES: &str = "COPIED_PW=hunter2canary\nCOPIED_REST=canary";

fn load(folder: &Folder) -> AppHandle {
    let builder: Builder<App> = App::hot_builder().file(folder.path("app.toml")).dotenv(folder.path(".env"));
    let builder = builder.plaintext_secrets(PlaintextSecrets::Allow).state_dir(folder.path("state"));
    builder.watch(false).load().unwrap()
}

fn secret(app: &App) -> String {
    let secrets = [app.pw.as_ref(), app.marked.as_ref(), app.logins.first().map(|login| &login.pw)];
    secrets.into_iter().flatten().next().unwrap().expose().clone()
}

/// All that is shown and stored of the configuration, but not its file.
fn stored(app: &AppHandle, folder: &Folder) -> String {
    app.flush_state().unwrap();
    let mut said = format!("{:?}{:?}{:?}", app.history(), app.overrides(), app.explain_all());
    said += &app.overrides().iter().map(ToString::to_string).collect::<String>();
    said += &format!("{}{:?}", app.status(), app.diff(1, app.version()));
    for name in ["out.toml", "out.yaml", "out.json"] {
        let path = folder.path(name);
        app.save_overrides(&path).unwrap();
        said += &fs::read_to_string(&path).unwrap();
        fs::remove_file(path).unwrap();
    }
    let entries = fs::read_dir(folder.path("state")).unwrap();
    said + &entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect::<String>()
}

type Write = fn(&AppHandle, String) -> Result<u64, Error>;

const WRITES: &[Write] = &[
    |app, text| app.update(|app| app.name = text),
    |app, text| app.set_name(text),
    |app, text| app.update(|app| app.note = Some(text)),
    |app, text| app.update(|app| app.list.extend(["x".into(), text])),
    |app, text| app.update(|app| drop(app.map.insert("k".into(), text))),
    |app, text| app.part().set_text(text),
    |app, text| app.patch(json!([{"op": "replace", "path": "/name", "value": text}])),
    |app, text| app.merge_patch(json!({"list": [text]})),
];

#[track_caller]
fn assert_hidden(app: &AppHandle, folder: &Folder, case: &str) {
    let said = stored(app, folder);
    let at = said.find(CANARY);
    assert!(at.is_none(), "{case}: {}", &said[at.unwrap_or(0).saturating_sub(300)..]);
}

fn holds(app: &App, text: &str) -> bool {
    let App { name, note, list, map, part, .. } = app;
    let own = [Some(name), note.as_ref(), list.last(), map.get("k"), Some(&part.text)];
    own.into_iter().flatten().any(|own| own == text)
}

#[test]
fn a_copied_secret_is_neither_shown_nor_stored() {
    for source in SOURCES {
        for (number, write) in WRITES.iter().enumerate() {
            let case = format!("{source} {number}");
            let folder = Folder::with("app.toml", source);
            folder.write(".env", VARIABLES);
            let app = load(&folder);
            let text = secret(&app.load());
            write(&app, text).unwrap();
            assert!(holds(&app.load(), CANARY), "{case}");
            assert_hidden(&app, &folder, &case);
            // It is still hidden when another write follows.
            app.update(|app| app.map = [("n".to_owned(), "other".to_owned())].into()).unwrap();
            assert_hidden(&app, &folder, &case);
        }
    }
}

#[test]
fn a_copied_secret_that_a_write_set_is_neither_shown_nor_stored() {
    let folder = Folder::with("app.toml", "#");
    let app = load(&folder);
    app.update(|app| (app.pw, app.name) = (Some(CANARY.into()), CANARY.to_owned())).unwrap();
    assert_eq!(*app.name(), CANARY);
    assert_hidden(&app, &folder, "in one write");
    app.set_part_text(CANARY.to_owned()).unwrap();
    assert_hidden(&app, &folder, "in two writes");
}

#[test]
fn a_copy_of_a_secret_without_variables_ends_with_the_process() {
    let folder = Folder::with("app.toml", "pw = 'hunter2canary'");
    let app = load(&folder);
    app.set_name(CANARY.to_owned()).unwrap();
    assert_eq!(app.overrides()[0].value(), Some(&"***".into()));
    app.shutdown().unwrap();
    drop(app);
    let app = load(&folder);
    assert_eq!(*app.name(), "");
    let status = app.status().to_string();
    assert!(status.contains("the override of name did not survive"), "{status}");
}

#[test]
fn a_short_text_and_a_text_that_a_source_shows_are_shown() {
    let folder = Folder::with("app.toml", "pw = 'prod'\nmarked = 'web-us'\nnote = 'web-us'");
    let app = load(&folder);
    app.update(|app| app.list = vec!["prod".into(), "web-us".into()]).unwrap();
    assert_eq!(app.overrides()[0].value(), Some(&json!(["prod", "web-us"])));
}

#[test]
fn a_handle_without_sources_masks_a_copied_secret() {
    let app = App::hot_fixed(App {
        pw: Some(CANARY.into()),
        marked: None,
        logins: Vec::new(),
        name: String::new(),
        note: None,
        list: Vec::new(),
        map: BTreeMap::new(),
        part: Part { text: String::new() },
    });
    app.update(|app| app.name = app.pw.as_ref().unwrap().expose().clone()).unwrap();
    assert_eq!(*app.name(), CANARY);
    let said = format!("{:?}{:?}{:?}{}", app.history(), app.overrides(), app.explain_all(), app.status());
    assert!(!said.contains(CANARY), "{said}");
}

#[derive(Clone, Debug, Deserialize, HotConfig)]
struct Tagged {
    #[serde(default)]
    auth: Option<Auth>,
    #[hot(default = "")]
    name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Auth {
    Token { user: String, token: Secret<String> },
}

#[test]
fn a_text_beside_a_secret_is_not_one() {
    let folder =
        Folder::with("app.toml", "auth = { type = 'Token', user = 'alice', token = '${COPIED_PW}' }");
    folder.write(".env", VARIABLES);
    let builder = Tagged::hot_builder().file(folder.path("app.toml")).dotenv(folder.path(".env"));
    let app = builder.watch(false).load().unwrap();
    for (text, shown) in [("alice", json!("alice")), ("Token", json!("Token")), (CANARY, json!("***"))] {
        app.set_name(text.to_owned()).unwrap();
        assert_eq!(app.overrides()[0].value().unwrap(), &shown);
    }
}
