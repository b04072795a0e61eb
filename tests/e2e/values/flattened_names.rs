//! A flattened map has a name in messages, and its keys are watched, explained and overridden like fields.

use std::{collections::BTreeMap, sync::mpsc::channel, time::Duration};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{BOUND, Folder};

type Rest = BTreeMap<String, Value>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    a: u8,
    #[hot(nested)]
    part: Part,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Part {
    #[hot(default = 2)]
    b: u8,
    #[serde(flatten)]
    more: Rest,
}

fn app() -> (Folder, AppHandle) {
    let folder = Folder::with("f.toml", "foo = 1\n[part]\nbar = 2");
    let app = App::hot_builder().file(folder.path("f.toml")).watch(false).load().unwrap();
    (folder, app)
}

fn change(app: &AppHandle) {
    app.set_a(9).unwrap();
    app.update(|app| {
        app.rest.remove("foo");
        app.rest.insert("baz".to_owned(), json!(3));
        app.part.more.insert("qux".to_owned(), json!([4]));
    })
    .unwrap();
}

#[test]
fn the_keys_of_a_flattened_map_are_watched() {
    let (_folder, app) = app();
    let (sender, changes) = channel();
    let watch = |pattern: &str| {
        let sender = sender.clone();
        let pattern_of_call = pattern.to_owned();
        app.watch_pattern(pattern, move |change| {
            sender.send(format!("{pattern_of_call} {change}")).unwrap();
        })
    };
    let _watches = [watch("baz"), watch("part.*"), watch("*"), watch("no"), watch("part.b")];
    change(&app);
    let mut seen: Vec<String> = (0..5).map(|_| changes.recv_timeout(BOUND).unwrap()).collect();
    seen.sort();
    assert_eq!(
        seen,
        [
            "* a: 1 -> 9",
            "* baz: null -> 3",
            "* foo: 1 -> null",
            "baz baz: null -> 3",
            "part.* part.qux: null -> [4]",
        ]
    );
    assert!(changes.recv_timeout(Duration::from_millis(50)).is_err());
}

#[test]
fn a_nested_handle_watches_the_keys_of_its_flattened_map() {
    let (_folder, app) = app();
    let (sender, changes) = channel();
    let _watch = app.part().watch_pattern("*", move |change| sender.send(change.to_string()).unwrap());
    change(&app);
    assert_eq!(changes.recv_timeout(BOUND).unwrap(), "qux: null -> [4]");
}

#[test]
fn a_key_that_an_override_removed_or_added_is_explained() {
    let (_folder, app) = app();
    change(&app);
    let first = |path: &str| app.explain(path).to_string().lines().nth(1).unwrap().to_owned();
    assert_eq!(first("foo"), "  = null from a value set at run time");
    assert_eq!(first("baz"), "  = 3 from a value set at run time");
    assert_eq!(first("part.qux"), "  = [4] from a value set at run time");
    assert_eq!(first("a"), "  = 9 from a value set at run time");
    assert!(first("part.b").starts_with("  = 2 from the default"), "{}", first("part.b"));
    assert_eq!(first("rest"), "  = {\"baz\":3} from a value set at run time");
    assert_eq!(app.explain("part.more").given.len(), 2);
}

#[test]
fn each_flattened_map_has_its_name_in_the_explanation_and_the_status() {
    let (_folder, app) = app();
    let names: Vec<_> = app.explain_all().iter().map(|explained| explained.path.clone()).collect();
    assert_eq!(names, ["a", "part.b", "part.more", "rest"]);
    assert!(!app.explain_all().to_string().contains("the whole"));
    let names: Vec<_> = app.part().explain_all().iter().map(|explained| explained.path.clone()).collect();
    assert_eq!(names, ["b", "more"]);
    change(&app);
    let status = app.status().to_string();
    assert!(status.contains("override rest = {\"baz\":3}, set"), "{status}");
    assert!(status.contains("override part.more = {\"bar\":2,\"qux\":[4]}, set"), "{status}");
}

#[test]
fn a_refusal_names_the_flattened_map() {
    let (folder, app) = app();
    app.update(|app| drop(app.part.more.insert("list".to_owned(), json!([null])))).unwrap();
    for file in ["f.toml", "new.toml"] {
        let report = app.save_overrides(folder.path(file)).unwrap_err().to_string();
        assert!(report.contains("part.more: TOML has no `null`"), "{report}");
    }
    let error = app.update(|app| drop(app.rest.insert("a".to_owned(), json!(7)))).unwrap_err();
    assert_eq!(error.issues().next().unwrap().path(), "rest", "{error}");
}
