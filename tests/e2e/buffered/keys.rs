//! Unknown keys behind serde's buffers.

use std::collections::BTreeMap;

use hotswap::{HotConfig, UnknownKeys};
use serde::Deserialize;

use super::{problems, toml, variables, yaml};
use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Sink {
    File {
        path: String,
        max: Option<u32>,
        #[serde(default)]
        retry: Retry,
    },
    Net(Net),
    Null,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Retry {
    #[serde(default)]
    max_tries: u8,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Net {
    addr: String,
    #[serde(flatten)]
    limits: Limits,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Limits {
    #[serde(default)]
    burst: u8,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Source {
    Tcp { host: String, port: u16 },
    Unix { path: String, mode: Option<u16> },
    Name(String),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Named { name: String, size: Option<u8> },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Item {
    name: String,
    #[serde(flatten)]
    limits: Limits,
}

#[derive(Debug, Default, Deserialize, HotConfig)]
#[serde(default)]
struct App {
    sink: Option<Sink>,
    sinks: Vec<Sink>,
    by_name: BTreeMap<String, Sink>,
    source: Option<Source>,
    sources: Vec<Source>,
    adjacent: Option<Adjacent>,
    items: Vec<Item>,
    net: Option<Net>,
    any: Option<serde_json::Value>,
}

#[test]
fn a_misspelt_key_is_reported_with_the_one_that_was_meant() {
    for (text, problem) in [
        ("sink: {type: file, path: x, maxx: 1}", "sink.maxx: unknown key, did you mean `max`?"),
        (
            "sink: {type: file, path: x, retry: {max_tries: 1}}",
            "sink.retry.max_tries: unknown key, did you mean `maxTries`?",
        ),
        (
            "sinks: [{type: file, path: x}, {type: file, path: x, amx: 1}]",
            "sinks[1].amx: unknown key, did you mean `max`?",
        ),
        ("by_name: {a: {type: file, path: x, mx: 1}}", "by_name.a.mx: unknown key, did you mean `max`?"),
        ("sink: {type: net, addr: x, bursts: 1}", "sink.bursts: unknown key, did you mean `burst`?"),
        ("sink: {type: net, addr: x, maxx: 1}", "sink.maxx: unknown key"),
        ("sink: {type: 'null', maxx: {a: 1}}", "sink.maxx: unknown key"),
        ("source: {path: x, mdoe: 7}", "source.mdoe: unknown key, did you mean `mode`?"),
        ("sources: [{host: x, port: 1, prot: 2}]", "sources[0].prot: unknown key"),
        ("source: {path: x, host: y}", "source.host: unknown key, it has no effect without `port`"),
        ("adjacent: {t: Named, c: {name: x, sise: 1}}", "adjacent.c.sise: unknown key, did you mean `size`?"),
        ("adjacent: {t: Named, c: {name: x}, d: 1}", "adjacent.d: unknown key"),
        ("items: [{name: x, burts: 1}]", "items[0].burts: unknown key, did you mean `burst`?"),
        ("net: {addr: x, burts: 1}", "net.burts: unknown key, did you mean `burst`?"),
    ] {
        let problems = problems(yaml::<App>(text));
        assert!(problems.len() == 1 && problems[0].starts_with(problem), "{text}: {problems:?}");
    }
}

#[test]
fn keys_that_are_used_are_not_reported() {
    let app = yaml::<App>(
        "sink: {type: file, path: x, max: 1, retry: {maxTries: 3}}
sinks: [{type: 'null'}, {type: net, addr: x, burst: 1}, {type: file, path: 80, max: 80}]
by_name: {a: {type: net, addr: x}}
source: {host: x, port: 1}
sources: [{path: x, mode: 7}, name, 80]
adjacent: {t: Named, c: {name: x, size: 1}}
items: [{name: x, burst: 1}, {name: y}]
any: {a: {b: [1, {c: 2}]}, d: true}",
    )
    .unwrap();
    assert_eq!((app.sinks.len(), app.sources.len(), app.items.len()), (3, 3, 2));
}

#[test]
fn every_unknown_key_is_reported_at_once() {
    let found = problems(yaml::<App>(
        "sink: {type: file, path: x, maxx: 1, pathh: 2}\nsinks: [{type: file, path: x, retry: {a: 1}}]\nitems: [{name: x, b: {c: 1}}]",
    ));
    let places: Vec<_> = found.iter().map(|problem| problem.split(':').next().unwrap()).collect();
    assert_eq!(places, ["sink.maxx", "sink.pathh", "sinks[0].retry.a", "items[0].b"]);
}

#[test]
fn the_policy_for_unknown_keys_holds_behind_a_buffer() {
    let folder = Folder::with("app.yaml", "sink: {type: file, path: x, maxx: 1}");
    let builder = || App::hot_builder().file(folder.path("app.yaml"));
    let config = builder().unknown_keys(UnknownKeys::Warn).load().unwrap();
    let warnings = config.status().warnings;
    assert!(warnings.len() == 1 && warnings[0].starts_with("sink.maxx: unknown key"), "{warnings:?}");
    assert!(builder().unknown_keys(UnknownKeys::Allow).check().is_ok());
}

#[derive(Debug, Deserialize, HotConfig)]
struct Flat {
    name: String,
    #[serde(flatten)]
    limits: Limits,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Maybe {
    name: String,
    #[serde(flatten)]
    pos: Option<Coords>,
    #[serde(flatten)]
    size: Option<Size>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Coords {
    x: u32,
    y: u32,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Size {
    width: u32,
}

#[test]
fn a_misspelt_key_next_to_a_flattened_struct_is_reported() {
    let problems = |text: &str| problems(toml::<Flat>(text));
    assert_eq!(problems("name = 'a'\nbursst = 1"), ["bursst: unknown key, did you mean `burst`?"]);
    assert_eq!(problems("name = 'a'\nnaem = 'b'"), ["naem: unknown key, did you mean `name`?"]);
    assert_eq!(toml::<Flat>("name = 'a'\nburst = 1").unwrap().limits.burst, 1);
}

#[test]
fn a_flattened_option_that_is_given_in_part_is_reported() {
    for (text, problem) in [
        ("name: a\nx: 1", "y: missing value"),
        ("name: a\ny: 1", "x: missing value"),
        ("name: a\nx: b\ny: 1", "x: expected an integer, found a string"),
        ("name: a\nwidth: b", "width: expected an integer, found a string"),
        ("name: a\nz: 1", "z: unknown key"),
        ("name: a\nx: 1\ny: 2\nwidht: 1", "widht: unknown key, did you mean `width`?"),
    ] {
        let problems = problems(yaml::<Maybe>(text));
        assert!(problems.len() == 1 && problems[0].starts_with(problem), "{text}: {problems:?}");
    }
}

#[test]
fn a_flattened_option_is_absent_or_whole() {
    let maybe = yaml::<Maybe>("name: a").unwrap();
    assert_eq!((maybe.name.as_str(), maybe.pos, maybe.size), ("a", None, None));
    let maybe = yaml::<Maybe>("name: a\nx: 1\ny: 2").unwrap();
    assert_eq!((maybe.pos, maybe.size), (Some(Coords { x: 1, y: 2 }), None));
    let maybe = yaml::<Maybe>("name: a\nwidth: 1").unwrap();
    assert_eq!((maybe.pos, maybe.size), (None, Some(Size { width: 1 })));
    // Another problem does not cause reports of missing values.
    assert_eq!(problems(yaml::<Maybe>("name: [a]")), ["name: expected a string, found a list"]);
}

#[derive(Debug, Deserialize, HotConfig)]
struct Nesting {
    #[serde(default)]
    list: Vec<Listed>,
    #[serde(flatten)]
    #[hot(nested)]
    place: Option<Place>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Place {
    street: String,
    zip: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Listed {
    name: String,
    #[serde(flatten)]
    pos: Option<Position>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Position {
    x: u32,
    label: String,
}

#[test]
fn a_flattened_option_in_a_list_element_is_reported_too() {
    assert_eq!(
        problems(yaml::<Nesting>("list: [{name: a}, {name: a, x: 1}]")),
        ["list[1].label: missing value"]
    );
    assert_eq!(
        problems(yaml::<Nesting>("list: [{name: a, x: z, label: b}]")),
        ["list[0].x: expected an integer, found a string"]
    );
    let list = yaml::<Nesting>("list: [{name: a, x: 1, label: 80}]").unwrap().list;
    assert_eq!(list[0].pos, Some(Position { x: 1, label: "80".into() }));
}

#[test]
fn a_flattened_nested_option_is_reported_too() {
    assert_eq!(problems(yaml::<Nesting>("street: a")), ["zip: missing value"]);
    assert_eq!(yaml::<Nesting>("list: []").unwrap().place, None);
    let place = Place { street: "1".into(), zip: "0815".into() };
    assert_eq!(yaml::<Nesting>("street: 1\nzip: 0815").unwrap().place.as_ref(), Some(&place));
    assert_eq!(variables::<Nesting>("APP_STREET=1\nAPP_ZIP=0815").unwrap().place, Some(place));
}

#[derive(Debug, Deserialize, HotConfig)]
struct Spread {
    name: String,
    #[serde(flatten)]
    #[hot(nested)]
    inner: SpreadInner,
    #[serde(flatten)]
    size: Option<Size>,
}

#[derive(Debug, Deserialize, HotConfig)]
struct SpreadInner {
    #[hot(default = 1)]
    depth: u8,
    #[serde(flatten)]
    pos: Option<Coords>,
}

#[test]
fn flattened_fields_on_several_levels_share_the_table() {
    let spread = yaml::<Spread>("name: a\ndepth: 2\nx: 1\ny: 2\nwidth: 3").unwrap();
    assert_eq!((spread.name.as_str(), spread.inner.depth), ("a", 2));
    assert_eq!((spread.inner.pos, spread.size), (Some(Coords { x: 1, y: 2 }), Some(Size { width: 3 })));
    assert_eq!(
        problems(yaml::<Spread>("name: a\nx: 1\ny: 2\nwdith: 3")),
        ["wdith: unknown key, did you mean `width`?"]
    );
}

#[test]
fn unknown_keys_are_reported_beside_other_problems() {
    let found = problems(yaml::<Spread>("name: [a]\ndepth: 2\nx: 1\ny: 2\nwidth: 3\ndept: 4"));
    assert_eq!(found, ["name: expected a string, found a list", "dept: unknown key, did you mean `depth`?"]);
    let found = problems(yaml::<Spread>("name: a\ndepth: x\nx: 1\nwidth: 3"));
    assert_eq!(found, ["depth: expected an integer, found a string", "y: missing value"]);
}
