//! Merges one tree over another: tables key by key, everything else as a whole.

use std::{collections::btree_map::Entry, sync::Arc};

use crate::value::Value;

/// Merges `above` over `below`. Values that only one of them has are shared, not copied; parts of `below` with no
/// other owner are reused.
pub(crate) fn merge(below: Value, above: &Value) -> Value {
    let (Value::Table(mut merged), Value::Table(high)) = (below, above) else { return above.clone() };
    if merged.is_empty() {
        return above.clone();
    }
    if high.is_empty() || Arc::ptr_eq(&merged, high) {
        return Value::Table(merged);
    }
    let entries = Arc::make_mut(&mut merged);
    for (key, value) in high.iter() {
        match entries.entry(Arc::clone(key)) {
            Entry::Vacant(free) => drop(free.insert(value.clone())),
            Entry::Occupied(mut low) => {
                let below = low.insert(Value::Null);
                low.insert(merge(below, value));
            }
        }
    }
    Value::Table(merged)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{keys::Keys, value::place_at};

    fn value(json: serde_json::Value) -> Value {
        json.into()
    }

    #[test]
    fn tables_meet_key_by_key_and_lists_are_replaced() {
        let low = value(serde_json::json!({"a": {"x": 1, "y": 2}, "list": [1, 2]}));
        let high = value(serde_json::json!({"a": {"y": 3}, "list": [9]}));
        let expected = value(serde_json::json!({"a": {"x": 1, "y": 3}, "list": [9]}));
        assert_eq!(merge(low, &high), expected);
    }

    #[test]
    fn null_takes_the_place_of_a_value() {
        let merged = merge(value(serde_json::json!({"a": 1})), &value(serde_json::json!({"a": null})));
        assert_eq!(merged, value(serde_json::json!({"a": null})));
    }

    /// Trees of three levels over few keys, so that layers overlap often.
    fn tree() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i8>().prop_map(|number| Value::Int(number.into())),
            Just(Value::Null),
            Just(Value::list([Value::Bool(true)])),
        ];
        let table = |inner| {
            prop::collection::btree_map(prop::sample::select(vec!["a", "b", "c"]), inner, 0..4)
                .prop_map(|entries| Value::table(entries.into_iter().map(|(key, value)| (key.into(), value))))
        };
        let nested = leaf.prop_recursive(3, 12, 3, move |inner| table(inner.boxed()));
        table(nested.boxed())
    }

    /// The specification of a merge for one leaf: the highest layer with a value on the path decides.
    fn winner<'v>(layers: [&'v Value; 3], keys: &Keys) -> Option<&'v Value> {
        let says = |layer: &&Value| {
            (1..=keys.0.len()).any(|depth| {
                let found = Keys(keys.0[..depth].to_vec()).find(layer);
                found.is_some_and(|found| depth == keys.0.len() || found.as_table().is_none())
            })
        };
        layers.into_iter().rev().find(says).and_then(|layer| keys.find(layer))
    }

    proptest! {
        #[test]
        fn an_empty_layer_and_a_repeated_one_change_nothing(a in tree(), b in tree()) {
            prop_assert_eq!(&merge(a.clone(), &Value::empty()), &a);
            prop_assert_eq!(&merge(Value::empty(), &a), &a);
            let merged = merge(a, &b);
            prop_assert_eq!(&merge(merged.clone(), &b), &merged);
        }

        #[test]
        fn the_highest_layer_that_speaks_decides(a in tree(), b in tree(), c in tree(),
            path in prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 1..4))
        {
            let keys: Keys = path.into_iter().collect();
            let merged = merge(merge(a.clone(), &b), &c);
            let found = keys.find(&merged).filter(|found| found.as_table().is_none());
            let expected = winner([&a, &b, &c], &keys).filter(|found| found.as_table().is_none());
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn what_is_placed_is_found(a in tree(), number in any::<i8>(),
            path in prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 1..4))
        {
            let keys: Keys = path.into_iter().collect();
            let value = Value::Int(number.into());
            let placed = place_at(&a, &keys, Some(&value));
            prop_assert_eq!(keys.find(&placed), Some(&value));
            let taken = place_at(&placed, &keys, None);
            prop_assert_eq!(keys.find(&taken), None);
        }
    }
}
