//! A map that takes the remaining keys.

use std::collections::BTreeMap;

use hotswap::HotConfig;
use serde::Deserialize;

use super::{problems, read, toml, variables, yaml};

type Rest = BTreeMap<String, serde_json::Value>;

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Mid {
    a: u8,
    #[serde(flatten)]
    inner: Inner,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Inner {
    b: String,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Outer {
    name: String,
    #[serde(flatten)]
    mid: Mid,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Debug, Deserialize, HotConfig)]
struct First {
    #[serde(flatten)]
    rest: Rest,
    #[serde(flatten)]
    mid: Mid,
    #[serde(flatten)]
    maybe: Option<Size>,
    name: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Size {
    width: u8,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Nested {
    name: String,
    #[serde(flatten)]
    #[hot(nested)]
    mid: NestedMid,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Debug, Deserialize, HotConfig)]
struct NestedMid {
    a: u8,
    #[serde(flatten)]
    #[hot(nested)]
    inner: NestedInner,
}

#[derive(Debug, Deserialize, HotConfig)]
struct NestedInner {
    b: String,
}

fn names<V>(rest: &BTreeMap<String, V>) -> Vec<&str> {
    rest.keys().map(String::as_str).collect()
}

#[test]
fn a_catch_all_takes_what_no_field_takes() {
    let outer = toml::<Outer>("name = 'n'\na = 1\nb = 'x'\nc = 2\nd = {e = 3}").unwrap();
    assert_eq!((outer.name.as_str(), outer.mid.a, outer.mid.inner.b.as_str()), ("n", 1, "x"));
    assert_eq!(names(&outer.rest), ["c", "d"]);
    let outer = toml::<Outer>("name = 'n'\na = 1\nb = 'x'").unwrap();
    assert_eq!(names(&outer.rest), [""; 0]);
}

#[test]
fn the_order_of_the_fields_does_not_matter() {
    let first = yaml::<First>("name: n\na: 1\nb: 7\nwidth: 3\nc: 2").unwrap();
    assert_eq!(
        (first.mid.inner.b.as_str(), first.maybe, names(&first.rest)),
        ("7", Some(Size { width: 3 }), vec!["c"])
    );
    let first = yaml::<First>("name: n\na: 1\nb: x").unwrap();
    assert_eq!((first.name.as_str(), first.maybe, names(&first.rest)), ("n", None, vec![]));
}

#[test]
fn a_catch_all_beside_nested_structs_takes_what_is_left() {
    let nested = yaml::<Nested>("name: n\na: 1\nb: 7\nc: 8").unwrap();
    assert_eq!((nested.name.as_str(), nested.mid.a, nested.mid.inner.b.as_str()), ("n", 1, "7"));
    assert_eq!(nested.rest, [("c".to_owned(), 8.into())].into());
    let nested = variables::<Nested>("APP_NAME=n\nAPP_A=1\nAPP_B=7").unwrap();
    assert_eq!(nested.rest, [].into());
}

#[derive(Debug, Deserialize, HotConfig)]
struct Kinds {
    #[serde(flatten)]
    rest: Rest,
    #[serde(flatten)]
    tagged: Tagged,
    #[serde(flatten)]
    external: External,
    #[serde(flatten)]
    unit: (),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type")]
enum Tagged {
    A { a: String },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum External {
    Tcp { port: u16 },
    Unix { path: String },
}

#[test]
fn a_catch_all_beside_flattened_enums_takes_what_is_left() {
    let kinds = yaml::<Kinds>("type: A\na: 80\nunix: {path: 80}\nc: 1").unwrap();
    assert_eq!(
        (kinds.tagged, kinds.external),
        (Tagged::A { a: "80".into() }, External::Unix { path: "80".into() })
    );
    assert_eq!((names(&kinds.rest), kinds.unit), (vec!["c"], ()));
    assert!(yaml::<Kinds>("type: A\na: 80\ntcp: {port: x}").is_err());
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Coords {
    x: i32,
    y: i32,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Two {
    #[hot(default = "n")]
    name: String,
    #[serde(flatten)]
    pos: Option<Coords>,
    #[serde(flatten)]
    extra: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, HotConfig)]
struct TwoPlain {
    #[hot(default = "n")]
    name: String,
    #[serde(flatten)]
    pos: Coords,
    #[serde(flatten)]
    kind: External,
    #[serde(flatten)]
    extra: BTreeMap<String, String>,
}

fn texts(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    entries.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn a_catch_all_of_texts_takes_what_is_left() {
    let two = read::<Two>("app.json", r#"{"name": "a", "x": 1, "y": 2, "foo": "bar"}"#).unwrap();
    assert_eq!(
        (two.name.as_str(), two.pos, two.extra),
        ("a", Some(Coords { x: 1, y: 2 }), texts(&[("foo", "bar")]))
    );
    let two = toml::<Two>("foo = 'bar'").unwrap();
    assert_eq!((two.pos, two.extra), (None, texts(&[("foo", "bar")])));
    let two = yaml::<Two>("x: 1\ny: 2\nfoo: 5").unwrap();
    assert_eq!((two.pos, two.extra), (Some(Coords { x: 1, y: 2 }), texts(&[("foo", "5")])));
    let plain =
        read::<TwoPlain>("app.json", r#"{"x": 1, "y": 2, "tcp": {"port": 1}, "foo": "bar"}"#).unwrap();
    assert_eq!(
        (plain.name.as_str(), plain.pos, plain.kind),
        ("n", Coords { x: 1, y: 2 }, External::Tcp { port: 1 })
    );
    assert_eq!(plain.extra, texts(&[("foo", "bar")]));
}

#[test]
fn a_misfit_beside_a_catch_all_of_texts_is_reported_alone() {
    for (json, place) in [
        (r#"{"x": "a", "y": 2, "foo": "bar"}"#, "x"),
        (r#"{"x": 1, "y": 2, "foo": 5}"#, "foo"),
        (r#"{"name": 5, "x": 1, "y": 2, "foo": "bar"}"#, "name"),
    ] {
        let found = problems(read::<Two>("app.json", json));
        assert!(found.len() == 1 && found[0].starts_with(&format!("{place}: ")), "{json}: {found:?}");
        let json = json.replace('{', r#"{"tcp": {"port": 1}, "#);
        let found = problems(read::<TwoPlain>("app.json", &json));
        assert!(found.len() == 1 && found[0].starts_with(&format!("{place}: ")), "{json}: {found:?}");
    }
}
