//! The schema against an independent validator.

use std::sync::LazyLock;

use hotswap::{Format, HotConfig, UnknownKeys};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{every::Every, said::Said};

static SCHEMA: LazyLock<jsonschema::Validator> =
    LazyLock::new(|| jsonschema::draft202012::new(&Every::schema()).unwrap());

fn accepted(document: &Value) -> Result<Every, hotswap::Error> {
    Every::hot_builder()
        .unknown_keys(UnknownKeys::Deny)
        .source(Said(Format::Json, document.to_string()))
        .check()
}

/// What must be given, and the keys given beside it.
fn with(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut document: Map<_, _> =
        [("needed".to_owned(), json!("x")), ("also".to_owned(), json!(1))].into_iter().collect();
    document.extend(entries.into_iter().map(|(key, value)| (key.to_owned(), value)));
    document.into()
}

const KEYS: &[&str] = &[
    "count", "offset", "share", "on", "letter", "log", "lanes", "short", "long", "some", "slug", "mail",
    "link", "ip", "names", "tags", "unique", "weights", "ports", "level", "store", "servers", "pair",
    "triple", "listen", "host", "path", "wait", "maybe", "choice", "renamed", "old", "free", "inner",
    "extra", "needed", "also", "former", "typo", "$schema",
];

/// Values of every kind, at and beyond every bound.
fn values() -> Vec<Value> {
    let scalars = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(2),
        json!(3),
        json!(4),
        json!(5),
        json!(9),
        json!(10),
        json!(11),
        json!(-4),
        json!(-5),
        json!(255),
        json!(256),
        json!(70000),
        json!(0.5),
        json!(1.5),
        json!(-0.5),
        json!(1e300),
        json!(""),
        json!("a"),
        json!("b"),
        json!("ä"),
        json!("ab"),
        json!("äbc"),
        json!("abcde"),
        json!("abcdef"),
        json!("warn"),
        json!("info"),
        json!("a-b"),
        json!("A-b"),
        json!("-"),
        json!("low"),
        json!("Low"),
        json!("memory"),
        json!("file"),
        json!("5"),
        json!("true"),
    ];
    let tables = [
        json!([]),
        json!([1]),
        json!([1, 2]),
        json!([1, 2, 3]),
        json!([1, 1, 1]),
        json!([1, 300]),
        json!([10]),
        json!([-1, 5]),
        json!(["a"]),
        json!(["a", "b"]),
        json!(["a", ""]),
        json!(["abc"]),
        json!(["a", "b", "c"]),
        json!([["a"]]),
        json!([null]),
        json!({}),
        json!({"a": 1}),
        json!({"a": 0}),
        json!({"a": 1, "b": 2, "c": 3}),
        json!({"1": "x"}),
        json!({"1": 1}),
        json!({"file": "x"}),
        json!({"file": 1}),
        json!({"file": "x", "memory": null}),
        json!({"table": {"host": "h"}}),
        json!({"table": {}}),
        json!({"table": {"port": 1}}),
        json!([{}]),
        json!([{"weight": 1}]),
        json!({"table": {"host": "h", "port": 1}}),
        json!({"table": {"host": "h", "prot": 1}}),
        json!({"pair": [1, true]}),
        json!({"pair": [1]}),
        json!([{"host": "h"}]),
        json!([{"host": "h", "weight": 200}]),
        json!([{"host": "h", "x": 1}]),
        json!({"size": 0}),
        json!({"size": 1, "flag": false}),
        json!({"flag": 1}),
        json!({"name": "abcd"}),
        json!({"flat": {}}),
    ];
    scalars.into_iter().chain(tables).collect()
}

/// What only its own reader can tell: the schema takes any text there, and whatever the struct says.
fn is_beyond_the_schema(key: &str, value: &Value) -> bool {
    let text_of_a_type = ["listen", "host", "wait"].contains(&key);
    let format = ["mail", "link", "ip"].contains(&key);
    let key_of_a_map = key == "ports";
    // Equal elements of a set count once, which no keyword says.
    let elements_of_a_set = key == "unique" && value.is_array();
    (value.is_string() && (text_of_a_type || format)) || key_of_a_map || elements_of_a_set
}

#[test]
fn each_value_at_each_key_is_judged_alike() {
    for key in KEYS {
        for value in values() {
            let document = with([(*key, value.clone())]);
            // `also` has another name, and both together are refused.
            let document = if *key == "former" { without(document, "also") } else { document };
            let outcome = accepted(&document);
            let valid = SCHEMA.is_valid(&document);
            let judged_alike = outcome.is_ok() == valid || valid && is_beyond_the_schema(key, &value);
            assert!(judged_alike, "{key}: {value} valid: {valid}, {outcome:?}");
        }
    }
}

fn without(mut document: Value, key: &str) -> Value {
    document.as_object_mut().unwrap().remove(key);
    document
}

#[test]
fn a_value_filled_in_later_is_accepted_everywhere() {
    for (key, text) in [
        ("count", "5"),
        ("share", "1"),
        ("on", "true"),
        ("letter", "x"),
        ("log", "warn"),
        ("lanes", "4"),
        ("short", "ab"),
        ("long", "abcdefg"),
        ("slug", "a-b"),
        ("mail", "a@b.c"),
        ("link", "http://a"),
        ("ip", "::1"),
        ("names", "a,b"),
        ("weights", "{\"a\":1}"),
        ("level", "high"),
        ("store", "memory"),
        ("pair", "1,2"),
        ("triple", "1,2,3"),
        ("listen", "1.2.3.4:5"),
        ("wait", "1s"),
        ("maybe", "1"),
        ("choice", "a"),
        ("free", "x"),
        ("extra", "{\"size\":2,\"name\":\"x\",\"flag\":true}"),
    ] {
        let document = with([(key, format!("${{HOTSWAP_TESTS_UNSET:{text}}}").into())]);
        accepted(&document).unwrap_or_else(|error| panic!("{error}"));
        assert!(SCHEMA.is_valid(&document), "{document}");
    }
    let inside =
        with([("names", json!(["${HOTSWAP_TESTS_UNSET:a}"])), ("tags", json!(["${HOTSWAP_TESTS_UNSET:a}"]))]);
    assert!(accepted(&inside).is_ok() && SCHEMA.is_valid(&inside));
}

#[test]
fn what_is_missing_is_missed() {
    for document in [json!({}), json!({"needed": "x"}), json!({"also": 1})] {
        assert!(accepted(&document).is_err() && !SCHEMA.is_valid(&document), "{document}");
    }
    let by_its_other_name = json!({"needed": "x", "former": 1});
    assert!(accepted(&by_its_other_name).is_ok() && SCHEMA.is_valid(&by_its_other_name));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    /// Keys do not disturb each other.
    #[test]
    fn documents_are_judged_alike(entries in prop::collection::btree_map(
        prop::sample::select(KEYS), prop::sample::select(values()), 0..5))
    {
        prop_assume!(!entries.contains_key("former") && !entries.contains_key("old"));
        prop_assume!(!entries.iter().any(|(key, value)| is_beyond_the_schema(key, value)));
        let document = with(entries);
        let outcome = accepted(&document);
        prop_assert_eq!(outcome.is_ok(), SCHEMA.is_valid(&document), "{}: {:?}", document, outcome);
    }
}

#[test]
fn the_schema_is_a_schema() {
    assert!(jsonschema::meta::is_valid(&Every::schema()));
}
