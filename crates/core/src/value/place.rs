//! Sets a value at a path of a tree.

use std::sync::Arc;

use super::Value;
use crate::keys::{Key, Keys};

/// The tree with `value` at `keys`, or without a value there. Missing tables on the path are created; lists
/// are not extended.
pub(crate) fn place_at(tree: &Value, keys: &Keys, value: Option<&Value>) -> Value {
    let mut tree = tree.clone();
    place_in(&mut tree, &keys.0, value);
    tree
}

/// [`place_at`] in a tree with one owner: shared parts are copied, and only once.
pub(crate) fn place_in(tree: &mut Value, keys: &[Key], value: Option<&Value>) {
    // The parsed structure replaces its text.
    if let Some(opened) = keys.first().and_then(|key| opened(tree, key)) {
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

/// Replaces the texts on the path to `keys` with their lists and tables.
pub(crate) fn open_in(tree: &mut Value, keys: &[Key]) {
    let [key, rest @ ..] = keys else { return };
    if let Some(opened) = opened(tree, key) {
        *tree = opened;
    }
    let below = match (key, tree) {
        (Key::Name(name), Value::Table(table)) => Arc::make_mut(table).get_mut(name),
        (Key::Index(index), Value::List(items)) => Arc::make_mut(items).get_mut(*index),
        _ => None,
    };
    if let Some(below) = below {
        open_in(below, rest);
    }
}

/// The list or table in the text of a variable, if `key` leads into it. The values in a sealed text are sealed
/// individually.
fn opened(text: &Value, key: &Key) -> Option<Value> {
    let Value::Untyped(untyped) = text.inside() else { return None };
    let opened = untyped.opened(key)?;
    Some(if let Value::Secret(_) = text { sealed(opened) } else { opened.clone() })
}

fn sealed(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::list(items.iter().map(sealed)),
        Value::Table(table) => {
            Value::table(table.iter().map(|(name, value)| (Arc::clone(name), sealed(value))))
        }
        value => Value::secret(value.clone()),
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
    fn what_a_sealed_text_holds_stays_sealed() {
        let text = Value::secret(Value::variable(r#"{"a": ["x", "y"]}"#));
        let placed =
            place_at(&text, &Keys::root().name("a").index(0), Some(&Value::secret(Value::text("z"))));
        let a = Keys::root().name("a");
        for (index, text) in ["z", "y"].into_iter().enumerate() {
            let found = a.index(index).find(&placed).unwrap();
            assert!(matches!(found, Value::Secret(_)) && found.as_text() == Some(text), "{index}");
        }
    }

    #[test]
    fn place_of_nothing_removes() {
        let placed =
            place_at(&value(serde_json::json!({"a": {"b": 1}})), &["a", "b"].into_iter().collect(), None);
        assert_eq!(placed, value(serde_json::json!({"a": {}})));
    }
}
