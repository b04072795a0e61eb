//! Fields whose types do not implement `Serialize` keep their text in the files.

use std::{collections::BTreeMap, fs};

use hotswap::HotConfig;
use serde::Deserialize;
use serde_json::{Value, json};

use super::support::toml;
use crate::support::Folder;

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Mark {
    name: String,
    #[serde(default)]
    level: u32,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Mode {
    Off,
    File { path: String },
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Plain {
    #[hot(default = 1)]
    n: i64,
    #[serde(default)]
    one: Mark,
    maybe: Option<Mark>,
    #[serde(default)]
    #[hot(merge = "append")]
    list: Vec<Mark>,
    #[serde(default)]
    #[hot(merge = "union")]
    unique: Vec<Mark>,
    #[hot(nested)]
    inner: Inner,
    #[hot(nested)]
    opt: Option<Inner>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Inner {
    #[hot(default = 5)]
    size: u32,
    #[serde(default)]
    #[hot(merge = "append")]
    marks: Vec<Mark>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Open {
    #[hot(default = 1)]
    n: i64,
    #[serde(flatten)]
    mark: Option<Mark>,
    #[serde(flatten)]
    rest: BTreeMap<String, Any>,
}

/// Any value, which is not written.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(transparent)]
struct Any(Value);

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Flat {
    #[hot(default = 1)]
    n: i64,
    #[serde(flatten)]
    mode: Mode,
    #[serde(flatten)]
    mark: Option<Mark>,
}

const FILES: [&str; 3] = ["toml", "yaml", "json"];

fn write(folder: &Folder, name: &str, extension: &str, value: &Value) {
    let text = if extension == "toml" { toml(value) } else { value.to_string() };
    let text = if text.is_empty() { "# empty\n".to_owned() } else { text };
    folder.write(&format!("{name}.{extension}"), &text);
}

/// Saves into one of two files, in every format and with both methods. A restart loads the saved values, or the
/// refusal names the field and the reason.
struct Case<'c> {
    base: Value,
    local: Value,
    into: &'c str,
    /// `None` if the value is saved, and a path if it cannot be saved.
    refused: Option<&'c str>,
}

macro_rules! check {
    ($type:ty, $case:expr, $set:expr) => {
        let Case { base, local, into, refused } = $case;
        for extension in FILES {
            for whole in [false, true] {
                let folder = Folder::new();
                write(&folder, "base", extension, &base);
                write(&folder, "local", extension, &local);
                let path = |name: &str| folder.path(&format!("{name}.{extension}"));
                let builder = || <$type>::hot_builder().file(path("base")).file(path("local")).watch(false);
                let config = builder().load().unwrap();
                ($set)(&config);
                let before = fs::read_to_string(path(into)).unwrap();
                let saved = match whole {
                    true => config.save(path(into)),
                    false => config.save_overrides(path(into)),
                };
                let text = fs::read_to_string(path(into)).unwrap();
                let context = format!("{extension} {whole} {base} {local}\n{text}");
                match refused {
                    None => {
                        saved.unwrap_or_else(|error| panic!("{error}\n{context}"));
                        let again = builder().check().unwrap_or_else(|error| panic!("{error}\n{context}"));
                        assert_eq!(again, *config.load(), "{context}");
                    }
                    Some(field) => {
                        let error = saved.map_err(|error| error.to_string()).expect_err(&context);
                        assert!(error.contains(field), "{error}");
                        let reason = if field == "maybe" && extension == "toml" {
                            "TOML cannot express that a field has no value"
                        } else {
                            "its type does not implement `Serialize`"
                        };
                        assert!(error.contains(reason), "{error}");
                        assert_eq!(text, before);
                    }
                }
            }
        }
    };
}

fn patch(patch: Value) -> impl Fn(&hotswap::Handle<Plain>) {
    move |config| _ = config.patch(patch.clone()).unwrap()
}

fn replace(path: &str, value: Value) -> Value {
    json!([{ "op": "add", "path": path, "value": value }])
}

fn remove(path: &str) -> Value {
    json!([{ "op": "remove", "path": path }])
}

fn marks(names: &[&str]) -> Value {
    names.iter().map(|name| json!({ "name": name })).collect()
}

fn case<'c>(base: Value, local: Value, into: &'c str, refused: Option<&'c str>) -> Case<'c> {
    Case { base, local, into, refused }
}

#[test]
fn lists_that_are_appended_do_not_grow() {
    for field in ["list", "unique"] {
        let two = || (json!({ field: marks(&["a"]) }), json!({ field: marks(&["b"]) }));
        let (base, local) = two();
        check!(Plain, case(base, local, "local", None), patch(replace("/n", json!(7))));
        let (base, local) = two();
        let more = replace(&format!("/{field}"), marks(&["a", "b", "c"]));
        check!(Plain, case(base, local, "local", None), patch(more.clone()));
        let (base, local) = two();
        let other = replace(&format!("/{field}"), marks(&["b"]));
        check!(Plain, case(base, local, "local", Some(field)), patch(other.clone()));
    }
    let inner = |names: &[&str]| json!({ "inner": { "marks": marks(names) } });
    check!(Plain, case(inner(&["a"]), inner(&["b"]), "local", None), patch(replace("/n", json!(7))));
    let opt = |names: &[&str]| json!({ "opt": { "size": 3, "marks": marks(names) } });
    check!(Plain, case(opt(&["a"]), opt(&["b"]), "local", None), patch(replace("/n", json!(7))));
}

#[test]
fn the_text_of_the_file_stays() {
    for (name, text) in [
        ("a.yaml", "n: 2\n# mark\none: {name: \"a\", level: 0x10} # one\nmaybe:\n  name: ${HOME} # home\n"),
        ("a.toml", "n = 2\none = {name = 'a', level = 0x10} # one\n[maybe] # m\nname = '${HOME}' # home\n"),
    ] {
        let folder = Folder::with(name, text);
        let config = Plain::hot_builder().file(folder.path(name)).watch(false).load().unwrap();
        config.set_n(3).unwrap();
        config.save_overrides(folder.path(name)).unwrap();
        let saved = || fs::read_to_string(folder.path(name)).unwrap();
        assert_eq!(saved(), text.replacen('2', "3", 1));
        config.save(folder.path(name)).unwrap();
        let whole = saved();
        assert!(text.replacen('2', "3", 1).lines().all(|line| whole.contains(line)), "{whole}");
    }
}

#[test]
fn a_value_that_an_upper_file_hides_is_refused() {
    let mark = |name: &str| json!({ "one": { "name": name } });
    let set = || patch(replace("/one/name", json!("z")));
    check!(Plain, case(mark("a"), mark("b"), "base", Some("one")), set());
    check!(Plain, case(mark("a"), json!({}), "base", None), set());
    check!(Plain, case(mark("a"), mark("b"), "local", None), set());
    let maybe = json!({ "maybe": { "name": "a" } });
    check!(Plain, case(json!({}), maybe, "base", Some("maybe")), patch(remove("/maybe")));
}

#[test]
fn a_removed_value_does_not_come_back() {
    let mark = |name: &str| json!({ "one": { "name": name } });
    // A type that has a default and cannot write it.
    let overrides = case(mark("a"), mark("b"), "local", Some("one"));
    for extension in FILES {
        let folder = Folder::new();
        write(&folder, "base", extension, &overrides.base);
        write(&folder, "local", extension, &overrides.local);
        let path = |name: &str| folder.path(&format!("{name}.{extension}"));
        let builder = || Plain::hot_builder().file(path("base")).file(path("local")).watch(false);
        let config = builder().load().unwrap();
        config.patch(remove("/one")).unwrap();
        let error = config.save_overrides(path("local")).unwrap_err().to_string();
        assert!(error.contains("one") && error.contains("does not implement `Serialize`"), "{error}");
        assert_eq!(builder().check().unwrap().one.name, "b");
        fs::write(path("base"), if extension == "json" { "{}" } else { "# empty\n" }).unwrap();
        config.reload().unwrap();
        config.save_overrides(path("local")).unwrap();
        assert_eq!(builder().check().unwrap(), *config.load());
    }
    for extension in ["yaml", "json"] {
        let folder = Folder::new();
        write(&folder, "base", extension, &json!({ "maybe": { "name": "a" } }));
        write(&folder, "local", extension, &json!({ "maybe": { "name": "b" } }));
        let path = |name: &str| folder.path(&format!("{name}.{extension}"));
        let builder = || Plain::hot_builder().file(path("base")).file(path("local")).watch(false);
        let config = builder().load().unwrap();
        config.patch(remove("/maybe")).unwrap();
        config.save_overrides(path("local")).unwrap();
        assert_eq!(builder().check().unwrap(), *config.load());
    }
}

#[test]
fn flattened_fields_keep_their_keys() {
    let file = || json!({ "n": 2, "kind": "file", "path": "q", "name": "a", "level": 3 });
    check!(Flat, case(json!({}), file(), "local", None), |_: &FlatHandle| {});
    check!(Flat, case(json!({}), file(), "local", None), |config: &FlatHandle| _ = config.set_n(9).unwrap());
    check!(Flat, case(file(), json!({}), "local", None), |config: &FlatHandle| _ = config.set_n(9).unwrap());
    let level = |config: &FlatHandle| _ = config.patch(replace("/level", json!(7))).unwrap();
    check!(Flat, case(json!({}), file(), "local", None), level);
    check!(Flat, case(file(), json!({}), "local", None), level);
    check!(Flat, case(file(), json!({ "level": 5 }), "base", Some("Serialize")), level);
    let off =
        json!([{ "op": "remove", "path": "/path" }, { "op": "replace", "path": "/kind", "value": "off" }]);
    let off = |config: &FlatHandle| _ = config.patch(off.clone()).unwrap();
    check!(Flat, case(json!({}), file(), "local", None), off);
    let open = || json!({ "n": 2, "name": "a", "other": [1, { "x": "y" }] });
    check!(Open, case(json!({}), open(), "local", None), |config: &OpenHandle| _ = config.set_n(9).unwrap());
    let other = |config: &OpenHandle| _ = config.patch(replace("/other", json!(7))).unwrap();
    check!(Open, case(json!({}), open(), "local", None), other);
    check!(Open, case(open(), json!({}), "local", None), other);
}
