//! Interpolated text that a write copies to another field keeps its template.

use std::{collections::BTreeMap, fs};

use hotswap::{Builder, Error, HotConfig};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::Folder;

const CANARY: &str = "hunter2canary";

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    url: String,
    #[hot(default = "")]
    name: String,
    #[hot(default = 1)]
    port: u16,
    #[hot(default = 2)]
    admin: u16,
    #[serde(default)]
    urls: Vec<String>,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    list: Vec<String>,
    #[serde(default)]
    map: BTreeMap<String, String>,
    #[hot(nested)]
    db: Database,
    #[hot(nested)]
    replica: Option<Database>,
    #[serde(default)]
    sinks: Vec<Sink>,
    #[hot(default = "web-eu")]
    region: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Database {
    url: String,
    #[hot(default = "")]
    note: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Sink {
    Net { addr: String },
}

const TEXT: &str = "url = 'pg://app:${DBPW}@a'
port = '${PORT}'
urls = ['pg://${DBPW}@b', 'x']
hosts = '${HOSTS}'
[db]
url = '${DBPW}'
[map]
literal = 'web-us'
[[sinks]]
type = 'net'
addr = '${REGION}:${DBPW}'
";

fn variables(suffix: &str) -> String {
    format!("DBPW={CANARY}{suffix}\nPORT=77{suffix}\nHOSTS=h,{CANARY}h{suffix}\nREGION=web-us\nSHORT=eu\n")
}

fn folder() -> Folder {
    let folder = Folder::with("app.toml", TEXT);
    folder.write(".env", &variables("1"));
    folder
}

fn load(folder: &Folder) -> AppHandle {
    let builder: Builder<App> = App::hot_builder().file(folder.path("app.toml")).dotenv(folder.path(".env"));
    builder.watch(false).state_dir(folder.path("state")).load().unwrap()
}

/// All stored and displayed forms of the configuration.
fn stored(app: &AppHandle, folder: &Folder) -> String {
    app.flush_state().unwrap();
    let mut said = format!("{:?}{:?}{:?}", app.history(), app.overrides(), app.explain_all());
    for name in ["out.toml", "out.yaml", "out.json"] {
        let path = folder.path(name);
        app.save_overrides(&path).unwrap();
        said += &fs::read_to_string(&path).unwrap();
        fs::remove_file(path).unwrap();
    }
    let entries = fs::read_dir(folder.path("state")).unwrap();
    said + &entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect::<String>()
}

/// Performs the write, searches the text of the variable in everything that is stored, and restarts with
/// another text.
#[track_caller]
fn after_a_restart(write: impl FnOnce(&AppHandle) -> Result<u64, Error>) -> AppHandle {
    let folder = folder();
    let app = load(&folder);
    write(&app).unwrap();
    let said = stored(&app, &folder);
    let at = said.find(CANARY);
    assert!(at.is_none(), "{}", &said[at.unwrap_or(0).saturating_sub(300)..]);
    app.shutdown().unwrap();
    drop(app);
    folder.write(".env", &variables("2"));
    load(&folder)
}

fn patched(operations: serde_json::Value) -> AppHandle {
    after_a_restart(|app| app.patch(operations))
}

#[test]
fn copy_and_move_take_the_template_along() {
    let url = format!("pg://app:{CANARY}2@a");
    let copied = |path: &str| patched(json!([{"op": "copy", "from": "/url", "path": path}]));
    assert_eq!(*copied("/name").name(), url);
    assert_eq!(*copied("/list/0").list(), [&*url]);
    assert_eq!(copied("/map/new").map()["new"], url);
    assert_eq!(*copied("/db/note").db().note(), url);
    assert_eq!(copied("/urls/1").urls()[..2], [format!("pg://{CANARY}2@b"), url.clone()]);
    assert_eq!(*copied("/sinks/0/addr").sinks(), [Sink::Net { addr: url }]);
}

#[test]
fn whole_tables_and_items_of_lists_take_their_templates_along() {
    let app = patched(json!([{"op": "copy", "from": "/db", "path": "/replica"}]));
    assert_eq!(app.replica().as_ref().unwrap().url, format!("{CANARY}2"));
    let app = patched(json!([{"op": "move", "from": "/urls/0", "path": "/list/0"}]));
    assert_eq!((&app.urls()[..], &app.list()[..]), (&["x".into()][..], &[format!("pg://{CANARY}2@b")][..]));
    let app = patched(json!([{"op": "copy", "from": "/urls", "path": "/list"}]));
    assert_eq!(*app.list(), *app.urls());
    let app = patched(json!([{"op": "copy", "from": "/sinks/0", "path": "/sinks/1"}]));
    assert_eq!(app.sinks()[1], Sink::Net { addr: format!("web-us:{CANARY}2") });
}

#[test]
fn several_operations_take_it_on() {
    let app = patched(json!([
        {"op": "test", "path": "/port", "value": 771},
        {"op": "copy", "from": "/port", "path": "/admin"},
        {"op": "copy", "from": "/url", "path": "/name"},
        {"op": "move", "from": "/name", "path": "/list/0"},
        {"op": "copy", "from": "/list/0", "path": "/map/x"},
        {"op": "replace", "path": "/list/0", "value": "literal"},
    ]));
    assert_eq!((app.admin(), &app.map()["x"]), (772, &format!("pg://app:{CANARY}2@a")));
    assert_eq!((&**app.name(), &*app.list()[0]), ("", "literal"));
}

/// No template gives one item of `${HOSTS}`, so such an override ends with the process.
#[test]
fn an_item_of_interpolated_text_is_not_stored() {
    let app = patched(json!([{"op": "copy", "from": "/hosts/1", "path": "/name"}]));
    assert_eq!(*app.name(), "");
    let status = format!("{:?}", app.status());
    assert!(status.contains("the override of name did not survive"), "{status}");
}

#[test]
fn a_closure_that_copies_the_text_stores_the_template() {
    let url = format!("pg://app:{CANARY}2@a");
    let app = after_a_restart(|app| app.update(|app| app.name.clone_from(&app.url)));
    assert_eq!(*app.name(), url);
    let app = after_a_restart(|app| app.update(|app| app.list.push(app.urls[0].clone())));
    assert_eq!(*app.list(), [format!("pg://{CANARY}2@b")]);
    let app = after_a_restart(|app| app.update(|app| drop(app.map.insert("new".into(), app.url.clone()))));
    assert_eq!((&app.map()["new"], &*app.map()["literal"]), (&url, "web-us"));
    let app = after_a_restart(|app| app.update(|app| app.replica = Some(app.db.clone())));
    assert_eq!(app.replica().as_ref().unwrap().url, format!("{CANARY}2"));
    let app =
        after_a_restart(|app| app.update(|app| app.sinks.insert(0, Sink::Net { addr: app.url.clone() })));
    assert_eq!(app.sinks()[0], Sink::Net { addr: url.clone() });
    let app = after_a_restart(|app| app.set_name((*app.url()).clone()));
    assert_eq!(*app.name(), url);
    let app = after_a_restart(|app| app.merge_patch(json!({ "name": *app.url() })));
    assert_eq!(*app.name(), url);
}

/// A list that was one text is one text again.
#[test]
fn a_closure_that_copies_a_whole_list_stores_its_template() {
    let app = after_a_restart(|app| app.update(|app| app.list.clone_from(&app.hosts)));
    assert_eq!(*app.list(), *app.hosts());
    assert_eq!(app.hosts()[1], format!("{CANARY}h2"));
    let app = patched(json!([{"op": "copy", "from": "/hosts", "path": "/list"}]));
    assert_eq!(*app.list(), *app.hosts());
}

/// `web-us` is written literally in the file, so it may be intended; two letters are treated as
/// intended, too.
#[test]
fn a_literal_stays_what_it_is() {
    let folder = folder();
    folder.write("app.toml", &TEXT.replace("port = ", "region = '${REGION}'\nname = '${SHORT}'\nport = "));
    let app = load(&folder);
    app.update(|app| app.list = vec!["web-us".into(), "eu".into()]).unwrap();
    app.set_admin(771).unwrap();
    app.shutdown().unwrap();
    drop(app);
    folder.write(".env", &variables("2").replace("web-us", "web-eu").replace("=eu", "=us"));
    let app = load(&folder);
    assert_eq!((&app.list()[..], app.admin()), (&["web-us".to_owned(), "eu".to_owned()][..], 771));
}

/// The marks of interpolated values are internal to the patch.
#[test]
fn a_text_that_looks_like_a_mark_is_text() {
    let app = patched(json!([{"op": "add", "path": "/name", "value": "\u{0}0"}]));
    assert_eq!(*app.name(), "\u{0}0");
}
