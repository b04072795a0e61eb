//! Values that serde drops silently together with their flattened `Option`.

use hotswap::HotConfig;
use serde::{Deserialize, Deserializer};

use super::{problems, read, toml, yaml};

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Opts {
    a: Option<u8>,
    b: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Coords {
    x: i32,
    y: i32,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Sink {
    Stdout,
    File {
        path: String,
        #[serde(default)]
        max: u32,
    },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Item {
    id: u8,
    #[serde(flatten)]
    opts: Option<Opts>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Outer {
    id: u8,
    #[serde(flatten)]
    inner: Inner,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Inner {
    name: Option<String>,
    #[serde(flatten)]
    opts: Option<Opts>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Piped {
    id: u8,
    #[serde(flatten)]
    sink: Option<Sink>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Placed {
    id: u8,
    #[serde(flatten)]
    pos: Option<Coords>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Item(Item),
}

#[derive(Debug, Default, Deserialize, HotConfig)]
#[serde(default)]
struct App {
    item: Option<Item>,
    items: Vec<Item>,
    outer: Option<Outer>,
    piped: Option<Piped>,
    placed: Option<Placed>,
    tagged: Option<Tagged>,
    lenient: Option<LenientFlat>,
    lenient_tag: Option<LenientTag>,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Root {
    #[hot(default = 1)]
    id: u8,
    #[serde(flatten)]
    opts: Option<Opts>,
    #[serde(flatten)]
    sink: Option<Sink>,
}

fn opts(a: Option<u8>, b: Option<&str>) -> Option<Opts> {
    Some(Opts { a, b: b.map(str::to_owned) })
}

/// The paths of the problems.
#[track_caller]
fn places<T: HotConfig + std::fmt::Debug>(read: Result<T, hotswap::Error>) -> Vec<String> {
    problems(read).iter().map(|problem| problem.split(": ").next().unwrap().to_owned()).collect()
}

#[test]
fn a_value_of_a_flattened_option_of_optional_fields_is_not_lost() {
    let item = |text: &str| yaml::<App>(&format!("item: {text}")).unwrap().item.unwrap().opts;
    assert_eq!(item("{id: 1, b: 5}"), opts(None, Some("5")));
    assert_eq!(item("{id: 1, a: 3}"), opts(Some(3), None));
    assert_eq!(item("{id: 1, a: 3, b: true}"), opts(Some(3), Some("true")));
    assert_eq!(item("{id: 1}"), opts(None, None));
    let items = yaml::<App>("items: [{id: 1, b: 5}, {id: 2, b: 007}, {id: 3, a: 1}]").unwrap().items;
    let items: Vec<_> = items.into_iter().map(|item| item.opts).collect();
    assert_eq!(items, [opts(None, Some("5")), opts(None, Some("007")), opts(Some(1), None)]);
    let outer = yaml::<App>("outer: {id: 1, name: 5, b: 5}").unwrap().outer.unwrap().inner;
    assert_eq!(outer, Inner { name: Some("5".into()), opts: opts(None, Some("5")) });
    let Some(Tagged::Item(tagged)) = yaml::<App>("tagged: {kind: Item, id: 1, b: 5}").unwrap().tagged else {
        panic!("not read")
    };
    assert_eq!(tagged.opts, opts(None, Some("5")));
    assert_eq!(yaml::<Root>("b: 5").unwrap().opts, opts(None, Some("5")));
}

#[test]
fn a_misfit_in_a_flattened_option_of_optional_fields_is_reported_alone() {
    for (text, place) in [
        ("item: {id: 1, a: x}", "item.a"),
        ("item: {id: 1, a: 300, b: x}", "item.a"),
        ("item: {id: 1, a: 1, b: [x]}", "item.b"),
        ("items: [{id: 1}, {id: 1, a: x, b: y}]", "items[1].a"),
        ("outer: {id: 1, name: n, a: x, b: 5}", "outer.a"),
        ("outer: {id: 1, b: {}}", "outer.b"),
        ("tagged: {kind: Item, id: 1, a: x}", "tagged.a"),
        ("tagged: {kind: Item, id: 1, a: 300, b: 5}", "tagged.a"),
    ] {
        assert_eq!(places(yaml::<App>(text)), [place], "{text}");
    }
    assert_eq!(places(yaml::<Root>("a: x")), ["a"]);
    assert_eq!(places(read::<App>("app.json", r#"{"item": {"id": 1, "a": "x", "b": "y"}}"#)), ["item.a"]);
    assert_eq!(places(toml::<App>("[item]\nid = 1\nb = 5")), ["item.b"]);
    assert_eq!(places(yaml::<App>("item: {id: 1, a: 300, c: x}")), ["item.a", "item.c"]);
}

#[test]
fn keys_that_the_type_knows_are_not_called_unknown() {
    for (text, expected) in [
        ("piped: {id: 1, type: fil}", vec!["piped.type"]),
        ("piped: {id: 1, type: file}", vec!["piped.path"]),
        ("piped: {id: 1, type: file, path: 5, max: x}", vec!["piped.max"]),
        ("piped: {id: 1, type: file, path: [], max: 1}", vec!["piped.path"]),
        ("piped: {id: 1, type: file, max: 1}", vec!["piped.path"]),
        ("piped: {id: 1, type: file, path: a, maxx: 1}", vec!["piped.maxx"]),
        ("placed: {id: 1, x: a, y: 2}", vec!["placed.x"]),
        ("placed: {id: 1, x: 1, y: b}", vec!["placed.y"]),
        ("placed: {id: 1, x: a, y: b}", vec!["placed.x", "placed.y"]),
        ("placed: {id: 1, x: a, y: 2, z: 3}", vec!["placed.x", "placed.z"]),
    ] {
        let mut found = places(yaml::<App>(text));
        found.sort();
        assert_eq!(found, expected, "{text}");
    }
    for (text, expected) in [
        ("type: fil", "type: the value does not fit the type of the field"),
        ("type: file", "path: missing value"),
        ("type: file\npath: 5\nmax: x", "max: expected an integer, found a string"),
        ("type: file\npath: [1]", "path: expected a string, found a list"),
    ] {
        let found = problems(yaml::<Root>(text));
        let (place, message) = expected.split_once(": ").unwrap();
        assert!(found.len() == 1 && found[0].starts_with(&format!("{place}: ")), "{text}: {found:?}");
        assert!(found[0].contains(message), "{text}: {found:?}");
    }
    assert_eq!(
        yaml::<Root>("type: file\npath: 5").unwrap().sink,
        Some(Sink::File { path: "5".into(), max: 0 })
    );
    assert_eq!(yaml::<Root>("type: stdout").unwrap().sink, Some(Sink::Stdout));
}

fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    Ok(u32::deserialize(deserializer).unwrap_or_default())
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Lenient {
    a: String,
    #[serde(default, deserialize_with = "lenient")]
    max: u32,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct LenientFlat {
    q: u8,
    #[serde(flatten)]
    inner: Lenient,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type")]
enum LenientTag {
    L(Lenient),
}

#[test]
fn a_function_that_reads_any_value_may_take_the_default_for_it() {
    for (given, max) in [("0", 0), ("5", 5), ("z", 0), ("'0'", 0), ("-1", 0), ("[1]", 0)] {
        let flat = yaml::<App>(&format!("lenient: {{q: 1, a: 7, max: {given}}}")).unwrap();
        assert_eq!(flat.lenient.unwrap().inner, Lenient { a: "7".into(), max }, "{given}");
        let tagged = yaml::<App>(&format!("lenient_tag: {{type: L, a: x, max: {given}}}")).unwrap();
        assert_eq!(tagged.lenient_tag, Some(LenientTag::L(Lenient { a: "x".into(), max })), "{given}");
    }
    assert_eq!(places(yaml::<App>("lenient: {q: 1, a: x, mx: 5}")), ["lenient.mx"]);
}
