//! Flattened fields in one table: each one changes only its own keys.

use std::{collections::BTreeMap, fs};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::support::toml;
use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Coords {
    x: i32,
    y: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Sink {
    Stdout,
    File {
        path: String,
        #[serde(default)]
        max: u32,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Two {
    #[hot(default = "n")]
    name: String,
    #[serde(flatten)]
    pos: Option<Coords>,
    #[serde(flatten)]
    extra: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Tagged {
    #[hot(default = "n")]
    name: String,
    #[serde(flatten)]
    kind: Sink,
    #[serde(flatten)]
    extra: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Alone {
    #[hot(default = "n")]
    name: String,
    #[serde(flatten)]
    kind: Sink,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Open {
    #[hot(default = "n")]
    name: String,
    #[serde(flatten)]
    pos: Option<Coords>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Outer {
    #[hot(default = 1)]
    n: u8,
    #[hot(nested)]
    inner: Two,
}

const FILES: [&str; 3] = ["a.toml", "a.yaml", "a.json"];

fn write(file: &str, value: &Value) -> Folder {
    let text = if file == "a.toml" { toml(value) } else { value.to_string() };
    Folder::with(file, &text)
}

/// Sets, saves and restarts, in each format and with both methods.
macro_rules! assert_kept {
    ($type:ident, $value:expr, $set:expr) => {
        for file in FILES {
            for whole in [false, true] {
                let folder = write(file, &$value);
                let path = folder.path(file);
                let builder = || {
                    $type::hot_builder().file(&path).unknown_keys(hotswap::UnknownKeys::Allow).watch(false)
                };
                let config = builder().load().unwrap();
                ($set)(&config);
                if whole {
                    config.save(&path).unwrap()
                } else {
                    config.save_overrides(&path).unwrap()
                }
                let text = fs::read_to_string(&path).unwrap();
                let again = builder().check().unwrap_or_else(|error| panic!("{error}\n{text}"));
                assert_eq!(again, *config.load(), "{text}");
                config.reload().unwrap();
                assert_eq!(again, *config.load(), "{text}");
            }
        }
    };
}

#[test]
fn a_whole_save_takes_no_key_away() {
    let (name, text) = ("a.yaml", "name: a\nfoo: bar # foo\n");
    let folder = Folder::with(name, text);
    let config = Two::hot_builder().file(folder.path(name)).load().unwrap();
    config.save(folder.path(name)).unwrap();
    assert_eq!(fs::read_to_string(folder.path(name)).unwrap(), text);
    assert_kept!(Two, json!({"name": "a", "foo": "bar"}), |_: &TwoHandle| {});
    assert_kept!(Two, json!({"x": 1, "y": 2, "foo": "bar"}), |_: &TwoHandle| {});
    assert_kept!(Tagged, json!({"type": "file", "path": "q", "foo": "bar"}), |_: &TaggedHandle| {});
    assert_kept!(Outer, json!({"inner": {"x": 1, "y": 2, "foo": "bar"}}), |_: &OuterHandle| {});
}

#[test]
fn a_flattened_option_leaves_the_map_beside_it_alone() {
    let file = json!({"name": "a", "x": 1, "y": 2, "foo": "bar"});
    assert_kept!(Two, file, |config: &TwoHandle| {
        config.set_pos(None).unwrap();
        let now = config.load();
        assert_eq!((&now.pos, &now.extra["foo"]), (&None, &json!("bar")));
    });
    assert_kept!(Two, file, |config: &TwoHandle| {
        config.set_pos(Some(Coords { x: 5, y: 2 })).unwrap();
        assert_eq!(config.load().extra.len(), 1);
    });
    assert_kept!(Two, json!({"foo": "bar"}), |config: &TwoHandle| {
        config.set_pos(Some(Coords { x: 5, y: 6 })).unwrap();
        assert_eq!(config.load().extra.len(), 1);
    });
    assert_kept!(Outer, json!({"inner": file}), |config: &OuterHandle| {
        config.set_inner_pos(None).unwrap();
        assert_eq!(config.load().inner.extra.len(), 1);
    });
}

#[test]
fn a_flattened_map_leaves_the_others_alone() {
    let file = json!({"name": "a", "x": 1, "y": 2, "foo": "bar"});
    for extra in [json!({}), json!({"foo": "b"}), json!({"a": 1, "b": [2]})] {
        let extra: BTreeMap<String, Value> = serde_json::from_value(extra).unwrap();
        assert_kept!(Two, file, |config: &TwoHandle| {
            config.set_extra(extra.clone()).unwrap();
            assert_eq!((&config.load().pos, &config.load().extra), (&Some(Coords { x: 1, y: 2 }), &extra));
        });
        let tagged = json!({"type": "file", "path": "q", "foo": "bar"});
        assert_kept!(Tagged, tagged, |config: &TaggedHandle| {
            config.set_extra(extra.clone()).unwrap();
            assert_eq!(config.load().extra, extra);
        });
    }
}

#[test]
fn all_of_them_are_set_together() {
    assert_kept!(Two, json!({"x": 1, "y": 2, "foo": "bar"}), |config: &TwoHandle| {
        config.set_pos(Some(Coords { x: 3, y: 4 })).unwrap();
        config.set_extra([("a".to_owned(), json!(1))].into()).unwrap();
        config.set_name("b".to_owned()).unwrap();
        let now = config.load();
        assert_eq!((&now.pos, now.extra.len(), &*now.name), (&Some(Coords { x: 3, y: 4 }), 1, "b"));
    });
}

#[test]
fn another_variant_takes_the_keys_of_the_old_one_away() {
    let file = json!({"name": "a", "type": "file", "path": "q", "max": 3});
    assert_kept!(Alone, file, |config: &AloneHandle| _ = config.set_kind(Sink::Stdout).unwrap());
    assert_kept!(Tagged, file, |config: &TaggedHandle| {
        config.update(|tagged| tagged.kind = Sink::Stdout).unwrap();
        assert_eq!(config.load().extra.len(), 0);
    });
    let stdout = json!({"type": "stdout", "foo": "bar"});
    assert_kept!(Tagged, stdout, |config: &TaggedHandle| {
        config.set_kind(Sink::File { path: "p".to_owned(), max: 1 }).unwrap();
        assert_eq!(config.load().extra.len(), 1);
    });
}

#[test]
fn a_key_that_no_field_takes_stays() {
    for set in [None, Some(Coords { x: 3, y: 4 })] {
        for file in FILES {
            for whole in [false, true] {
                let folder = write(file, &json!({"x": 1, "y": 2, "other": 5}));
                let path = folder.path(file);
                let builder = || Open::hot_builder().file(&path).unknown_keys(hotswap::UnknownKeys::Allow);
                let config = builder().load().unwrap();
                config.set_pos(set.clone()).unwrap();
                if whole {
                    config.save(&path).unwrap()
                } else {
                    config.save_overrides(&path).unwrap()
                }
                let text = fs::read_to_string(&path).unwrap();
                assert!(text.contains("other"), "{text}");
                assert_eq!(builder().check().unwrap(), *config.load(), "{text}");
            }
        }
    }
}

#[test]
fn a_key_of_another_field_is_refused() {
    let folder = write("a.toml", &json!({"name": "a", "x": 1, "y": 2, "foo": "bar"}));
    let config = Two::hot_builder().file(folder.path("a.toml")).load().unwrap();
    for key in ["name", "x"] {
        let error = config.set_extra([(key.to_owned(), json!(1))].into()).unwrap_err();
        assert!(error.to_string().contains("reads again"), "{error}");
    }
    assert_eq!(config.load().extra.len(), 1);
}

#[test]
fn an_override_of_a_flattened_field_is_cleared_by_its_keys() {
    let folder = write("a.toml", &json!({"x": 1, "y": 2, "foo": "bar"}));
    let config = Two::hot_builder().file(folder.path("a.toml")).load().unwrap();
    config.set_pos(Some(Coords { x: 5, y: 6 })).unwrap();
    config.clear_override("x").unwrap();
    assert_eq!(config.load().pos, Some(Coords { x: 1, y: 6 }));
    config.clear_override("").unwrap();
    assert_eq!(config.load().pos, Some(Coords { x: 1, y: 2 }));
    config.set_pos(None).unwrap();
    folder.write("a.toml", "x = 1\ny = 2\nfoo = 'baz'\n");
    config.reload().unwrap();
    assert_eq!((&config.load().pos, &config.load().extra["foo"]), (&None, &json!("baz")));
}

#[test]
fn a_patch_changes_the_keys_of_either_field() {
    let file = json!({"name": "a", "x": 1, "y": 2, "foo": "bar"});
    for (path, value, pos, foo) in [
        ("/x", json!(5), Coords { x: 5, y: 2 }, json!("bar")),
        ("/foo", json!("b"), Coords { x: 1, y: 2 }, json!("b")),
    ] {
        assert_kept!(Two, file, |config: &TwoHandle| {
            config.patch(json!([{ "op": "replace", "path": path, "value": value }])).unwrap();
            let now = config.load();
            assert_eq!(
                (&now.pos, &now.extra),
                (&Some(pos.clone()), &[("foo".to_owned(), foo.clone())].into())
            );
        });
    }
    assert_kept!(Two, file, |config: &TwoHandle| {
        let paths = ["/x", "/y"].map(|path| json!({ "op": "remove", "path": path }));
        config.patch(json!(paths)).unwrap();
        assert_eq!((&config.load().pos, config.load().extra.len()), (&None, 1));
    });
    assert_kept!(Open, json!({"x": 1, "y": 2}), |config: &OpenHandle| {
        config.patch(json!([{ "op": "replace", "path": "/x", "value": 5 }])).unwrap();
        assert_eq!(config.load().pos, Some(Coords { x: 5, y: 2 }));
    });
}
