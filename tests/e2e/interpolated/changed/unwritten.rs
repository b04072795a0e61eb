//! Patches of types that cannot be written: their document contains the values of the sources.

use std::fs;

use hotswap::{Builder, Error, HotConfig};
use serde::Deserialize;
use serde_json::json;

use super::CANARY;
use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Unwritten {
    text: String,
    #[serde(default)]
    n: u32,
}

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    one: Unwritten,
    many: Vec<Unwritten>,
    #[hot(default = "")]
    name: String,
}

const TEXT: &str = "
one = { text = '${PW}one', n = '${N}' }
many = [{ text = '${PW}first' }, { text = 'plain' }]
";

/// After the patch, after a restart with other variables, and as it is saved.
#[track_caller]
fn patched(write: impl FnOnce(&AppHandle) -> Result<u64, Error>, assert: impl Fn(&App, &str, u32)) {
    let folder = Folder::with("app.toml", TEXT);
    folder.write(".env", &format!("PW={CANARY}1\nN=1\n"));
    let load = || {
        let builder: Builder<App> =
            App::hot_builder().file(folder.path("app.toml")).dotenv(folder.path(".env"));
        builder.watch(false).state_dir(folder.path("state")).load().unwrap()
    };
    let app = load();
    write(&app).unwrap();
    assert(&app.load(), &format!("{CANARY}1"), 1);
    app.reload().unwrap();
    assert(&app.load(), &format!("{CANARY}1"), 1);
    app.save(folder.path("out.toml")).unwrap();
    let saved = fs::read_to_string(folder.path("out.toml")).unwrap();
    assert!(!saved.contains("$${") && !saved.contains(CANARY), "{saved}");
    app.shutdown().unwrap();
    drop(app);
    folder.write(".env", &format!("PW={CANARY}2\nN=2\n"));
    assert(&load().load(), &format!("{CANARY}2"), 2);
}

#[test]
fn a_field_beside_an_interpolated_text() {
    patched(
        |app| app.merge_patch(json!({"one": {"n": 4}})),
        |app, word, _| assert_eq!(app.one, Unwritten { text: format!("{word}one"), n: 4 }),
    );
    patched(
        |app| app.patch(json!([{"op": "replace", "path": "/one/text", "value": "new"}])),
        |app, _, n| assert_eq!(app.one, Unwritten { text: "new".into(), n }),
    );
}

#[test]
fn an_item_beside_an_interpolated_text() {
    let add = json!([{"op": "add", "path": "/many/-", "value": {"text": "z"}}]);
    patched(
        |app| app.patch(add.clone()),
        |app, word, _| {
            assert_eq!(app.many[0].text, format!("{word}first"));
            assert_eq!((app.many.len(), &*app.many[2].text), (3, "z"));
        },
    );
}

#[test]
fn copies_and_tests_of_an_interpolated_text() {
    let copy = json!([
        {"op": "test", "path": "/one/text", "value": format!("{CANARY}1one")},
        {"op": "copy", "from": "/one/text", "path": "/name"},
    ]);
    patched(
        |app| {
            let template = json!([{"op": "test", "path": "/one/text", "value": "${PW}one"}]);
            app.patch(template).unwrap_err();
            app.patch(copy.clone())
        },
        |app, word, _| assert_eq!(app.name, format!("{word}one")),
    );
}
