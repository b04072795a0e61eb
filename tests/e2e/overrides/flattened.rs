//! Clearing the override of a flattened field does not affect the fields next to it.

use std::{borrow::Cow, collections::BTreeMap};

use hotswap::{HotConfig, Secret};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::Folder;

type Rest = BTreeMap<String, Value>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Flat {
    #[hot(default = 1)]
    a: u8,
    #[hot(default = 2)]
    b: u8,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Outer {
    #[hot(default = 1)]
    n: u8,
    #[hot(nested)]
    part: Flat,
    #[hot(nested)]
    #[serde(flatten)]
    limits: Limits,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Limits {
    #[hot(default = 3)]
    low: u8,
    #[hot(default = 4)]
    high: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Coords {
    x: i32,
    y: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Sink {
    Stdout,
    File { path: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Several {
    #[hot(default = 1)]
    a: u8,
    #[serde(flatten)]
    pos: Option<Coords>,
    #[serde(flatten)]
    sink: Sink,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Guarded {
    #[hot(secret)]
    #[hot(default = "")]
    password: Secret<String>,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

fn flat() -> (Folder, FlatHandle) {
    let folder = Folder::with("a.toml", "foo = 1");
    let config = Flat::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
    config.set_a(9).unwrap();
    config.set_b(8).unwrap();
    config.update(|c| drop(c.rest.insert("key".to_owned(), json!("v")))).unwrap();
    (folder, config)
}

fn outer() -> OuterHandle {
    let folder = Folder::with("a.yaml", "part: {}");
    let config = Outer::hot_builder().file(folder.path("a.yaml")).watch(false).load().unwrap();
    config
        .update(|c| {
            (c.n, c.part.a, c.limits.low, c.limits.high) = (5, 6, 7, 8);
            c.part.rest.insert("key".to_owned(), json!([1]));
        })
        .unwrap();
    config
}

fn several() -> (Folder, SeveralHandle) {
    let folder = Folder::with("a.json", r#"{"x": 1, "y": 2, "kind": "file", "path": "p", "left": true}"#);
    let config = Several::hot_builder().file(folder.path("a.json")).watch(false).load().unwrap();
    config
        .update(|c| {
            c.a = 9;
            c.pos = Some(Coords { x: 5, y: 6 });
            c.sink = Sink::Stdout;
            c.rest = BTreeMap::from([("right".to_owned(), json!(false))]);
        })
        .unwrap();
    (folder, config)
}

fn paths(overrides: &[hotswap::Override]) -> Vec<&str> {
    overrides.iter().map(hotswap::Override::path).collect()
}

#[test]
fn the_typed_path_of_a_flattened_map_clears_only_the_map() {
    let (_folder, config) = flat();
    config.clear_override(Flat::paths().rest()).unwrap();
    let now = config.snapshot();
    assert_eq!((now.a, now.b, &now.rest), (9, 8, &BTreeMap::from([("foo".to_owned(), json!(1))])));
    let version = config.version();
    assert_eq!(config.clear_override(Flat::paths().rest()).unwrap(), version);
}

#[test]
fn the_name_of_a_flattened_map_clears_only_the_map() {
    let (_folder, config) = flat();
    config.clear_override("rest").unwrap();
    let now = config.snapshot();
    assert_eq!((now.a, now.b, now.rest.contains_key("key")), (9, 8, false));
    let report = config.clear_override("rest.key").unwrap_err().to_string();
    assert!(report.contains("`rest.key` is a part of `rest`, which is set as a whole"), "{report}");
}

#[test]
fn each_listed_override_of_flattened_fields_can_be_cleared_by_its_path() {
    let (_folder, config) = flat();
    assert_eq!(paths(&config.overrides()), ["rest", "a", "b"]);
    config.clear_override(config.overrides()[0].path()).unwrap();
    assert_eq!(paths(&config.overrides()), ["a", "b"]);

    let config = outer();
    assert_eq!(paths(&config.overrides()), ["high", "low", "n", "part.rest", "part.a"]);
    config.clear_override(config.overrides()[3].path()).unwrap();
    assert_eq!(paths(&config.overrides()), ["high", "low", "n", "part.a"]);

    let (_folder, config) = several();
    assert_eq!(paths(&config.overrides()), ["rest", "a", "kind", "path", "x", "y"]);
    for (path, left) in [("rest", 5), ("x", 4), ("y", 3), ("a", 2)] {
        config.clear_override(path).unwrap();
        assert_eq!(config.overrides().len(), left, "{path}");
    }
}

#[test]
fn a_flattened_map_inside_a_nested_struct_is_cleared_alone() {
    let clears: [fn(&OuterHandle); 4] = [
        |config| assert!(config.clear_override(Outer::paths().part().rest()).is_ok()),
        |config| assert!(config.part().clear_override(Flat::paths().rest()).is_ok()),
        |config| assert!(config.part().clear_override("rest").is_ok()),
        |config| assert!(config.clear_override(String::from("part.rest")).is_ok()),
    ];
    for clear in clears {
        let config = outer();
        clear(&config);
        let now = config.snapshot();
        assert_eq!((now.n, now.part.a, now.limits.low, now.part.rest.len()), (5, 6, 7, 0));
    }
}

#[test]
fn the_paths_of_a_nested_struct_clear_everything_below_it() {
    let config = outer();
    config.clear_override(Outer::paths().part()).unwrap();
    let now = config.snapshot();
    assert_eq!((now.n, now.part.a, now.part.rest.len(), now.limits.low), (5, 1, 0, 7));
    config.clear_override(Outer::paths()).unwrap();
    assert_eq!(config.overrides(), []);
}

#[test]
fn a_flattened_struct_is_cleared_alone() {
    let clears: [fn(&OuterHandle); 4] = [
        |config| assert!(config.clear_override(Outer::paths().limits()).is_ok()),
        |config| assert!(config.clear_override(*Outer::paths().limits()).is_ok()),
        |config| assert!(config.clear_override(Cow::Borrowed("limits")).is_ok()),
        |config| assert!(config.limits().clear_override(*Limits::paths()).is_ok()),
    ];
    for clear in clears {
        let config = outer();
        clear(&config);
        let now = config.snapshot();
        assert_eq!((now.n, now.part.a, now.limits.low, now.limits.high), (5, 6, 3, 4));
        assert_eq!(now.part.rest.len(), 1);
    }
}

#[test]
fn each_of_several_flattened_fields_of_a_table_is_cleared_alone() {
    let (_folder, config) = several();
    config.clear_override(Several::paths().pos()).unwrap();
    let now = config.snapshot();
    assert_eq!((now.a, now.pos.clone(), &now.sink), (9, Some(Coords { x: 1, y: 2 }), &Sink::Stdout));
    assert!(now.rest.contains_key("right"));

    let (_folder, config) = several();
    config.clear_override(Several::paths().sink()).unwrap();
    let now = config.snapshot();
    assert_eq!((now.a, now.pos.clone()), (9, Some(Coords { x: 5, y: 6 })));
    assert_eq!(now.sink, Sink::File { path: "p".to_owned() });
    assert!(now.rest.contains_key("right"));

    let (_folder, config) = several();
    config.clear_override(Several::paths().rest()).unwrap();
    let now = config.snapshot();
    assert_eq!((now.a, now.pos.clone(), &now.sink), (9, Some(Coords { x: 5, y: 6 }), &Sink::Stdout));
    assert_eq!(now.rest, BTreeMap::from([("left".to_owned(), json!(true))]));
}

#[test]
fn a_secret_beside_a_flattened_map_does_not_hide_the_override_of_the_map() {
    let folder = Folder::with("a.toml", "foo = 'x'");
    let config = Guarded::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
    config.update(|c| drop(c.rest.insert("key".to_owned(), "v".to_owned()))).unwrap();
    config.set_password(Secret::new("hunter2".to_owned())).unwrap();
    let overrides = config.overrides();
    assert_eq!(paths(&overrides), ["rest", "password"]);
    assert_eq!(overrides[0].value(), Some(&json!({"foo": "x", "key": "v"})));
    assert_eq!(overrides[1].value(), Some(&json!("***")));
}
