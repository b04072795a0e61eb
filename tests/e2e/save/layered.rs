//! Files that are merged with other files.

use std::{collections::BTreeMap, fs};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::support::toml;
use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Site {
    #[hot(default = 1)]
    n: i64,
    note: Option<String>,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    #[hot(merge = "append")]
    app: Vec<String>,
    #[serde(default)]
    #[hot(merge = "union")]
    uni: Vec<String>,
    #[serde(default)]
    #[hot(merge = key("name"))]
    peers: Vec<Peer>,
    #[serde(default)]
    lean: Lean,
    #[serde(default)]
    any: serde_json::Value,
    #[hot(nested)]
    opt: Option<Opt>,
    #[hot(nested)]
    pool: Pool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum Mode {
    #[default]
    Off,
    Named {
        name: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Peer {
    name: String,
    #[serde(default)]
    port: u16,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Lean {
    #[serde(skip_serializing_if = "Option::is_none")]
    a: Option<u32>,
    #[serde(skip_serializing_if = "is_zero")]
    b: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    c: Vec<u32>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Opt {
    size: u32,
    wait: Option<u32>,
    #[serde(default)]
    #[hot(merge = "append")]
    list: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Pool {
    #[hot(default = 4)]
    size: u32,
    wait: Option<u32>,
    #[serde(default)]
    #[hot(merge = "append")]
    list: Vec<u32>,
}

const TOML: &str = "toml";
const YAML: &str = "yaml";

/// Two files, the second one above the first.
struct Two {
    folder: Folder,
    extension: &'static str,
    config: SiteHandle,
}

impl Two {
    fn with(extension: &'static str, base: &serde_json::Value, local: &serde_json::Value) -> Self {
        let folder = Folder::new();
        for (name, value) in [("base", base), ("local", local)] {
            let text = match extension {
                TOML => format!("# {name}\n{}", toml(value)),
                _ => serde_json::to_string(value).unwrap(),
            };
            folder.write(&format!("{name}.{extension}"), &text);
        }
        let config = Self::builder(&folder, extension).watch(false).load().unwrap();
        Self { folder, extension, config }
    }

    fn builder(folder: &Folder, extension: &str) -> hotswap::Builder<Site> {
        let path = |name: &str| folder.path(&format!("{name}.{extension}"));
        Site::hot_builder().file(path("base")).file(path("local"))
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path(&format!("{name}.{}", self.extension))).unwrap()
    }

    fn save(&self, name: &str, whole: bool) -> Result<(), hotswap::Error> {
        let path = self.folder.path(&format!("{name}.{}", self.extension));
        if whole { self.config.save(path) } else { self.config.save_overrides(path) }
    }

    fn assert_kept(&self) {
        let again = Self::builder(&self.folder, self.extension).check();
        let again = again.unwrap_or_else(|error| panic!("{error}\n{}", self.text("local")));
        assert_eq!(again, *self.config.load(), "{}", self.text("local"));
    }

    fn assert_refused(&self, name: &str, whole: bool, key: &str, layer: &str) {
        let before = self.text(name);
        let error = self.save(name, whole).unwrap_err().to_string();
        assert!(error.contains(key) && error.contains(layer), "{error}");
        assert_eq!(self.text(name), before);
    }

    fn remove(&self, path: &str) {
        self.config.patch(json!([{ "op": "remove", "path": path }])).unwrap();
    }
}

/// Saves the values of `set` into the upper file, in every format and with both methods. The values are kept, or the
/// save is refused with the key and the lower file in the message.
fn kept(base: &serde_json::Value, local: &serde_json::Value, set: impl Fn(&SiteHandle)) {
    for extension in [TOML, YAML, "json"] {
        for whole in [false, true] {
            let two = Two::with(extension, base, local);
            set(&two.config);
            two.save("local", whole).unwrap();
            two.assert_kept();
            two.save("local", whole).unwrap();
            two.assert_kept();
        }
    }
}

fn refused(base: &serde_json::Value, key: &str, set: impl Fn(&SiteHandle)) {
    for extension in [TOML, YAML, "json"] {
        for whole in [false, true] {
            let two = Two::with(extension, base, &json!({}));
            set(&two.config);
            two.assert_refused("local", whole, key, &format!("base.{extension}"));
        }
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn peer(name: &str, port: u16) -> Peer {
    Peer { name: name.to_owned(), port }
}

#[test]
fn another_variant_is_refused_if_keys_of_the_old_one_stay_below() {
    let base = json!({"mode": {"kind": "named", "name": "x"}});
    refused(&base, "mode", |config| _ = config.set_mode(Mode::Off).unwrap());
    kept(&base, &json!({}), |config| _ = config.set_mode(Mode::Named { name: "y".into() }).unwrap());
    let local = json!({"mode": {"kind": "named", "name": "x"}});
    kept(&json!({}), &local, |config| _ = config.set_mode(Mode::Off).unwrap());
}

#[test]
fn an_entry_of_a_map_that_a_lower_file_gives_cannot_be_taken_away() {
    let base = json!({"tags": {"a": "1", "b": "2"}});
    refused(&base, "tags", |config| _ = config.set_tags([("b".into(), "3".into())].into()).unwrap());
    refused(&base, "tags", |config| _ = config.set_tags(BTreeMap::new()).unwrap());
    let remove = json!([{ "op": "remove", "path": "/tags/a" }]);
    refused(&base, "tags", |config| _ = config.patch(remove.clone()).unwrap());
    let more = || BTreeMap::from([("a", "1"), ("b", "3"), ("c", "4")].map(|(k, v)| (k.into(), v.into())));
    kept(&base, &json!({"tags": {"c": "9"}}), |config| _ = config.set_tags(more()).unwrap());
}

#[test]
fn lists_that_are_appended_are_saved_without_those_of_the_lower_file() {
    let (base, local) = (json!({"app": ["a"], "uni": ["a"]}), json!({"app": ["b"], "uni": ["b"]}));
    kept(&base, &json!({}), |_| {});
    kept(&base, &local, |_| {});
    for list in [&["a"][..], &["a", "d", "c"], &["a", "b", "c"], &["a", "c", "b"]] {
        kept(&base, &local, |config| {
            config.set_app(texts(list)).unwrap();
            config.set_uni(texts(list)).unwrap();
        });
    }
    for list in [&[][..], &["d", "a"], &["b"]] {
        refused(&base, "app", |config| _ = config.set_app(texts(list)).unwrap());
        refused(&base, "uni", |config| _ = config.set_uni(texts(list)).unwrap());
    }
}

#[test]
fn lists_that_are_appended_inside_of_structs_too() {
    let base = json!({"opt": {"size": 1, "list": [1]}, "pool": {"list": [1]}});
    kept(&base, &json!({}), |config| {
        config.set_pool_list(vec![1, 2]).unwrap();
        config.set_opt(Some(Opt { size: 2, wait: Some(1), list: vec![1, 2] })).unwrap();
    });
    refused(&base, "pool.list", |config| _ = config.set_pool_list(vec![2]).unwrap());
    refused(&base, "opt", |config| {
        config.set_opt(Some(Opt { size: 2, wait: Some(1), list: vec![2] })).unwrap();
    });
}

#[test]
fn elements_that_merge_by_a_key() {
    let base = json!({"peers": [{"name": "a", "port": 1}, {"name": "b", "port": 2}]});
    kept(&base, &json!({}), |_| {});
    kept(&base, &json!({}), |config| {
        config.set_peers(vec![peer("a", 1), peer("b", 3), peer("c", 4)]).unwrap();
    });
    refused(&base, "peers", |config| _ = config.set_peers(vec![peer("b", 2)]).unwrap());
    refused(&base, "peers", |config| _ = config.set_peers(vec![]).unwrap());
}

#[test]
fn a_key_that_a_type_leaves_out_is_written_where_a_lower_file_has_it() {
    let base = json!({"lean": {"a": 1, "b": 2, "c": [3]}});
    kept(&base, &json!({}), |config| _ = config.set_lean(Lean { a: Some(1), b: 0, c: vec![] }).unwrap());
    for whole in [false, true] {
        let two = Two::with(YAML, &base, &json!({}));
        two.config.set_lean(Lean::default()).unwrap();
        two.save("local", whole).unwrap();
        two.assert_kept();
        let two = Two::with(TOML, &base, &json!({}));
        two.config.set_lean(Lean::default()).unwrap();
        two.assert_refused("local", whole, "lean", "base.toml");
    }
}

#[test]
fn a_table_of_any_value() {
    let base = json!({"any": {"a": 1, "b": 2}});
    refused(&base, "any", |config| _ = config.set_any(json!({"a": 1})).unwrap());
    kept(&base, &json!({}), |config| _ = config.set_any(json!({"a": 2, "b": 2})).unwrap());
    kept(&base, &json!({}), |config| _ = config.set_any(json!([1])).unwrap());
}

#[test]
fn no_value_inside_of_an_optional_struct() {
    let base = json!({"opt": {"size": 9, "wait": 3}});
    let set =
        |config: &SiteHandle| _ = config.set_opt(Some(Opt { size: 9, wait: None, list: vec![] })).unwrap();
    for whole in [false, true] {
        let two = Two::with(TOML, &base, &json!({}));
        set(&two.config);
        let error = two.save("local", whole).unwrap_err().to_string();
        assert!(error.contains("opt"), "{error}");
        for extension in [YAML, "json"] {
            let two = Two::with(extension, &base, &json!({}));
            set(&two.config);
            two.save("local", whole).unwrap();
            two.assert_kept();
        }
    }
}

#[test]
fn a_removed_key_gets_its_default_where_a_lower_file_has_another_value() {
    let base = json!({"n": 5, "note": "base", "pool": {"size": 9, "wait": 7}, "tags": {"a": "1"}});
    for (path, in_toml) in [("/n", true), ("/pool/size", true), ("/note", false), ("/pool/wait", false)] {
        for extension in [TOML, YAML, "json"] {
            let two =
                Two::with(extension, &base, &json!({"n": 6, "note": "x", "pool": {"size": 8, "wait": 6}}));
            two.remove(path);
            if in_toml || extension != TOML {
                two.save("local", false).unwrap();
                two.assert_kept();
            } else {
                two.assert_refused("local", false, &path[1..].replace('/', "."), "base.toml");
            }
        }
    }
    let two = Two::with(YAML, &base, &json!({}));
    two.remove("/tags");
    two.assert_refused("local", false, "tags", "base.yaml");
}

#[test]
fn a_value_that_an_upper_file_hides_is_not_saved_below_it() {
    for extension in [TOML, YAML, "json"] {
        let two = Two::with(extension, &json!({"n": 5}), &json!({"n": 6, "tags": {"a": "1"}}));
        two.config.set_n(7).unwrap();
        two.assert_refused("base", false, "n", &format!("local.{extension}"));
        two.assert_refused("base", true, "n", &format!("local.{extension}"));
        two.config.clear_overrides().unwrap();
        two.config.set_note(Some("x".into())).unwrap();
        two.save("base", false).unwrap();
        two.assert_kept();
        two.save("base", true).unwrap();
        two.assert_kept();
    }
}

#[test]
fn an_optional_file_that_is_not_there_yet_is_above_the_others() {
    for whole in [false, true] {
        let folder = Folder::with("base.toml", "app = ['a']\ntags = {a = '1'}\n");
        let local = folder.path("local.toml");
        let builder = || Site::hot_builder().file(folder.path("base.toml")).optional_file(&local);
        let config = builder().load().unwrap();
        config.set_app(texts(&["a", "b"])).unwrap();
        let save = || if whole { config.save(&local) } else { config.save_overrides(&local) };
        save().unwrap();
        assert_eq!(builder().check().unwrap(), *config.load());
        fs::remove_file(&local).unwrap();
        config.reload().unwrap();
        config.set_tags(BTreeMap::new()).unwrap();
        assert!(save().unwrap_err().to_string().contains("base.toml"));
    }
}

#[test]
fn a_copy_is_loaded_on_its_own() {
    let two = Two::with(TOML, &json!({"app": ["a"]}), &json!({"app": ["b"]}));
    let copy = two.folder.path("copy.toml");
    two.config.save(&copy).unwrap();
    assert_eq!(Site::hot_builder().file(copy).check().unwrap(), *two.config.load());
}
