//! A saved value is complete: text that no file can have leaves out the field, not a part of it.

use std::{collections::BTreeMap, fs};

use hotswap::{Builder, HotConfig};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value as Json, json};

use super::CANARY;
use crate::support::Folder;

/// Written with a slash at its end.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Url(String);

impl<'de> Deserialize<'de> for Url {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(format!("{}/", text.trim_end_matches('/'))))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    dsn: String,
}

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    url: Url,
    #[serde(default)]
    map: BTreeMap<String, Json>,
    #[serde(default)]
    logins: BTreeMap<String, Login>,
    #[serde(default)]
    any: Json,
    login: Option<Login>,
    #[hot(default = 1)]
    n: u32,
    #[serde(flatten)]
    rest: BTreeMap<String, Json>,
}

struct Saved {
    app: App,
    file: String,
}

const NAMES: [&str; 3] = ["out.toml", "out.yaml", "out.json"];

/// What a restart reads of the value that `change` makes, for a file that says `before`.
#[track_caller]
fn saved_over(name: &str, before: &str, whole: bool, change: impl Fn(&mut App)) -> Saved {
    let folder = Folder::with("app.toml", "url = 'h://${PW}@a'");
    folder.write(".env", &format!("PW={CANARY}\n"));
    let path = folder.path(name);
    fs::write(&path, before).unwrap();
    let builder = || -> Builder<App> {
        let builder = App::hot_builder().file(folder.path("app.toml")).file(&path);
        builder.dotenv(folder.path(".env")).watch(false)
    };
    let app = builder().load().unwrap();
    app.update(change).unwrap();
    if whole { app.save(&path) } else { app.save_overrides(&path) }.unwrap();
    let file = fs::read_to_string(&path).unwrap();
    assert!(!file.contains(CANARY), "{file}");
    Saved { app: builder().check().unwrap(), file }
}

#[track_caller]
fn saved(change: impl Fn(&mut App), check: impl Fn(&App)) {
    for (name, before) in NAMES.into_iter().zip(["n = 3\n", "n: 3\n", "{\"n\": 3}\n"]) {
        for whole in [false, true] {
            let Saved { app, file } = saved_over(name, before, whole, |app| {
                change(app);
                app.n = 2;
            });
            assert_eq!(app.n, 2, "{file}");
            check(&app);
        }
    }
}

fn login(app: &App) -> Login {
    Login { user: "u".into(), dsn: app.url.0.clone() }
}

#[test]
fn a_map_with_such_a_text_in_an_entry() {
    saved(
        |app| drop(app.map.insert("db".into(), json!(login(app)))),
        |app| assert_eq!(app.map, BTreeMap::new()),
    );
    saved(
        |app| drop(app.logins.insert("db".into(), login(app))),
        |app| assert_eq!(app.logins, BTreeMap::new()),
    );
    let change = |app: &mut App| drop(app.logins.insert("db".into(), login(app)));
    let Saved { file, .. } = saved_over("out.toml", "n = 3\n", false, change);
    assert!(file.contains("logins holds text from variables that a file cannot name"), "{file}");
}

#[test]
fn a_table_and_a_list_with_such_a_text() {
    saved(|app| app.any = json!(login(app)), |app| assert_eq!(app.any, json!(null)));
    saved(|app| app.any = json!([login(app)]), |app| assert_eq!(app.any, json!(null)));
    saved(|app| app.any = json!({"a": [{"b": login(app)}]}), |app| assert_eq!(app.any, json!(null)));
    saved(|app| app.login = Some(login(app)), |app| assert_eq!(app.login, None));
}

#[test]
fn an_entry_of_a_flattened_map_with_such_a_text() {
    saved(
        |app| {
            let entry = json!(login(app));
            app.rest.extend([("db".into(), entry), ("other".into(), json!({"user": "u"}))]);
        },
        |app| assert_eq!(app.rest, BTreeMap::from([("other".into(), json!({"user": "u"}))])),
    );
}

#[test]
fn the_other_part_is_not_written_beside_another_text_of_the_file() {
    let before = "n = 3\n[logins.db]\nuser = 'a'\ndsn = 'other'\n";
    for whole in [false, true] {
        let change = |app: &mut App| drop(app.logins.insert("db".into(), login(app)));
        let Saved { app, file } = saved_over("out.toml", before, whole, change);
        let old = Login { user: "a".into(), dsn: "other".into() };
        assert_eq!(app.logins["db"], old, "{file}");
    }
}

#[test]
fn the_other_part_is_written_beside_the_same_text_of_the_file() {
    let before = "n = 3\n[logins.db]\nuser = 'a'\ndsn = 'h://${PW}@a/'\n";
    for whole in [false, true] {
        let change = |app: &mut App| drop(app.logins.insert("db".into(), login(app)));
        let Saved { app, file } = saved_over("out.toml", before, whole, change);
        assert_eq!(app.logins["db"], Login { user: "u".into(), dsn: format!("h://{CANARY}@a/") }, "{file}");
    }
}

#[test]
fn a_map_without_such_a_text() {
    saved(
        |app| drop(app.map.insert("db".into(), json!({"user": "u"}))),
        |app| assert_eq!(app.map["db"], json!({"user": "u"})),
    );
}
