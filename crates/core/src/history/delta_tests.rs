//! Edits of trees and maps.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn value(json: serde_json::Value) -> Value {
    json.into()
}

/// The paths at which two trees differ, and the values there, as JSON.
fn found(from: serde_json::Value, to: serde_json::Value) -> Vec<(String, String, String)> {
    let show =
        |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), |value| value.to_json().to_string());
    let differences = differences(&value(from), &value(to));
    differences.iter().map(|(keys, old, new)| (keys.to_string(), show(old), show(new))).collect()
}

fn row(path: &str, old: &str, new: &str) -> (String, String, String) {
    (path.to_owned(), old.to_owned(), new.to_owned())
}

#[test]
fn the_deepest_place_is_named() {
    let from = json!({"a": {"x": 1, "y": 2}, "b": 3});
    assert_eq!(
        found(from, json!({"a": {"x": 1, "y": 4}, "c": 5})),
        [row("a.y", "2", "4"), row("b", "3", "-"), row("c", "-", "5")]
    );
}

#[test]
fn lists_of_one_length_differ_item_by_item() {
    let rows = found(json!({"a": [{"x": 1}, {"x": 2}, 3]}), json!({"a": [{"x": 1}, {"x": 9}, 4]}));
    assert_eq!(rows, [row("a[1].x", "2", "9"), row("a[2]", "3", "4")]);
}

#[test]
fn an_item_in_the_middle_costs_that_item() {
    assert_eq!(found(json!([1, 2, 3]), json!([1, 9, 2, 3])), [row("[1]", "-", "9")]);
    assert_eq!(found(json!([1, 9, 2, 3]), json!([1, 2, 3])), [row("[1]", "9", "-")]);
    assert_eq!(found(json!([1, 2, 3]), json!([3])), [row("[0]", "1", "-"), row("[1]", "2", "-")]);
}

#[test]
fn a_table_that_becomes_a_number_is_replaced() {
    assert_eq!(found(json!({"a": {"b": 1}}), json!({"a": 1})), [row("a", r#"{"b":1}"#, "1")]);
}

#[test]
fn what_is_shared_is_not_looked_at_and_stays_shared() {
    let shared = value(json!({"deep": [1, 2]}));
    let from = Value::table([("a".into(), shared.clone()), ("b".into(), Value::Int(1))]);
    let to = Value::table([("a".into(), shared.clone()), ("b".into(), Value::Int(2))]);
    let edits = diff(&from, &to);
    assert_eq!(edits.len(), 1);
    let mut tree = from;
    apply(&mut tree, &edits);
    let (Some(Value::Table(kept)), Value::Table(shared)) = (tree.as_table().unwrap().get("a"), &shared)
    else {
        panic!("a table stands there")
    };
    assert!(Arc::ptr_eq(kept, shared));
}

/// Trees of tables and lists over few keys and numbers, so that two of them have much in common.
pub(crate) fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0..3i128).prop_map(Value::Int),
        Just(Value::Null),
        Just(Value::Float(f64::NAN)),
        prop::sample::select(vec!["", "x"]).prop_map(Value::text),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let entries =
            prop::collection::btree_map(prop::sample::select(vec!["a", "b", "c"]), inner.clone(), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::list),
            entries.prop_map(|entries| {
                Value::table(entries.into_iter().map(|(key, value)| (key.into(), value)))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn edits_lead_there_and_back(a in tree(), b in tree()) {
        let mut tree = a.clone();
        apply(&mut tree, &diff(&a, &b));
        prop_assert_eq!(&tree, &b);
        apply(&mut tree, &diff(&b, &a));
        prop_assert_eq!(&tree, &a);
    }

    #[test]
    fn equal_trees_need_no_edit(a in tree(), b in tree()) {
        prop_assert_eq!(diff(&a, &a.clone()), []);
        prop_assert_eq!(diff(&a, &b).is_empty(), a == b);
        prop_assert_eq!(differences(&a, &b).is_empty(), a == b);
    }

    #[test]
    fn each_difference_is_one(a in tree(), b in tree()) {
        for (keys, old, new) in differences(&a, &b) {
            prop_assert!(old != new, "{keys}: {old:?}");
            prop_assert_eq!(keys.find(&a).filter(|_| old.is_some()), old.as_ref());
            prop_assert_eq!(keys.find(&b).filter(|_| new.is_some()), new.as_ref());
        }
    }

    #[test]
    fn entries_lead_there_and_back(
        a in prop::collection::btree_map(0..6u8, 0..3u8, 0..6), b in prop::collection::btree_map(0..6u8, 0..3u8, 0..6),
    ) {
        let mut map = a.clone();
        apply_map(&mut map, &diff_map(&a, &b));
        prop_assert_eq!(&map, &b);
        prop_assert_eq!(diff_map(&b, &b.clone()), []);
    }
}
