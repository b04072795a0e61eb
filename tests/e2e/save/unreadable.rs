//! Types that do not read back what they write.

use std::collections::HashSet;

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

use super::support::toml;
use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Odd {
    #[hot(default = 1)]
    n: i64,
    un: Option<Un>,
    #[serde(default)]
    list: Vec<Un>,
    #[serde(default)]
    renamed: Renamed,
    #[serde(default)]
    trimmed: Trimmed,
    #[serde(default)]
    float: f64,
    #[serde(default)]
    bag: HashSet<u32>,
    #[hot(nested)]
    inner: Inner,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Un {
    A { x: u32 },
    B { x: u32, y: u32 },
    C { z: u32 },
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Renamed {
    #[serde(default)]
    #[serde(rename(serialize = "cc"))]
    c: u32,
    #[serde(default)]
    d: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Inner {
    un: Option<Un>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Trimmed(String);

impl<'de> Deserialize<'de> for Trimmed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(String::deserialize(deserializer)?.trim().to_owned()))
    }
}

fn odd(file: &str, value: &serde_json::Value) -> (Folder, OddHandle) {
    let text = if file == "a.toml" { toml(value) } else { value.to_string() };
    let folder = Folder::with(file, &text);
    let config = Odd::hot_builder().file(folder.path(file)).watch(false).load().unwrap();
    (folder, config)
}

fn refused(result: Result<u64, hotswap::Error>, key: &str) {
    let error = result.unwrap_err();
    let issue = error.issues().next().unwrap();
    assert_eq!(issue.path(), key, "{error}");
    assert!(error.to_string().contains("reads again"), "{error}");
}

#[test]
fn a_value_that_is_not_read_again_is_refused() {
    let (_folder, config) = odd("a.toml", &serde_json::json!({"n": 2, "un": {"z": 1}}));
    let (before, version) = (config.snapshot(), config.version());
    let b = || Un::B { x: 1, y: 2 };
    refused(config.set_un(Some(b())), "un");
    refused(config.set_inner_un(Some(b())), "inner.un");
    refused(config.inner().set_un(Some(b())), "inner.un");
    refused(config.set_list(vec![Un::A { x: 1 }, b()]), "list");
    refused(config.set_renamed(Renamed { c: 1, d: 0 }), "renamed");
    refused(config.set_trimmed(Trimmed(" a ".to_owned())), "trimmed");
    refused(config.update(|odd| odd.un = Some(b())), "un");
    let error = config.update(|odd| (odd.un, odd.inner.un) = (Some(b()), Some(b()))).unwrap_err();
    assert_eq!(error.issues().count(), 2, "{error}");
    assert_eq!((config.version(), &*config.snapshot()), (version, &*before));
}

#[test]
fn a_value_that_is_read_again_is_taken() {
    let (_folder, config) = odd("a.toml", &serde_json::json!({"n": 2}));
    config.set_un(Some(Un::A { x: 1 })).unwrap();
    config.set_un(Some(Un::C { z: 1 })).unwrap();
    config.set_renamed(Renamed { c: 0, d: 3 }).unwrap();
    config.set_float(f64::NAN).unwrap();
    config.set_float(-0.0).unwrap();
    config.set_trimmed(Trimmed("b".to_owned())).unwrap();
    let now = config.snapshot();
    assert_eq!((&now.un, &now.renamed), (&Some(Un::C { z: 1 }), &Renamed { c: 0, d: 3 }));
}

#[test]
fn a_handle_without_sources_takes_any_value() {
    let (_folder, config) = odd("a.toml", &serde_json::json!({"n": 2}));
    let fixed = Odd::hot_fixed((*config.snapshot()).clone());
    fixed.set_un(Some(Un::B { x: 1, y: 2 })).unwrap();
    assert_eq!(fixed.snapshot().un, Some(Un::B { x: 1, y: 2 }));
}

#[test]
fn a_save_writes_no_value_that_is_not_read_again() {
    for file in ["a.toml", "a.yaml", "a.json"] {
        let value = serde_json::json!({"n": 2, "renamed": {"d": 0}});
        let (folder, config) = odd(file, &value);
        let path = folder.path(file);
        config.save(&path).unwrap();
        assert_eq!(Odd::hot_builder().file(&path).check().unwrap(), *config.load());
        config.save(folder.path("copy.yaml")).unwrap();
        let copy = Odd::hot_builder().file(folder.path("copy.yaml")).check().unwrap();
        assert_eq!(copy, *config.load());
        config.set_renamed(Renamed { c: 0, d: 3 }).unwrap();
        config.save_overrides(&path).unwrap();
        assert_eq!(Odd::hot_builder().file(&path).check().unwrap(), *config.load());
        for whole in [false, true] {
            let copy = folder.path("copy.yaml");
            let saved = if whole { config.save(&copy) } else { config.save_overrides(&copy) };
            let error = saved.unwrap_err().to_string();
            assert!(error.contains("renamed: the value cannot be saved"), "{error}");
        }
    }
}

#[test]
fn a_set_is_saved_in_any_order() {
    for file in ["a.toml", "a.yaml", "a.json"] {
        let (folder, config) = odd(file, &serde_json::json!({"n": 2, "bag": [3, 1, 2]}));
        let path = folder.path(file);
        let before = std::fs::read_to_string(&path).unwrap();
        config.set_bag((1..=3).collect()).unwrap();
        config.save_overrides(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
        config.set_bag((1..20).collect()).unwrap();
        config.save_overrides(&path).unwrap();
        config.save(folder.path("copy.yaml")).unwrap();
        for path in [&path, &folder.path("copy.yaml")] {
            assert_eq!(Odd::hot_builder().file(path).check().unwrap(), *config.load());
        }
    }
}
