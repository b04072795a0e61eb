//! Puts a value at a place of a tree.

use std::sync::Arc;

use super::Value;
use crate::keys::{Key, Keys};

/// The tree with `value` at `keys`, or nothing there. Tables on the way are made; lists are not grown.
pub(crate) fn place_at(tree: &Value, keys: &Keys, value: Option<&Value>) -> Value {
    let mut tree = tree.clone();
    place_in(&mut tree, &keys.0, value);
    tree
}

/// [`place_at`] in a tree that has one owner: what it shares with others is copied, and only once.
pub(crate) fn place_in(tree: &mut Value, keys: &[Key], value: Option<&Value>) {
    // The structure takes the place of the text in which it was written.
    let opened = match (&*tree, keys.first()) {
        (Value::Untyped(untyped), Some(key)) => untyped.opened(key).cloned(),
        _ => None,
    };
    if let Some(opened) = opened {
        *tree = opened;
    }
    match keys {
        [] => *tree = value.cloned().unwrap_or(Value::Null),
        [Key::Name(name)] => match value {
            Some(value) => drop(tree.entries_mut().insert(Arc::clone(name), value.clone())),
            None => drop(tree.entries_mut().remove(name)),
        },
        [Key::Name(name), rest @ ..] => {
            let next = tree.entries_mut().entry(Arc::clone(name)).or_insert_with(Value::empty);
            place_in(next, rest, value);
        }
        [Key::Index(index), rest @ ..] => {
            let Value::List(items) = tree else { return };
            if let Some(item) = Arc::make_mut(items).get_mut(*index) {
                place_in(item, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: serde_json::Value) -> Value {
        json.into()
    }

    #[test]
    fn place_makes_the_tables_on_its_way() {
        let placed = place_at(&Value::empty(), &["a", "b"].into_iter().collect(), Some(&Value::Int(1)));
        assert_eq!(placed, value(serde_json::json!({"a": {"b": 1}})));
    }

    #[test]
    fn place_of_nothing_removes() {
        let placed =
            place_at(&value(serde_json::json!({"a": {"b": 1}})), &["a", "b"].into_iter().collect(), None);
        assert_eq!(placed, value(serde_json::json!({"a": {}})));
    }
}
