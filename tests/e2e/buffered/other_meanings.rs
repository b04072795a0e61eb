//! The position of an error after texts were read in another meaning is that of the error, not of the
//! texts.

use std::collections::BTreeMap;

use hotswap::HotConfig;
use serde::Deserialize;

use super::{problems, read, yaml};

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Sink {
    File {
        path: String,
        #[serde(default)]
        max: u32,
        inner: Option<Box<Sink>>,
    },
    Net {
        addr: String,
        tls: Option<Tls>,
        #[serde(default)]
        labels: BTreeMap<String, String>,
    },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Tls {
    cert: String,
    #[serde(default)]
    alpn: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
enum Strict {
    D { a: String, inner: Option<StrictInner> },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictInner {
    a: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    D(u8, String),
    E([String; 2], u8),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Number {
    Integer(i64),
    Float(f64),
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Item {
    name: String,
    #[serde(flatten)]
    common: Common,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Common {
    code: Option<String>,
    #[serde(default)]
    is_on: bool,
    float: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Chosen {
    id: u8,
    #[serde(flatten)]
    sink: Sink,
}

#[derive(Debug, Default, Deserialize, HotConfig)]
#[serde(default)]
struct App {
    sink: Option<Sink>,
    sinks: Vec<Sink>,
    named: BTreeMap<String, Sink>,
    strict: Option<Strict>,
    adjacent: Option<Adjacent>,
    numbers: Vec<Number>,
    items: Vec<Item>,
    chosen: Option<Chosen>,
}

#[track_caller]
fn place(text: &str) -> String {
    let found = problems(yaml::<App>(text));
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found[0].split(": ").next().unwrap().to_owned()
}

#[test]
fn an_error_after_a_text_has_its_own_place() {
    for (text, expected) in [
        ("sink: {type: net, addr: 80, tls: {certt: c}}", "sink.tls.cert"),
        ("sink: {type: net, addr: 80, tls: {cert: 1, alpn: 5}}", "sink.tls.alpn"),
        ("sink: {type: net, addr: 80, tls: {cert: 1, alpn: [1, {}]}}", "sink.tls.alpn[1]"),
        ("sink: {type: net, addr: 80, labels: {a: 1, b: [2]}}", "sink.labels.b"),
        ("sink: {type: file, path: 80, inner: {type: file, path: 1, max: x}}", "sink.inner.max"),
        ("sinks: [{type: file, path: 5}, {type: fiel}]", "sinks[1].type"),
        ("sinks: [{type: file, path: 5}, {type: file, path: 6, max: -1}]", "sinks[1].max"),
        ("sinks: [{type: file, path: 5}, {type: file, max: 5}]", "sinks[1].path"),
        ("named: {a: {type: file, path: 5}, b: {type: file, path: 5, max: x}}", "named.b.max"),
        ("items: [{name: a, code: 5, isOn: maybe}]", "items[0].isOn"),
        ("items: [{name: 5}, {name: 5, code: [5]}]", "items[1].code"),
        ("strict: {type: D, a: 5, bb: 1}", "strict.bb"),
        ("strict: {type: D, a: 5, inner: {a: 5, bb: 1}}", "strict.inner.bb"),
        ("adjacent: {t: D, c: [1, 2, 3]}", "adjacent.c"),
        ("adjacent: {t: D, c: [1]}", "adjacent.c"),
        ("adjacent: {t: E, c: [[1, 2, 3], 5]}", "adjacent.c[0]"),
        ("numbers: [1, 99999999999999999999, true, ~]", "numbers[3]"),
        ("numbers: [007, x, 1e999, [1]]", "numbers[3]"),
        ("chosen: {id: 1, type: file, path: 5, max: x}", "chosen.max"),
    ] {
        assert_eq!(place(text), expected, "{text}");
    }
}

#[test]
fn infinity_and_nan_are_texts_for_a_text() {
    for text in [".inf", "-.inf", ".nan", ".NaN"] {
        let app = yaml::<App>(&format!("sink: {{type: file, path: {text}}}")).unwrap();
        assert!(matches!(app.sink, Some(Sink::File { path, .. }) if path == text), "{text}");
        let app = yaml::<App>(&format!("sink: {{type: net, addr: x, labels: {{a: {text}}}}}")).unwrap();
        assert!(matches!(app.sink, Some(Sink::Net { labels, .. }) if labels["a"] == text), "{text}");
        let app = yaml::<App>(&format!("items: [{{name: {text}, code: {text}, float: {text}}}]")).unwrap();
        assert_eq!((app.items[0].name.as_str(), app.items[0].common.code.as_deref()), (text, Some(text)));
        assert!(app.items[0].common.float.is_some_and(|float| !float.is_finite()), "{text}");
        let app = yaml::<App>(&format!("numbers: [{text}]")).unwrap();
        assert!(matches!(app.numbers[0], Number::Float(float) if !float.is_finite()), "{text}");
    }
}

#[test]
fn an_unknown_key_beside_a_nan_is_reported() {
    for text in ["items: [{name: a, float: .nan, codee: 1}]", "items: [{name: a, codee: 1, float: .NaN}]"] {
        assert_eq!(problems(yaml::<App>(text)), ["items[0].codee: unknown key, did you mean `code`?"]);
    }
    assert!(yaml::<App>("items: [{name: a, float: .nan, code: b, isOn: true}]").is_ok());
}

#[test]
fn a_wrong_tag_lists_the_variants() {
    for text in ["sink: {type: fil}", "sinks: [{type: 5}]", "chosen: {id: 1, type: fil}"] {
        let error = yaml::<App>(text).unwrap_err().to_string();
        assert!(error.contains("choose one of `file`, `net`"), "{text}: {error}");
    }
}

#[test]
fn a_list_for_a_tagged_enum_is_not_a_missing_value() {
    for (name, text) in [("app.yaml", "sink: []"), ("app.json", r#"{"sink": []}"#), ("app.toml", "sink = []")]
    {
        let found = problems(read::<App>(name, text));
        assert!(
            found.len() == 1 && found[0].starts_with("sink: expected a table, found a list"),
            "{found:?}"
        );
    }
    assert!(
        problems(yaml::<App>("sinks: [{type: file, path: a}, []]"))[0]
            .starts_with("sinks[1]: expected a table, found a list")
    );
}

#[test]
fn a_key_in_another_case_is_given_the_right_one_as_a_hint() {
    for key in ["ison", "is_on", "IsOn", "IS_ON"] {
        let found = problems(yaml::<App>(&format!("items: [{{name: a, {key}: true}}]")));
        assert_eq!(found, [format!("items[0].{key}: unknown key, did you mean `isOn`?")]);
    }
}
