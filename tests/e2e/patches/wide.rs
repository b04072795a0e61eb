//! Integers beyond 64 bits, which the JSON of a patch contains as text.

use std::{collections::BTreeMap, fs};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::Folder;

const MOST: u128 = u128::MAX;
const LEAST: i128 = i128::MIN;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Wide {
    #[serde(default)]
    list: Vec<u128>,
    #[serde(default)]
    other: Vec<u128>,
    #[serde(default)]
    signed: Vec<i128>,
    #[serde(default)]
    map: BTreeMap<String, u128>,
    #[serde(default)]
    deep: BTreeMap<String, Vec<Pair>>,
    #[hot(nested)]
    inner: Inner,
    #[hot(nested)]
    maybe: Option<Inner>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    names: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Inner {
    #[hot(default = 0)]
    one: u128,
    #[hot(default = 0)]
    two: i128,
    #[serde(default)]
    list: Vec<u128>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pair(u128, i128);

fn text() -> String {
    json!({
        "list": ["L0", "L1", 7],
        "signed": ["N", 1],
        "map": { "a": "L0", "b": 2 },
        "deep": { "x": [["L0", "N"], ["L1", 3]] },
        "inner": { "one": "L0", "two": "N", "list": ["L1", "L0"] },
        "maybe": { "one": "L1", "two": 4 },
        "words": ["a"],
    })
    .to_string()
    .replace("\"L0\"", &MOST.to_string())
    .replace("\"L1\"", &(MOST - 1).to_string())
    .replace("\"N\"", &LEAST.to_string())
}

fn wide() -> (WideHandle, Folder) {
    let folder = Folder::with("a.json", &text());
    (Wide::hot_builder().file(folder.path("a.json")).watch(false).load().unwrap(), folder)
}

/// The same with a handle that has sources and with one that has none.
fn patched(patch: &serde_json::Value) -> Wide {
    let (config, _folder) = wide();
    let fixed = Wide::hot_fixed((*config.snapshot()).clone());
    config.patch(patch.clone()).unwrap_or_else(|error| panic!("{patch}: {error}"));
    fixed.patch(patch.clone()).unwrap_or_else(|error| panic!("{patch}: {error}"));
    assert_eq!(*config.snapshot(), *fixed.snapshot(), "{patch}");
    (*config.snapshot()).clone()
}

#[test]
fn an_integer_that_a_patch_moves_stays_an_integer() {
    let remove = |path: &str| patched(&json!([{ "op": "remove", "path": path }]));
    assert_eq!(remove("/list/0").list, [MOST - 1, 7]);
    assert_eq!(remove("/list/2").list, [MOST, MOST - 1]);
    assert_eq!(remove("/signed/1").signed, [LEAST]);
    assert_eq!(remove("/deep/x/0").deep["x"], [Pair(MOST - 1, 3)]);
    assert_eq!(remove("/inner/list/0").inner.list, [MOST]);
    let add = json!([{ "op": "add", "path": "/list/0", "value": 5 }]);
    assert_eq!(patched(&add).list, [5, MOST, MOST - 1, 7]);
    for op in ["copy", "move"] {
        let run = |from: &str, path: &str| patched(&json!([{ "op": op, "from": from, "path": path }]));
        assert_eq!(run("/list", "/other").other, [MOST, MOST - 1, 7], "{op}");
        assert_eq!(run("/list/0", "/other/0").other, [MOST], "{op}");
        assert_eq!(run("/map/a", "/map/c").map["c"], MOST, "{op}");
        assert_eq!(run("/map/a", "/list/-").list[3], MOST, "{op}");
        assert_eq!(run("/deep/x", "/deep/y").deep["y"], [Pair(MOST, LEAST), Pair(MOST - 1, 3)], "{op}");
        assert_eq!(run("/inner/one", "/maybe/one").maybe.unwrap().one, MOST, "{op}");
        assert_eq!(run("/signed/0", "/inner/two").inner.two, LEAST, "{op}");
    }
}

#[test]
fn an_integer_beyond_64_bits_is_given_as_text() {
    let (most, least) = (MOST.to_string(), LEAST.to_string());
    let list = json!([most, 5]);
    for patch in [
        json!([{ "op": "replace", "path": "/list", "value": list }]),
        json!([{ "op": "replace", "path": "/list/0", "value": most }, { "op": "replace", "path": "/list/1", "value": 5 },
               { "op": "remove", "path": "/list/2" }]),
    ] {
        assert_eq!(patched(&patch).list, [MOST, 5]);
    }
    let inner =
        patched(&json!([{ "op": "replace", "path": "/inner", "value": { "one": most, "two": least } }]));
    assert_eq!((inner.inner.one, inner.inner.two), (MOST, LEAST));
    let (config, _folder) = wide();
    config.merge_patch(json!({ "list": list, "map": { "b": most }, "inner": { "two": least } })).unwrap();
    let now = config.snapshot();
    assert_eq!((now.list.as_slice(), now.map["b"], now.inner.two), (&[MOST, 5][..], MOST, LEAST));
    assert_eq!((now.map["a"], now.inner.one), (MOST, MOST));
}

#[test]
fn a_test_compares_every_digit() {
    let test = |path: &str, value: serde_json::Value| {
        let (config, _folder) = wide();
        config.patch(json!([{ "op": "test", "path": path, "value": value }])).is_ok()
    };
    assert!(test("/list", json!([MOST.to_string(), (MOST - 1).to_string(), 7])));
    assert!(test("/signed/0", json!(LEAST.to_string())));
    assert!(!test("/list/0", json!((MOST - 1).to_string())));
}

#[test]
fn text_of_digits_stays_text_where_the_type_is_text() {
    let most = MOST.to_string();
    let patch = json!([
        { "op": "add", "path": "/words/0", "value": most },
        { "op": "add", "path": "/names/a", "value": most },
        { "op": "copy", "from": "/list/0", "path": "/words/0" },
    ]);
    let now = patched(&patch);
    assert_eq!(
        (now.words, now.names),
        (vec![most.clone(), most.clone(), "a".into()], [("a".into(), most)].into())
    );
}

#[test]
fn an_integer_that_is_too_wide_for_its_type_is_out_of_range() {
    let (config, _folder) = wide();
    let error = config.merge_patch(json!({ "inner": { "two": MOST.to_string() } })).unwrap_err().to_string();
    assert!(error.contains(&format!("inner.two: {MOST} is out of range for i128")), "{error}");
    let error = config.merge_patch(json!({ "list": ["5"] })).unwrap_err().to_string();
    assert!(error.contains("list[0]: expected an integer, found a string"), "{error}");
}

#[test]
fn patched_integers_are_shown_and_kept_without_quotes() {
    let (config, folder) = wide();
    config.patch(json!([{ "op": "remove", "path": "/list/2" }, { "op": "move", "from": "/map/a", "path": "/list/0" }])).unwrap();
    let list = format!("[{MOST},{MOST},{}]", MOST - 1);
    let explained = config.explain("list").to_string();
    assert!(explained.contains(&format!("= {list}")), "{explained}");
    assert!(
        config.explain("inner.one").to_string().contains(&format!("= {MOST} at")),
        "{}",
        config.explain("inner.one")
    );
    let before = (*config.snapshot()).clone();
    config.save_overrides(folder.path("a.json")).unwrap();
    config.clear_overrides().unwrap();
    config.reload().unwrap();
    assert_eq!(*config.snapshot(), before, "{}", fs::read_to_string(folder.path("a.json")).unwrap());
}

#[test]
fn a_patched_integer_survives_a_restart() {
    let folder = Folder::with("a.json", &text());
    let load = || {
        let builder = Wide::hot_builder().file(folder.path("a.json")).watch(false);
        builder.state_dir(folder.path("state")).load().unwrap()
    };
    let config = load();
    config
        .patch(json!([{ "op": "remove", "path": "/list/0" }, { "op": "remove", "path": "/deep/x/0" }]))
        .unwrap();
    config.merge_patch(json!({ "signed": [LEAST.to_string(), LEAST.to_string()] })).unwrap();
    let before = (*config.snapshot()).clone();
    drop(config);
    let again = load();
    assert_eq!(*again.snapshot(), before);
    again.rollback_to(1).unwrap();
    assert_eq!(again.snapshot().list, [MOST, MOST - 1, 7]);
}
