//! Changed copies of a value. Secrets are entered, and what comes out of one stays one.

use std::sync::Arc;

use crate::{
    keys::{Key, Keys},
    value::Value,
};

/// How many nodes a value has.
pub(crate) fn size(value: &Value) -> usize {
    match value.inside() {
        Value::List(items) => items.iter().map(size).sum::<usize>() + 1,
        Value::Table(table) => table.values().map(size).sum::<usize>() + 1,
        _ => 1,
    }
}

/// The value at a place.
pub(super) fn at<'v>(tree: &'v Value, keys: &[Key]) -> Option<&'v Value> {
    keys.iter().try_fold(tree, |value, key| match (key, value.inside()) {
        (Key::Name(name), Value::Table(table)) => table.get(name),
        (Key::Index(index), Value::List(items)) => items.get(*index),
        _ => None,
    })
}

/// The tree with `value` at a place, or with nothing there. A list keeps its length.
pub(crate) fn with(tree: &Value, keys: &[Key], value: Option<&Value>) -> Value {
    let [key, rest @ ..] = keys else { return value.cloned().unwrap_or(Value::Null) };
    let changed = match (key, tree.inside()) {
        (Key::Name(name), Value::Table(table)) => {
            let mut table = (**table).clone();
            match (table.get(name), rest, value) {
                (_, [], None) => drop(table.remove(name)),
                (_, [], Some(value)) => drop(table.insert(Arc::clone(name), value.clone())),
                (Some(below), ..) => {
                    let below = with(below, rest, value);
                    table.insert(Arc::clone(name), below);
                }
                (None, ..) => {}
            }
            Value::Table(Arc::new(table))
        }
        (Key::Index(index), Value::List(items)) => {
            let mut items = (**items).clone();
            if let Some(item) = items.get_mut(*index) {
                *item = with(item, rest, value);
            }
            Value::List(Arc::new(items))
        }
        _ => return tree.clone(),
    };
    sealed_as(tree, changed)
}

/// The value as a secret, if `old` is one.
pub(super) fn sealed_as(old: &Value, value: Value) -> Value {
    if matches!(old, Value::Secret(_)) { Value::secret(value) } else { value }
}

/// The table or list that holds a place.
pub(super) fn parent(keys: &Keys) -> Keys {
    Keys(keys.0[..keys.0.len().saturating_sub(1)].to_vec())
}

/// The place and everything around it, without what stands beside it in lists, and in tables if `tables` says so.
pub(crate) fn only(tree: &Value, keys: &[Key], tables: bool) -> Value {
    let [key, rest @ ..] = keys else { return tree.clone() };
    match (key, tree.inside()) {
        (Key::Index(index), Value::List(items)) => {
            Value::list(items.get(*index).map(|item| only(item, rest, tables)))
        }
        (Key::Name(name), Value::Table(table)) => {
            let Some(below) = table.get(name) else { return tree.clone() };
            let below = only(below, rest, tables);
            let mut around = if tables { crate::value::Table::new() } else { (**table).clone() };
            around.insert(Arc::clone(name), below);
            Value::Table(Arc::new(around))
        }
        _ => tree.clone(),
    }
}

/// The place in what [`only`] yields.
pub(crate) fn alone(keys: &Keys) -> Keys {
    let first = |key: &Key| match key {
        Key::Index(_) => Key::Index(0),
        name => name.clone(),
    };
    Keys(keys.0.iter().map(first).collect())
}
