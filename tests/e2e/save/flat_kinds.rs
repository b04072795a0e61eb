//! Flattened fields of every kind: a restart loads the values that were set, saved or rolled back.

use std::{collections::BTreeMap, fs};

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
        #[serde(alias = "file")]
        path: String,
        #[serde(default)]
        max: u32,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Out {
    Tcp { port: u16 },
    Unix(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Auth {
    Basic { user: String, pass: u32 },
    Token { token: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Coords {
    #[serde(alias = "left")]
    x: i32,
    y: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Limits {
    #[serde(alias = "maximum")]
    max: u32,
    wait: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Waits {
    #[hot(default = 1)]
    n: u32,
    #[serde(flatten)]
    #[hot(restart)]
    kind: Sink,
    #[serde(flatten)]
    extra: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct WaitsOpen {
    #[hot(default = 1)]
    n: u32,
    #[serde(flatten)]
    kind: Sink,
    #[serde(flatten)]
    #[hot(restart)]
    extra: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Maybe {
    #[hot(default = 1)]
    n: u32,
    #[serde(flatten)]
    #[hot(nested)]
    limits: Option<Limits>,
    #[serde(flatten)]
    extra: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct External {
    #[hot(default = 1)]
    n: u32,
    #[serde(flatten)]
    out: Out,
    #[serde(flatten)]
    extra: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct ExternalAlone {
    #[hot(default = 1)]
    n: u32,
    #[serde(flatten)]
    out: Out,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Untagged {
    #[hot(default = 1)]
    n: u32,
    #[serde(flatten)]
    auth: Auth,
    #[serde(flatten)]
    extra: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Aliased {
    #[hot(default = 1)]
    n: u32,
    #[serde(flatten)]
    pos: Coords,
    #[serde(flatten)]
    sink: Option<Sink>,
    #[serde(flatten)]
    extra: BTreeMap<String, Value>,
}

const FILES: [&str; 3] = ["a.toml", "a.yaml", "a.json"];

fn write(file: &str, value: &Value) -> Folder {
    let text = if file == "a.toml" { toml(value) } else { value.to_string() };
    Folder::with(file, &text)
}

/// Sets and saves, with both methods and in every format; a restart loads the values in force, and a rollback
/// restores the old ones.
macro_rules! kept {
    ($type:ident, $value:expr, $set:expr) => {
        for file in FILES {
            for whole in [false, true] {
                let folder = write(file, &$value);
                let path = folder.path(file);
                let builder = || $type::hot_builder().file(&path).watch(false);
                let config = builder().load().unwrap_or_else(|error| panic!("{error}"));
                let before = (*config.load()).clone();
                ($set)(&config);
                let set = (*config.load()).clone();
                let saved = if whole { config.save(&path) } else { config.save_overrides(&path) };
                let text = fs::read_to_string(&path).unwrap();
                saved.unwrap_or_else(|error| panic!("{file} {whole} {error}\n{text}"));
                let again = builder().check().unwrap_or_else(|error| panic!("{error}\n{text}"));
                assert_eq!(again, set, "{file} {whole} {text}");
                if set != before {
                    config.rollback(1).unwrap_or_else(|error| panic!("{file} {error}"));
                    assert_eq!(*config.load(), before, "{file}");
                    config.rollback(1).unwrap_or_else(|error| panic!("{file} {error}"));
                    assert_eq!(*config.load(), set, "{file}");
                }
            }
        }
    };
}

fn replace(path: &str, value: Value) -> Value {
    json!([{ "op": "add", "path": path, "value": value }])
}

fn extra<const N: usize>(entries: [(&str, Value); N]) -> BTreeMap<String, Value> {
    entries.map(|(name, value)| (name.to_owned(), value)).into()
}

#[test]
fn a_field_that_waits_for_a_restart_stays_beside_a_catch_all() {
    let file = json!({ "type": "file", "path": "q", "max": 1, "foo": "bar" });
    for name in FILES {
        for patched in [false, true] {
            let folder = write(name, &file);
            let path = folder.path(name);
            let builder = || Waits::hot_builder().file(&path).watch(false);
            let config = builder().load().unwrap();
            let before = (*config.load()).clone();
            match patched {
                true => _ = config.patch(replace("/path", json!("new"))).unwrap(),
                false => _ = config.set_kind(Sink::File { path: "new".to_owned(), max: 1 }).unwrap(),
            }
            assert_eq!(*config.load(), before, "{name} {patched}");
            assert_eq!(config.pending_restart().len(), 1, "{name} {patched}");
            // The catch-all map goes live anyway.
            config.set_extra(extra([("foo", json!("baz")), ("more", json!(1))])).unwrap();
            assert_eq!(config.load().kind, before.kind);
            assert_eq!(config.load().extra, extra([("foo", json!("baz")), ("more", json!(1))]));
            config.patch(replace("/foo", json!("patched"))).unwrap();
            assert_eq!(config.load().kind, before.kind);
            assert_eq!(config.load().extra, extra([("foo", json!("patched")), ("more", json!(1))]));
            let changes: Vec<String> =
                config.diff(1, config.version()).unwrap().iter().map(ToString::to_string).collect();
            assert!(
                !changes.iter().any(|change| change.contains("path") || change.contains("type")),
                "{changes:?}"
            );
            config.save_overrides(&path).unwrap();
            let again = builder().check().unwrap();
            let new = Sink::File { path: "new".to_owned(), max: 1 };
            assert_eq!((again.kind, again.extra), (new, config.load().extra.clone()));
            config.rollback(1).unwrap();
            assert_eq!(config.load().kind, before.kind);
            assert_eq!(config.load().extra, extra([("foo", json!("baz")), ("more", json!(1))]));
            config.rollback_to(1).unwrap();
            assert_eq!(*config.load(), before);
        }
    }
}

#[test]
fn another_variant_waits_for_a_restart() {
    let file = json!({ "type": "file", "path": "q", "max": 1, "foo": "bar" });
    let folder = write("a.toml", &file);
    let config = Waits::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
    let before = (*config.load()).clone();
    config.set_kind(Sink::Stdout).unwrap();
    assert_eq!((&*config.load(), config.pending_restart().len()), (&before, 1));
    config.set_n(5).unwrap();
    assert_eq!((&config.load().kind, &config.load().extra), (&before.kind, &before.extra));
    // In the other direction, the running value has no keys of the pending variant.
    let folder = write("b.toml", &json!({}));
    folder.write("b.toml", "type = 'stdout'\nfoo = 'bar'\n");
    let config = Waits::hot_builder().file(folder.path("b.toml")).watch(false).load().unwrap();
    config.set_kind(Sink::File { path: "q".to_owned(), max: 1 }).unwrap();
    let now = config.load().clone();
    assert_eq!((&now.kind, &now.extra), (&Sink::Stdout, &extra([("foo", json!("bar"))])));
    assert_eq!(config.pending_restart().len(), 1);
    config.set_n(5).unwrap();
    assert_eq!((&config.load().kind, &config.load().extra), (&now.kind, &now.extra));
}

#[test]
fn a_catch_all_that_waits_for_a_restart_leaves_the_fields_beside_it_live() {
    let folder = write("a.toml", &json!({ "type": "file", "path": "q", "foo": "bar" }));
    let path = folder.path("a.toml");
    let builder = || WaitsOpen::hot_builder().file(&path).watch(false);
    let config = builder().load().unwrap();
    config.set_extra(extra([("more", json!(1))])).unwrap();
    assert_eq!((config.load().extra.len(), config.pending_restart().len()), (1, 1));
    assert!(config.load().extra.contains_key("foo"));
    config.set_kind(Sink::File { path: "new".to_owned(), max: 3 }).unwrap();
    let now = config.load().clone();
    assert_eq!(now.kind, Sink::File { path: "new".to_owned(), max: 3 });
    assert_eq!(now.extra, extra([("foo", json!("bar"))]));
    config.save_overrides(&path).unwrap();
    let again = builder().check().unwrap();
    assert_eq!((again.kind, again.extra), (now.kind.clone(), extra([("more", json!(1))])));
    config.rollback(1).unwrap();
    assert_eq!(config.load().kind, Sink::File { path: "q".to_owned(), max: 0 });
}

#[test]
fn a_file_that_changes_a_waiting_field_leaves_the_catch_all_live() {
    let folder = write("a.toml", &json!({ "type": "file", "path": "q", "foo": "bar" }));
    let config = Waits::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
    folder.write("a.toml", "type = 'file'\npath = 'new'\nmax = 4\nfoo = 'baz'\nmore = 1\n");
    config.reload().unwrap();
    let now = config.load().clone();
    assert_eq!(now.kind, Sink::File { path: "q".to_owned(), max: 0 });
    assert_eq!(now.extra, extra([("foo", json!("baz")), ("more", json!(1))]));
    assert_eq!(config.pending_restart().len(), 1, "{:?}", config.pending_restart());
}

#[test]
fn an_optional_struct_beside_a_catch_all() {
    let limits = |max, wait| Some(Limits { max, wait });
    for file in [
        json!({ "max": 3, "wait": 4, "foo": "bar" }),
        json!({ "maximum": 3, "foo": "bar" }),
        json!({ "foo": 1 }),
    ] {
        kept!(Maybe, file, |_: &MaybeHandle| {});
        kept!(Maybe, file, |config: &MaybeHandle| _ = config.set_limits(limits(7, Some(8))).unwrap());
        kept!(Maybe, file, |config: &MaybeHandle| _ = config.set_limits(limits(7, None)).unwrap());
        kept!(Maybe, file, |config: &MaybeHandle| {
            config.set_limits(None).unwrap();
            assert_eq!(config.load().extra.len(), 1);
        });
        kept!(Maybe, file, |config: &MaybeHandle| {
            config.set_extra(extra([("bar", json!([1]))])).unwrap();
            assert_eq!(config.load().extra.len(), 1);
        });
    }
    let file = json!({ "maximum": 3, "foo": "bar" });
    kept!(Maybe, file, |config: &MaybeHandle| _ = config.patch(replace("/max", json!(9))).unwrap());
    kept!(Maybe, file, |config: &MaybeHandle| _ = config.patch(replace("/foo", json!(9))).unwrap());
}

#[test]
fn an_externally_tagged_enum() {
    let tcp = || Out::Tcp { port: 9 };
    for file in [json!({ "tcp": { "port": 1 } }), json!({ "unix": "/run/x" })] {
        kept!(ExternalAlone, file, |_: &ExternalAloneHandle| {});
        kept!(ExternalAlone, file, |config: &ExternalAloneHandle| _ = config.set_out(tcp()).unwrap());
        kept!(ExternalAlone, file, |config: &ExternalAloneHandle| {
            config.set_out(Out::Unix("/y".to_owned())).unwrap();
        });
    }
    for file in [json!({ "tcp": { "port": 1 }, "foo": 1 }), json!({ "unix": "/run/x", "foo": 1 })] {
        kept!(External, file, |_: &ExternalHandle| {});
        kept!(External, file, |config: &ExternalHandle| _ = config.set_out(tcp()).unwrap());
        kept!(External, file, |config: &ExternalHandle| _ =
            config.set_out(Out::Unix("/y".to_owned())).unwrap());
        kept!(External, file, |config: &ExternalHandle| {
            config.set_extra(extra([("bar", json!({ "a": 1 }))])).unwrap();
        });
        kept!(External, file, |config: &ExternalHandle| _ = config.set_n(7).unwrap());
    }
    let file = json!({ "tcp": { "port": 1 }, "foo": 1 });
    kept!(External, file, |config: &ExternalHandle| _ =
        config.patch(replace("/tcp/port", json!(9))).unwrap());
}

#[test]
fn an_untagged_enum() {
    let token = || Auth::Token { token: "t".to_owned() };
    let basic = || Auth::Basic { user: "v".to_owned(), pass: 2 };
    for file in [json!({ "user": "u", "pass": 1, "foo": 1 }), json!({ "token": "x", "foo": 1 })] {
        kept!(Untagged, file, |_: &UntaggedHandle| {});
        kept!(Untagged, file, |config: &UntaggedHandle| _ = config.set_auth(token()).unwrap());
        kept!(Untagged, file, |config: &UntaggedHandle| _ = config.set_auth(basic()).unwrap());
        kept!(Untagged, file, |config: &UntaggedHandle| {
            config.set_extra(extra([("bar", json!({ "a": 1 }))])).unwrap();
        });
        kept!(Untagged, file, |config: &UntaggedHandle| _ = config.set_n(7).unwrap());
    }
}

#[test]
fn aliases_in_flattened_types() {
    for file in [
        json!({ "left": 1, "y": 2, "foo": 1 }),
        json!({ "left": 1, "y": 2, "type": "file", "file": "q", "foo": 1 }),
        json!({ "x": 1, "y": 2, "type": "stdout", "foo": 1 }),
    ] {
        kept!(Aliased, file, |_: &AliasedHandle| {});
        kept!(Aliased, file, |config: &AliasedHandle| _ = config.set_pos(Coords { x: 7, y: 2 }).unwrap());
        kept!(Aliased, file, |config: &AliasedHandle| {
            config.set_sink(Some(Sink::File { path: "z".to_owned(), max: 3 })).unwrap();
        });
        kept!(Aliased, file, |config: &AliasedHandle| _ = config.set_sink(Some(Sink::Stdout)).unwrap());
        kept!(Aliased, file, |config: &AliasedHandle| _ = config.set_sink(None).unwrap());
        kept!(Aliased, file, |config: &AliasedHandle| _ =
            config.set_extra(extra([("bar", json!(2))])).unwrap());
    }
}
