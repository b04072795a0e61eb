//! Random documents with comments, and random edits.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Edit, with_remarks};
use crate::{
    keys::{Key, Keys},
    source::format::{
        Format, comments,
        edit::{
            change::{Change, Changes, add},
            is_equivalent,
        },
        parse,
    },
    value::Value,
};

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| Value::Int(number.into())),
        any::<f64>()
            .prop_filter("JSON has finite numbers only", |float| float.is_finite())
            .prop_map(Value::Float),
        "\\PC{0,8}|[\\x00-\\x20\"'\\\\:#,{}\\[\\]&*!|>%@`$=-]{0,8}".prop_map(|text| Value::text(&text)),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![prop::collection::vec(inner.clone(), 0..4).prop_map(Value::list), table(inner),]
    })
}

fn table(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::btree_map("[a-c]|[a-z:# .\"]{0,4}", inner, 0..4)
        .prop_map(|table| Value::table(table.into_iter().map(|(name, value)| (Arc::from(name), value))))
}

/// A document, written in one of several layouts, with a comment wherever one may stand.
fn document(format: Format, tree: &Value, style: u8, dos: bool) -> String {
    let mut text = match (format, style % 3) {
        // In place, from an empty text: sections or lines.
        (_, 0) => put(format, "", tree),
        (Format::Json, _) => tree.to_json().to_string(),
        (_, 1) => {
            let flat = tree.as_table().unwrap().iter();
            let sign = if format == Format::Toml { " = " } else { ": " };
            let line = |(name, value): (&Arc<str>, &Value)| {
                let value = crate::source::format::write::value(value, format).unwrap();
                format!("{}{sign}{value}\n", crate::source::format::write::key(name))
            };
            flat.map(line).collect()
        }
        (format, _) => super::super::super::whole(format, tree),
    };
    if format != Format::Json {
        let lines = text.lines().enumerate();
        text = lines.map(|(at, line)| format!("# above {at}\n{line} # behind {at}\n")).collect();
        text.push_str("# end");
    }
    if style.is_multiple_of(2) {
        text.push('\n');
    }
    if dos { text.replace('\n', "\r\n") } else { text }
}

/// Tables as such.
fn put(format: Format, text: &str, tree: &Value) -> String {
    fn all(tree: &Value, keys: &Keys, out: &mut Vec<Edit>) {
        match tree.as_table().filter(|table| !table.is_empty()) {
            Some(table) => table.iter().for_each(|(name, value)| all(value, &keys.name(name), out)),
            None => out.push((keys.clone(), Change::Put(tree.clone()))),
        }
    }
    let mut edits = Vec::new();
    all(tree, &Keys::root(), &mut edits);
    edits.retain(|(keys, _)| !keys.is_root());
    with_remarks(format, text, &edits, &[]).unwrap()
}

/// Places of the tree, those of new entries and items among them.
fn places(tree: &Value, keys: &Keys, out: &mut Vec<Keys>) {
    match tree {
        Value::Table(table) => {
            table.iter().for_each(|(name, value)| {
                out.push(keys.name(name));
                places(value, &keys.name(name), out);
            });
            out.push(keys.name("new"));
            out.push(keys.name("deep").name("er"));
        }
        Value::List(items) => {
            items.iter().enumerate().for_each(|(at, item)| {
                out.push(keys.index(at));
                places(item, &keys.index(at), out);
            });
            out.push(keys.index(items.len()));
        }
        _ => {}
    }
}

fn edits(tree: &Value, picks: Vec<(prop::sample::Index, Option<Value>)>) -> Vec<Edit> {
    let mut all = Vec::new();
    places(tree, &Keys::root(), &mut all);
    let mut edits: Vec<Edit> = Vec::new();
    for (pick, value) in picks {
        let keys = all[pick.index(all.len())].clone();
        // Changes of one place exclude each other, and an item that is removed moves those behind it.
        if edits.iter().all(|(known, _)| !known.starts_with(&keys) && !keys.starts_with(known)) {
            edits.push((keys, value.map_or(Change::Remove, Change::Put)));
        }
    }
    edits
}

fn texts(format: Format, text: &str) -> Vec<String> {
    let mut found: Vec<_> =
        comments(format, text).into_iter().map(|range| text[range].trim_end().to_owned()).collect();
    found.sort();
    found
}

fn check(
    format: Format,
    tree: Value,
    style: u8,
    dos: bool,
    picks: Vec<(prop::sample::Index, Option<Value>)>,
) {
    let text = document(format, &tree, style, dos);
    let before = parse(format, &text).unwrap_or_else(|flaws| panic!("{flaws:?}\n{text}"));
    let edits = edits(&tree, picks);
    let mut changes = Changes::new();
    edits.iter().for_each(|(keys, change)| add(&mut changes, &keys.0, change.clone()));
    let wanted = Change::Inside(changes).apply(Some(&before)).unwrap();
    let written = with_remarks(format, &text, &edits, &["ours"]).unwrap();
    let after = parse(format, &written).unwrap_or_else(|flaws| panic!("{flaws:?}\n{written}"));
    let hollow: Vec<Vec<Key>> = edits
        .iter()
        .filter(|(_, change)| *change == Change::Remove)
        .flat_map(|(keys, _)| (1..keys.0.len()).map(|depth| keys.0[..depth].to_vec()))
        .collect();
    let [wanted, read] = [&wanted, &after].map(|tree| super::super::without_hollow(tree, &hollow));
    assert!(is_equivalent(format, &wanted, &read), "{edits:?}\n{text}\n---\n{written}");
    if format != Format::Json {
        let mut expected = texts(format, &text);
        expected.push("# ours".to_owned());
        expected.sort();
        assert_eq!(texts(format, &written), expected, "{edits:?}\n{text}\n---\n{written}");
    }
    if dos {
        assert!(!written.replace("\r\n", "").contains('\n') || !text.contains("\r\n"), "{written:?}");
    }
}

fn picks() -> impl Strategy<Value = Vec<(prop::sample::Index, Option<Value>)>> {
    prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(value())), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn toml_means_what_it_should_and_keeps_its_comments(
        tree in table(value()), style in any::<u8>(), dos in any::<bool>(), picks in picks()
    ) {
        check(Format::Toml, tree, style, dos, picks);
    }

    #[test]
    fn yaml_means_what_it_should_and_keeps_its_comments(
        tree in table(value()), style in any::<u8>(), dos in any::<bool>(), picks in picks()
    ) {
        check(Format::Yaml, tree, style, dos, picks);
    }

    #[test]
    fn json_means_what_it_should(
        tree in table(value()), style in any::<u8>(), dos in any::<bool>(), picks in picks()
    ) {
        check(Format::Json, tree, style, dos, picks);
    }
}
