//! Fields without a value in flattened structs.

use std::{collections::BTreeMap, fs};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::support::toml;
use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Coords {
    x: i32,
    y: Option<i32>,
    z: Option<Deep>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Deep {
    a: Option<i32>,
    b: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Holes {
    #[hot(default = 1)]
    n: u32,
    #[serde(flatten)]
    pos: Coords,
    #[serde(flatten)]
    extra: BTreeMap<String, Option<u8>>,
}

const FILES: [&str; 3] = ["a.toml", "a.yaml", "a.json"];

fn saved(file: serde_json::Value, set: impl Fn(&HolesHandle)) {
    for name in FILES {
        for whole in [false, true] {
            let folder = Folder::with(name, &if name == "a.toml" { toml(&file) } else { file.to_string() });
            let path = folder.path(name);
            let builder = || Holes::hot_builder().file(&path).watch(false);
            let config = builder().load().unwrap();
            set(&config);
            let saved = || if whole { config.save(&path) } else { config.save_overrides(&path) };
            saved().unwrap();
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(builder().check().unwrap(), *config.load(), "{text}");
            saved().unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}

#[test]
fn no_value_in_a_flattened_struct_is_saved() {
    let coords = |x, y, z| Coords { x, y, z };
    saved(json!({"x": 1}), |_| {});
    saved(json!({"x": 1}), |config| _ = config.set_pos(coords(2, None, None)).unwrap());
    saved(json!({"x": 1, "y": 2}), |config| _ = config.set_pos(coords(2, None, None)).unwrap());
    saved(json!({"x": 1}), |config| {
        _ = config.set_pos(coords(2, None, Some(Deep { a: None, b: 1 }))).unwrap()
    });
    let deep = json!({"x": 1, "y": 2, "z": {"a": 1, "b": 2}});
    saved(deep.clone(), |config| _ = config.set_pos(coords(1, None, Some(Deep { a: None, b: 1 }))).unwrap());
    saved(deep, |config| _ = config.set_pos(coords(1, Some(2), None)).unwrap());
}

#[test]
fn toml_refuses_no_value_in_a_flattened_map() {
    let folder = Folder::with("a.toml", "x = 1\nfoo = 2\n");
    let path = folder.path("a.toml");
    let config = Holes::hot_builder().file(&path).watch(false).load().unwrap();
    config.set_extra([("foo".to_owned(), None)].into()).unwrap();
    for saved in [config.save(&path), config.save_overrides(&path)] {
        let error = saved.unwrap_err().to_string();
        assert!(error.contains("TOML has no `null`"), "{error}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "x = 1\nfoo = 2\n");
}

#[test]
fn no_value_above_a_lower_file_is_refused() {
    let folder = Folder::with("base.toml", "x = 1\ny = 2\n");
    folder.write("a.toml", "n = 3\n");
    let path = folder.path("a.toml");
    let builder = || Holes::hot_builder().file(folder.path("base.toml")).file(&path).watch(false);
    let config = builder().load().unwrap();
    config.set_pos(Coords { x: 1, y: None, z: None }).unwrap();
    assert!(config.save(&path).is_err() && config.save_overrides(&path).is_err());
}
