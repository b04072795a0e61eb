//! Patches of the keys of flattened structs: each touched key is set, even to the running value.

use std::time::Duration;

use hotswap::{HotConfig, Restart};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{Folder, eventually};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Part {
    #[serde(default)]
    p: u32,
    #[serde(default)]
    q: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Inner {
    #[serde(flatten)]
    part: Part,
    #[hot(default = 0)]
    z: u32,
}

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[serde(flatten)]
    part: Part,
    #[hot(nested)]
    inner: Inner,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Fixed {
    #[serde(flatten)]
    #[hot(restart)]
    part: Part,
}

fn replace(path: &str, value: u32) -> Value {
    json!([{"op": "replace", "path": path, "value": value}])
}

#[test]
fn a_touched_key_stays_though_its_value_is_the_running_one() {
    let folder = Folder::with("app.toml", "p = 1\n[inner]\np = 1\n");
    let app = App::hot_builder().file(folder.path("app.toml")).watch(false).load().unwrap();
    app.patch(replace("/p", 1)).unwrap();
    app.merge_patch(json!({"inner": {"p": 1}})).unwrap();
    folder.write("app.toml", "p = 3\nq = 4\n[inner]\np = 3\nq = 4\n");
    app.reload().unwrap();
    assert_eq!(*app.part(), Part { p: 1, q: 4 });
    assert_eq!(*app.inner_part(), Part { p: 1, q: 4 });
}

#[test]
fn a_permanent_value_replaces_a_temporary_one_of_the_same_key() {
    let folder = Folder::with("app.toml", "p = 1\n[inner]\n");
    let app = App::hot_builder().file(folder.path("app.toml")).watch(false).load().unwrap();
    app.for_duration(Duration::from_millis(50)).patch(replace("/p", 7)).unwrap();
    app.patch(replace("/p", 7)).unwrap();
    assert!(app.overrides().iter().all(|set| set.expires().is_none()), "{:?}", app.overrides());
    eventually("no value expires", || app.part().p == 7 && app.overrides().len() == 1);
}

#[test]
fn a_pending_key_is_taken_back_by_its_running_value() {
    let folder = Folder::with("app.toml", "p = 1\n");
    for patch in [replace("/p", 1), json!({"p": 1})] {
        let app = Fixed::hot_builder().file(folder.path("app.toml")).watch(false).load().unwrap();
        app.patch(replace("/p", 7)).unwrap();
        assert_eq!(app.pending_restart().len(), 1);
        match patch.is_array() {
            true => app.patch(patch).unwrap(),
            false => app.merge_patch(patch).unwrap(),
        };
        assert_eq!(app.pending_restart().len(), 0);
    }
}

#[test]
fn a_pending_key_has_the_position_of_its_value() {
    let folder = Folder::with("app.toml", "p = 1\n");
    let app = Fixed::hot_builder().file(folder.path("app.toml")).watch(false).load().unwrap();
    folder.write("app.toml", "\np = 2\n");
    app.reload().unwrap();
    let pending = app.pending_restart()[0].to_string();
    assert!(pending.ends_with("app.toml:2:5") && pending.starts_with("p stays 1"), "{pending}");
}

#[test]
fn a_refused_key_is_named() {
    let folder = Folder::with("app.toml", "p = 1\n");
    let builder = Fixed::hot_builder().file(folder.path("app.toml")).watch(false);
    let app = builder.restart(Restart::Refuse).load().unwrap();
    folder.write("app.toml", "p = 2\n");
    let error = app.reload().unwrap_err().to_string();
    assert!(error.contains("p: it cannot change from 1 to 2") && error.contains("app.toml:1:5"), "{error}");
    folder.write("app.toml", "p = 2\nq = 3\n");
    let error = app.reload().unwrap_err().to_string();
    assert!(error.contains("part: it cannot change") && error.contains("app.toml:1:5"), "{error}");
}
