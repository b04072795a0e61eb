//! An element that a patch adds twice to a set is stored once.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = ["p"])]
    names: BTreeSet<String>,
    #[hot(default = [1])]
    ports: HashSet<u16>,
    #[hot(default = ["p"])]
    list: Vec<String>,
    groups: BTreeMap<String, BTreeSet<String>>,
}

/// The saved file, with lists in which a doubled element would be visible.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Lists {
    names: Vec<String>,
    ports: Vec<u16>,
    list: Vec<String>,
    groups: BTreeMap<String, Vec<String>>,
}

#[test]
fn a_doubled_element_of_a_set_is_stored_and_saved_once() {
    for file in ["a.toml", "a.yaml", "a.json"] {
        let text = if file == "a.json" { r#"{"groups": {}}"# } else { "groups = {}" };
        let folder = Folder::with(file, if file == "a.yaml" { "groups: {}" } else { text });
        let app = App::hot_builder().file(folder.path(file)).watch(false).load().unwrap();
        let add = |path: &str, value| json!({"op": "add", "path": path, "value": value});
        app.patch(json!([add("/names/-", json!("q")), add("/names/-", json!("q"))])).unwrap();
        app.patch(json!([add("/ports/-", json!(1)), add("/ports/-", json!(2))])).unwrap();
        app.merge_patch(json!({"groups": {"g": ["x", "x", "y"]}, "list": ["q", "q"]})).unwrap();
        let shown = |path: &str| {
            let overrides = app.overrides();
            overrides.iter().find(|value| value.path() == path).unwrap().value().unwrap().clone()
        };
        assert_eq!(shown("names"), json!(["p", "q"]));
        assert_eq!(shown("ports"), json!([1, 2]));
        assert_eq!(shown("groups"), json!({"g": ["x", "y"]}));
        assert_eq!(shown("list"), json!(["q", "q"]));
        app.save_overrides(folder.path(file)).unwrap();
        let saved = Lists::hot_builder().file(folder.path(file)).watch(false).load().unwrap();
        assert_eq!(*saved.names(), ["p", "q"]);
        assert_eq!(*saved.ports(), [1, 2]);
        assert_eq!(saved.groups()["g"], ["x", "y"]);
    }
}
