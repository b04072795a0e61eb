//! Aliases, tags, merge keys, documents.

use super::{Yaml, message, places, read, table};
use crate::{source::format::parse, value::Value};

#[test]
fn an_alias_is_its_anchor_once_more() {
    let expected = table([
        ("a", table([("x", Value::yaml("1"))])),
        ("b", table([("x", Value::yaml("1"))])),
        ("c", Value::list([Value::yaml("k")])),
        ("k", Value::yaml("2")),
    ]);
    assert_eq!(read(Yaml, "a: &a {x: 1}\nb: *a\nc: [&k k]\n*k : 2"), expected);
}

#[test]
fn an_alias_bomb_is_refused() {
    let bomb = (1..12).fold("a0: &a0 [x, x]\n".to_string(), |text, level| {
        let last = level - 1;
        text + &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{last}"); 9].join(", "))
    });
    assert!(message(Yaml, &bomb).contains("too many values"));
}

#[test]
fn a_template_used_often_is_no_bomb() {
    let base: String = (0..50).map(|n| format!("  k{n}: {n}\n")).collect();
    let uses: String = (0..200).map(|n| format!("s{n}: {{<<: *b}}\n")).collect();
    assert!(parse(Yaml, &format!("base: &b\n{base}{uses}")).is_ok());
}

#[test]
fn an_alias_within_its_anchor_is_refused() {
    assert!(message(Yaml, "a: &a [*a]").contains("within its own anchor"));
}

#[test]
fn an_alias_must_not_deepen_beyond_the_limit() {
    let deep = format!("a: &a {}{}", "[".repeat(40), "]".repeat(40));
    let text = format!("{deep}\nb: {}*a{}", "[".repeat(40), "]".repeat(40));
    assert!(message(Yaml, &text).contains("deeper than 64"));
}

#[test]
fn merge_keys_are_merged() {
    let text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 0";
    let merged = table([("x", Value::yaml("0")), ("y", Value::yaml("1")), ("z", Value::yaml("2"))]);
    assert_eq!(read(Yaml, text).as_table().unwrap()["c"], merged);
}

#[test]
fn a_merge_key_in_quotes_is_a_key() {
    assert_eq!(read(Yaml, "'<<': 1"), table([("<<", Value::yaml("1"))]));
}

#[test]
fn a_merge_key_takes_tables() {
    assert_eq!(places(Yaml, "a: 1\n<<: x"), [(2, 5)]);
    assert_eq!(places(Yaml, "<<: {a: 1}\n<<: {b: 1}"), [(2, 1)]);
}

#[test]
fn several_documents_are_refused() {
    assert!(message(Yaml, "a: 1\n---\nb: 2").contains("more than one YAML document"));
    assert_eq!(read(Yaml, "%YAML 1.2\n---\na: 1\n...\n"), table([("a", Value::yaml("1"))]));
}

#[test]
fn core_tags_are_honoured() {
    let expected = table([
        ("a", Value::text("1")),
        ("b", Value::Int(10)),
        ("c", Value::Float(1.0)),
        ("d", Value::Bool(true)),
        ("e", Value::Null),
        ("f", Value::text("7")),
        ("g", Value::list([])),
        ("h", Value::Int(255)),
    ]);
    let text = "a: !!str 1\nb: !!int '10'\nc: !!float 1\nd: !!bool true\ne: !!null ''\nf: ! 7\ng: !!seq []\n\
                h: !<tag:yaml.org,2002:int> 0xff";
    assert_eq!(read(Yaml, text), expected);
}

#[test]
fn other_tags_are_refused() {
    assert_eq!(places(Yaml, "a: !secret x\nb: !!binary eA==\nc: !!set {}"), [(1, 4), (2, 4), (3, 4)]);
    assert!(message(Yaml, "a: !!int x").contains("does not fit"));
    assert!(message(Yaml, "a: !!map [1]").contains("does not fit"));
}

#[test]
fn a_key_is_a_single_value() {
    assert!(message(Yaml, "? [1, 2]\n: 3").contains("a key is a single value"));
}
