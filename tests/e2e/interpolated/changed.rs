//! Writes that change a value next to an interpolated text.

mod many;
mod saved;
mod unwritten;

use std::fs;

use hotswap::{Builder, Error, HotConfig};
use serde::Deserialize;
use serde_json::json;

use crate::support::Folder;

const CANARY: &str = "hunter2canary";

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(default = "")]
    host: String,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    list: Vec<String>,
    #[serde(default)]
    nested: Vec<Vec<String>>,
    #[serde(default)]
    any: serde_json::Value,
}

fn load(folder: &Folder) -> AppHandle {
    let builder: Builder<App> = App::hot_builder().file(folder.path("app.toml")).dotenv(folder.path(".env"));
    builder.watch(false).state_dir(folder.path("state")).load().unwrap()
}

/// Performs the write, compares the stored form, and restarts with a variable that contains a
/// comma.
#[track_caller]
fn after_a_restart(
    text: &str,
    stored: serde_json::Value,
    write: impl FnOnce(&AppHandle) -> Result<u64, Error>,
) -> AppHandle {
    let folder = Folder::with("app.toml", text);
    folder.write(".env", &format!("PW={CANARY}\nHOSTS=first{CANARY},second{CANARY}\n"));
    let app = load(&folder);
    write(&app).unwrap();
    assert_eq!(app.overrides()[0].value(), Some(&stored));
    let path = folder.path("out.toml");
    app.save_overrides(&path).unwrap();
    assert!(!fs::read_to_string(path).unwrap().contains(CANARY));
    app.shutdown().unwrap();
    drop(app);
    folder.write(".env", "PW='hun,ter2'\nHOSTS=a,b\n");
    load(&folder)
}

#[test]
fn a_list_of_one_interpolated_item_stays_a_list() {
    let text = "list = ['${PW}', 'y']";
    let app = after_a_restart(text, json!(["${PW}"]), |app| app.update(|app| drop(app.list.pop())));
    assert_eq!(*app.list(), ["hun,ter2"]);
    let remove = json!([{"op": "remove", "path": "/list/1"}]);
    let app = after_a_restart(text, json!(["${PW}"]), |app| app.patch(remove));
    assert_eq!(*app.list(), ["hun,ter2"]);
    let app = after_a_restart("host = '${PW}'", json!(["${PW}"]), |app| {
        app.update(|app| app.list = vec![app.host.clone()])
    });
    assert_eq!(*app.list(), ["hun,ter2"]);
    let app = after_a_restart("any = ['${PW}', 'y']", json!(["${PW}"]), |app| {
        app.update(|app| drop(app.any.as_array_mut().unwrap().pop()))
    });
    assert_eq!(*app.any(), json!(["hun,ter2"]));
}

#[test]
fn a_list_of_one_interpolated_item_inside_another_list() {
    let text = "nested = [['${PW}', 'y']]";
    let app = after_a_restart(text, json!([["${PW}"]]), |app| app.update(|app| drop(app.nested[0].pop())));
    assert_eq!(*app.nested(), [["hun,ter2"]]);
}

/// Each item comes before the text that contains both.
#[test]
fn items_with_templates_keep_them_where_another_text_is_the_whole_list() {
    let text = "list = ['first${PW}', 'second${PW}', 'y']\nhosts = '${HOSTS}'";
    let app = after_a_restart(text, json!(["first${PW}", "second${PW}"]), |app| {
        app.update(|app| drop(app.list.pop()))
    });
    assert_eq!(*app.list(), ["firsthun,ter2", "secondhun,ter2"]);
    let app = after_a_restart("hosts = '${HOSTS}'", json!("${HOSTS}"), |app| {
        app.update(|app| app.list.clone_from(&app.hosts))
    });
    assert_eq!(*app.list(), ["a", "b"]);
}
