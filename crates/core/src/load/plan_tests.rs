use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{keys::Keys, load::Trace};

const LIST: [Merge; 3] = [Merge::Append, Merge::Union, Merge::Key("name")];

fn plan(way: Merge) -> Plan {
    Plan([("list", Step::Own(way))].into())
}

fn merged(way: Merge, layers: &[Value]) -> Value {
    layers.iter().fold(Value::empty(), |below, layer| plan(way).merge(below, layer))
}

fn layer(list: serde_json::Value) -> Value {
    json!({ "list": list }).into()
}

fn joined(way: Merge, lists: &[serde_json::Value]) -> Value {
    let layers: Vec<Value> = lists.iter().cloned().map(layer).collect();
    Keys::root().name("list").find(&merged(way, &layers)).cloned().unwrap_or(Value::Null)
}

#[test]
fn append_puts_the_lower_list_first() {
    assert_eq!(joined(Merge::Append, &[json!([1, 2]), json!([2, 3])]), json!([1, 2, 2, 3]).into());
}

#[test]
fn union_leaves_out_what_is_there() {
    assert_eq!(joined(Merge::Union, &[json!([1, 2, 1]), json!([2, 3])]), json!([1, 2, 3]).into());
}

#[test]
fn elements_with_the_same_key_meet() {
    let (low, high) =
        (json!([{"name": "a", "x": 1, "y": 1}, {"x": 9}]), json!([{"name": "b"}, {"name": "a", "y": 2}]));
    let expected = json!([{"name": "a", "x": 1, "y": 2}, {"x": 9}, {"name": "b"}]);
    assert_eq!(joined(Merge::Key("name"), &[low, high]), expected.into());
}

#[test]
fn replace_takes_a_table_as_a_whole() {
    assert_eq!(joined(Merge::Replace, &[json!({"a": 1}), json!({"b": 2})]), json!({"b": 2}).into());
}

#[test]
fn tables_meet_key_by_key_where_lists_would_be_joined() {
    assert_eq!(joined(Merge::Append, &[json!({"a": 1}), json!({"b": 2})]), json!({"a": 1, "b": 2}).into());
}

#[test]
fn null_ends_what_stands_below() {
    assert_eq!(joined(Merge::Append, &[json!([1]), json!(null)]), Value::Null);
    assert_eq!(joined(Merge::Append, &[json!([1]), json!(null), json!([2])]), json!([2]).into());
}

#[test]
fn the_text_of_a_variable_is_a_list() {
    let text = |text| Value::table([("list".into(), Value::variable(text))]);
    let found = merged(Merge::Union, &[layer(json!(["a", 1])), text("b, a,1"), text(r#"["c", 1]"#)]);
    let expected = [Value::text("a"), Value::Int(1), Value::variable("b"), Value::text("c")];
    assert_eq!(Keys::root().name("list").find(&found), Some(&Value::list(expected)));
}

#[test]
fn a_text_that_is_no_list_is_left_to_the_field() {
    let text = Value::variable("[not json");
    let found = merged(Merge::Append, &[layer(json!([1])), Value::table([("list".into(), text.clone())])]);
    assert_eq!(Keys::root().name("list").find(&found), Some(&text));
}

#[test]
fn a_number_in_a_plain_yaml_scalar_is_the_number() {
    assert!(alike(&Value::yaml("80"), &Value::Int(80)) && !alike(&Value::yaml("80"), &Value::Int(81)));
}

fn list() -> impl Strategy<Value = serde_json::Value> {
    let item = (0..4, 0..3).prop_map(|(name, x)| match x {
        0 => json!({"name": name}),
        x => json!({"name": name, "x": x, format!("y{x}"): x}),
    });
    prop::collection::vec(item, 0..5).prop_map(serde_json::Value::from)
}

fn numbers(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        _ => &[],
    }
}

proptest! {
    #[test]
    fn it_does_not_matter_which_layers_meet_first(a in list(), b in list(), c in list()) {
        for way in LIST {
            let upper: serde_json::Value = joined(way, &[b.clone(), c.clone()]).to_json();
            prop_assert_eq!(joined(way, &[a.clone(), b.clone(), c.clone()]), joined(way, &[a.clone(), upper]));
        }
    }

    #[test]
    fn append_keeps_all_in_order(lists in prop::collection::vec(list(), 1..5)) {
        let all: Vec<_> = lists.iter().flat_map(|list| list.as_array().cloned().unwrap_or_default()).collect();
        prop_assert_eq!(joined(Merge::Append, &lists), Value::from(serde_json::Value::from(all)));
    }

    #[test]
    fn union_keeps_each_once(lists in prop::collection::vec(list(), 1..5)) {
        let found = joined(Merge::Union, &lists);
        let found = numbers(&found);
        for (at, item) in found.iter().enumerate() {
            prop_assert!(!found[..at].contains(item));
        }
        for item in lists.iter().flat_map(|list| list.as_array().cloned().unwrap_or_default()) {
            prop_assert!(found.contains(&item.into()));
        }
    }

    #[test]
    fn no_two_elements_share_a_key(lists in prop::collection::vec(list(), 1..5)) {
        let found = joined(Merge::Key("name"), &lists);
        let names: Vec<_> = numbers(&found).iter().filter_map(|item| item.as_table()?.get("name")).collect();
        for (at, name) in names.iter().enumerate() {
            prop_assert!(!names[..at].contains(name));
        }
    }

    /// The traced contributions give the merged value.
    #[test]
    fn every_value_is_traced_to_the_layer_that_gave_it(lists in prop::collection::vec(list(), 1..4)) {
        for way in [Merge::Deep, Merge::Replace, Merge::Append, Merge::Union, Merge::Key("name")] {
            let layers: Vec<Value> = lists.iter().cloned().map(layer).collect();
            let tree = merged(way, &layers);
            let keys = Keys::root().name("list");
            let items = keys.find(&tree).cloned().unwrap_or(Value::Null);
            for (at, item) in numbers(&items).iter().enumerate() {
                for name in item.as_table().into_iter().flat_map(|table| table.keys()) {
                    let place = keys.index(at).name(name);
                    let trace = Trace::new(Some(&plan(way)), layers.iter(), &place, place.0.len());
                    let given = trace.given.last();
                    prop_assert_eq!(trace.depth, 3);
                    prop_assert_eq!(given.map(|given| &given.value), place.find(&tree));
                    let there = given.and_then(|given| given.keys.find(&layers[given.layer]));
                    prop_assert_eq!(there, place.find(&tree));
                }
            }
        }
    }
}
