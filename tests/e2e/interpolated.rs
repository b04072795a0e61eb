//! Interpolated text is shown and stored in its form before interpolation; only the value itself has the result.

mod changed;
mod checks;
mod moved;
mod normalised;
mod ordered;
mod panics;
mod reasons;

use std::{
    collections::BTreeMap,
    fs,
    sync::{Mutex, mpsc},
};

use hotswap::{Builder, HotConfig};
use serde::{Deserialize, Serialize};

use crate::support::{BOUND, Folder};

const CANARY: &str = "hunter2canary";

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    url: String,
    #[serde(default)]
    urls: Vec<String>,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    map: BTreeMap<String, String>,
    #[hot(nested)]
    db: Database,
    #[hot(nested)]
    replica: Option<Database>,
    #[serde(default)]
    sink: Sink,
    #[serde(default)]
    renamed: Renamed,
    #[serde(default)]
    mute: Option<Mute>,
    #[hot(default = 1)]
    port: u16,
    #[hot(restart, default = "")]
    held: String,
    #[hot(default = 1)]
    n: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Database {
    url: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Sink {
    #[default]
    None,
    Net {
        addr: String,
    },
}

/// Written in another form than it is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Renamed {
    #[serde(rename(deserialize = "from", serialize = "to"))]
    text: String,
}

/// Not written at all.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Mute {
    text: String,
}

fn text(n: u32) -> String {
    format!(
        "n = {n}
url = 'pg://app:${{DBPW}}@a/db{n}'
urls = ['pg://${{DBPW}}@a', 'x{n}']
hosts = '${{HOSTS}}'
port = '${{PORT}}'
held = 'held {n} ${{DBPW}}'
[map]
a = '${{DBPW:x}} {n}'
[db]
url = 'pg://${{DBPW}}@db{n}'
[replica]
url = 'pg://${{DBPW}}@replica{n}'
[sink]
type = 'net'
addr = '${{DBPW}}:{n}'
[renamed]
from = '${{DBPW}} {n}'
[mute]
text = '${{DBPW}} {n}'
"
    )
}

fn variables(suffix: &str) -> String {
    format!("DBPW={CANARY}{suffix}\nHOSTS=a{suffix},{CANARY}{suffix}\nPORT=77{suffix}\n")
}

fn folder() -> Folder {
    let folder = Folder::with("app.toml", &text(1));
    folder.write(".env", &variables("1"));
    folder
}

fn builder(folder: &Folder) -> Builder<App> {
    App::hot_builder().file(folder.path("app.toml")).dotenv(folder.path(".env")).watch(false)
}

fn state(folder: &Folder) -> String {
    let entries = fs::read_dir(folder.path("state")).unwrap();
    entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

/// All outputs of a running configuration.
fn said(app: &AppHandle) -> String {
    let newest = app.history().last().unwrap().version;
    let diffs: Vec<_> = (1..newest).map(|version| app.diff(version, newest).unwrap()).collect();
    let history = app.history();
    let mut said = format!("{history:#?}{}{diffs:#?}", serde_json::to_string(&history).unwrap());
    said += &format!("{:?}{}{:?}", app.explain_all(), app.explain_all(), app.overrides());
    said += &format!("{:?}{}", app.pending_restart(), serde_json::to_string(&app.status()).unwrap());
    said
}

#[track_caller]
fn assert_silent(said: &str) {
    let at = said.find(CANARY);
    assert!(at.is_none(), "{}", &said[at.unwrap_or(0).saturating_sub(200)..]);
}

#[test]
fn an_edit_and_a_new_variable_are_told_by_templates() {
    let folder = folder();
    let app = builder(&folder).state_dir(folder.path("state")).load().unwrap();
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let _subscription = app.watch_pattern("**", move |field| {
        tell.lock().unwrap().send(format!("{field} {field:?}")).unwrap();
    });
    folder.write("app.toml", &text(2));
    app.reload().unwrap();
    assert_eq!(*app.url(), format!("pg://app:{CANARY}1@a/db2"));
    let mut said = said(&app);
    // All except the pending field, and those whose result is the same.
    said.extend((0..8).map(|_| told.recv_timeout(BOUND).unwrap()));
    folder.write(".env", &variables("2"));
    app.reload().unwrap();
    assert_eq!((app.port(), app.hosts()[1].as_str()), (772, "hunter2canary2"));
    said += &self::said(&app);
    app.flush_state().unwrap();
    assert_silent(&(said + &state(&folder)));

    let shown = |version: usize, path: &str| {
        let record = &app.history()[version - 1];
        let change = record.changes.iter().find(|change| change.path() == path);
        change.map(|change| (change.old().clone(), change.new().clone()))
    };
    let pair = |old: &str, new: &str| Some((old.into(), new.into()));
    assert_eq!(shown(2, "url"), pair("pg://app:${DBPW}@a/db1", "pg://app:${DBPW}@a/db2"));
    assert_eq!(shown(2, "sink.addr"), pair("${DBPW}:1", "${DBPW}:2"));
    assert_eq!(shown(2, "urls[1]"), pair("x1", "x2"));
    // Only the variable differs.
    assert_eq!(shown(3, "urls[0]"), pair("pg://${DBPW}@a", "pg://${DBPW}@a"));
    assert_eq!(shown(3, "port"), pair("${PORT}", "${PORT}"));
    assert_eq!(shown(3, "hosts"), pair("${HOSTS}", "${HOSTS}"));
}

#[test]
fn a_write_beside_it_stores_the_template_and_a_restart_resolves_it() {
    let folder = folder();
    let load = || builder(&folder).state_dir(folder.path("state")).load().unwrap();
    let app = load();
    app.update(|app| app.urls.push("y".into())).unwrap();
    app.update(|app| app.urls.insert(0, "first".into())).unwrap();
    let patch = serde_json::json!({"urls": ["first", format!("pg://{CANARY}1@a"), "z"]});
    app.merge_patch(patch).unwrap();
    app.set_n(9).unwrap();
    assert_eq!(app.urls()[1], format!("pg://{CANARY}1@a"));
    let said = said(&app);
    app.flush_state().unwrap();
    assert_silent(&(said + &state(&folder)));
    drop(app);

    folder.write(".env", &variables("2"));
    let app = load();
    assert_eq!(app.urls()[..2], ["first".to_owned(), format!("pg://{CANARY}2@a")]);
    app.flush_state().unwrap();
    assert_silent(&(self::said(&app) + &state(&folder)));
}

/// No template gives an item of `${HOSTS}` alone, so such an override is not kept over a restart.
#[test]
fn an_item_of_interpolated_text_is_shown_by_the_template_of_the_whole() {
    let folder = folder();
    let load = || builder(&folder).state_dir(folder.path("state")).load().unwrap();
    let app = load();
    app.update(|app| app.hosts.push("last".into())).unwrap();
    app.set_n(9).unwrap();
    assert_eq!(app.hosts()[1..], [format!("{CANARY}1"), "last".into()]);
    let path = folder.path("overrides.toml");
    app.save_overrides(&path).unwrap();
    let saved = fs::read_to_string(path).unwrap();
    assert!(saved.contains("hosts") && saved.contains("n = 9"), "{saved}");
    app.flush_state().unwrap();
    assert_silent(&(said(&app) + &state(&folder) + &saved));
    assert_eq!(app.overrides()[0].value(), Some(&serde_json::json!(["${HOSTS}", "${HOSTS}", "last"])));
    drop(app);

    let app = load();
    assert_eq!((app.n(), app.hosts().len()), (9, 2));
    let status = format!("{:?}", app.status());
    assert!(status.contains("the override of hosts did not survive"), "{status}");
}

#[test]
fn a_value_that_is_set_to_look_like_a_template_is_text() {
    let folder = folder();
    let load = || builder(&folder).state_dir(folder.path("state")).load().unwrap();
    let app = load();
    app.set_url("${DBPW}".into()).unwrap();
    drop(app);
    assert_eq!(*load().url(), "${DBPW}");
}

#[test]
fn what_is_saved_has_the_template() {
    let folder = folder();
    let app = builder(&folder).load().unwrap();
    app.update(|app| app.urls.push("${literal}".into())).unwrap();
    for name in ["out.toml", "out.yaml", "out.json"] {
        app.save(folder.path(name)).unwrap();
        let saved = fs::read_to_string(folder.path(name)).unwrap();
        assert_silent(&saved);
        assert!(saved.contains("pg://app:${DBPW}@a/db1"), "{saved}");
        let again = App::hot_builder().file(folder.path(name)).dotenv(folder.path(".env")).check().unwrap();
        assert_eq!((again.url, again.urls), ((*app.url()).clone(), (*app.urls()).clone()));
    }
    app.save_overrides(folder.path("overrides.toml")).unwrap();
    let saved = fs::read_to_string(folder.path("overrides.toml")).unwrap();
    assert!(saved.contains("pg://${DBPW}@a") && saved.contains("$${literal}"), "{saved}");
    assert_silent(&saved);
}

#[test]
fn what_a_rule_refuses_is_told_by_its_template() {
    let folder = folder();
    folder.write("app.toml", &text(1).replace("port = '${PORT}'", "port = 'x${DBPW}'"));
    let error = builder(&folder).check().unwrap_err();
    assert_silent(&format!("{error} {error:?} {}", error.report()));
    assert!(error.to_string().contains("x${DBPW}"), "{error}");
}
