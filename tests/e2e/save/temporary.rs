//! Temporary and permanent overrides in one flattened field.

use std::{collections::BTreeMap, fs, time::Duration};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::support::toml;
use crate::support::Folder;

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
struct Tagged {
    #[hot(default = 1)]
    n: u32,
    #[serde(flatten)]
    kind: Sink,
    #[serde(flatten)]
    extra: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Outer {
    #[hot(nested)]
    inner: Tagged,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Waiting {
    #[hot(default = 1)]
    n: u32,
    #[serde(flatten)]
    #[hot(restart)]
    kind: Sink,
    #[serde(flatten)]
    extra: BTreeMap<String, Value>,
}

const FILES: [&str; 3] = ["a.toml", "a.yaml", "a.json"];
const HOUR: Duration = Duration::from_secs(3600);

fn write(file: &str, value: &Value) -> Folder {
    let text = if file == "a.toml" { toml(value) } else { value.to_string() };
    Folder::with(file, &text)
}

fn replace(path: &str, value: Value) -> Value {
    json!([{ "op": "add", "path": path, "value": value }])
}

fn file() -> Value {
    json!({ "type": "file", "path": "q", "max": 1, "foo": "bar" })
}

#[test]
fn a_temporary_key_is_not_saved_with_a_lasting_one() {
    for name in FILES {
        for temporary_first in [false, true] {
            let folder = write(name, &file());
            let path = folder.path(name);
            let builder = || Tagged::hot_builder().file(&path).watch(false);
            let config = builder().load().unwrap();
            let lasting = || config.patch(replace("/max", json!(7))).unwrap();
            let temporary = || config.for_duration(HOUR).patch(replace("/path", json!("tmp"))).unwrap();
            let _ = if temporary_first { (temporary(), lasting()) } else { (lasting(), temporary()) };
            assert_eq!(config.load().kind, Sink::File { path: "tmp".to_owned(), max: 7 });
            config.save_overrides(&path).unwrap();
            let expected = Sink::File { path: "q".to_owned(), max: 7 };
            assert_eq!(builder().check().unwrap().kind, expected, "{}", fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn a_temporary_key_of_the_catch_all_is_not_saved() {
    for name in FILES {
        let folder = write(name, &json!({ "inner": file() }));
        let path = folder.path(name);
        let builder = || Outer::hot_builder().file(&path).watch(false);
        let config = builder().load().unwrap();
        config.patch(replace("/inner/max", json!(7))).unwrap();
        config.for_duration(HOUR).patch(replace("/inner/more", json!("tmp"))).unwrap();
        assert_eq!(config.load().inner.extra.len(), 2);
        config.save_overrides(&path).unwrap();
        let again = builder().check().unwrap().inner;
        assert_eq!(again.kind, Sink::File { path: "q".to_owned(), max: 7 });
        assert_eq!(again.extra, [("foo".to_owned(), json!("bar"))].into());
    }
}

#[test]
fn a_temporary_variant_does_not_change_what_lasts() {
    for name in FILES {
        let folder = write(name, &file());
        let path = folder.path(name);
        let builder = || Tagged::hot_builder().file(&path).watch(false);
        let config = builder().load().unwrap();
        config.patch(replace("/path", json!("lasting"))).unwrap();
        config.for_duration(HOUR).patch(replace("/type", json!("stdout"))).unwrap();
        assert_eq!(config.load().kind, Sink::Stdout);
        config.save_overrides(&path).unwrap();
        let again = builder().check().unwrap();
        assert_eq!(again.kind, Sink::File { path: "lasting".to_owned(), max: 1 });
        assert_eq!(again.extra, [("foo".to_owned(), json!("bar"))].into());
    }
}

#[test]
fn a_patched_key_of_a_temporary_variant_is_saved_without_it() {
    let folder = write("a.toml", &json!({ "type": "stdout" }));
    let path = folder.path("a.toml");
    let builder = || Tagged::hot_builder().file(&path).watch(false);
    let config = builder().load().unwrap();
    let paths = json!([{ "op": "add", "path": "/path", "value": "q" }]);
    config.for_duration(HOUR).set_kind(Sink::File { path: "t".to_owned(), max: 0 }).unwrap();
    config.patch(paths).unwrap();
    config.save_overrides(&path).unwrap();
    assert_eq!(builder().check().unwrap().kind, Sink::Stdout);
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("\"t\""), "{text}");
}

#[test]
fn a_field_that_waits_for_a_restart_is_saved_as_it_is_after_it() {
    for name in FILES {
        let folder = write(name, &file());
        let path = folder.path(name);
        let builder = || Waiting::hot_builder().file(&path).watch(false);
        let config = builder().load().unwrap();
        config.set_kind(Sink::Stdout).unwrap();
        assert_eq!(config.pending_restart().len(), 1, "{:?}", config.pending_restart());
        config.save_overrides(&path).unwrap();
        let again = builder().check().unwrap();
        assert_eq!((&again.kind, &again.extra), (&Sink::Stdout, &config.load().extra));
    }
}
