//! Changed copies of a value. Secrets are entered, and what comes out of one stays one.

use std::{collections::BTreeMap, sync::Arc};

use super::super::key::typed;
use crate::{
    keys::{Key, Keys},
    value::{Table, Value},
};

/// Tables with more keys are taken for maps.
pub(super) const LARGE: usize = 64;
/// Lists that are longer are taken for such as may have any length.
const LONG: usize = 16;

/// How many nodes a value has.
pub(crate) fn size(value: &Value) -> usize {
    match value.inside() {
        Value::List(items) => items.iter().map(size).sum::<usize>() + 1,
        Value::Table(table) => table.values().map(size).sum::<usize>() + 1,
        _ => 1,
    }
}

/// The value at a place.
pub(super) fn get<'v>(tree: &'v Value, keys: &[Key]) -> Option<&'v Value> {
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

/// Whether it is a list of several elements, or a table that is too large for a struct.
pub(super) fn is_wide(value: &Value) -> bool {
    match value.inside() {
        Value::List(items) => items.len() > 1,
        Value::Table(table) => table.len() > LARGE,
        _ => false,
    }
}

/// The outermost wide values in a tree.
pub(super) fn wide(tree: &Value) -> Vec<Keys> {
    let mut found: Vec<Keys> = Vec::new();
    walk(tree, &Keys::root(), &mut |keys| {
        let is_inside = found.last().is_some_and(|last| keys.starts_with(last));
        if !is_inside && get(tree, &keys.0).is_some_and(is_wide) {
            found.push(keys.clone());
        }
    });
    found
}

/// Visits the place of a value and of everything in it, from the outside in.
pub(super) fn walk(value: &Value, keys: &Keys, visit: &mut dyn FnMut(&Keys)) {
    visit(keys);
    match value.inside() {
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &keys.index(index), visit);
            }
        }
        Value::Table(table) => {
            for (name, value) in &**table {
                walk(value, &keys.with(Key::Name(Arc::clone(name))), visit);
            }
        }
        _ => {}
    }
}

/// The tree with a text of its own for each key that spells a number or a truth value; parsers share those of equal keys.
pub(super) fn with_own_keys(value: &Value) -> Option<Value> {
    let own = |name: &Arc<str>| if typed(name).is_some() { Arc::from(&**name) } else { Arc::clone(name) };
    let changed = match value.inside() {
        Value::List(items) => {
            let changed: Vec<_> = items.iter().map(with_own_keys).collect();
            if changed.iter().all(Option::is_none) {
                return None;
            }
            Value::list(
                changed.into_iter().zip(&**items).map(|(new, old)| new.unwrap_or_else(|| old.clone())),
            )
        }
        Value::Table(table) => {
            let changed: Vec<_> = table.values().map(with_own_keys).collect();
            if changed.iter().all(Option::is_none) && !table.keys().any(|name| typed(name).is_some()) {
                return None;
            }
            let entries = changed.into_iter().zip(&**table);
            Value::table(entries.map(|(new, (name, old))| (own(name), new.unwrap_or_else(|| old.clone()))))
        }
        _ => return None,
    };
    Some(sealed_as(value, changed))
}

/// The tree with other values at some places, none of which is inside of another one.
pub(super) fn with_all(tree: &Value, changes: &BTreeMap<Keys, Value>) -> Value {
    changed_below(tree, &Keys::root(), changes)
}

fn changed_below(value: &Value, keys: &Keys, changes: &BTreeMap<Keys, Value>) -> Value {
    match changes.range(keys..).next() {
        Some((first, changed)) if first == keys => return changed.clone(),
        Some((first, _)) if first.starts_with(keys) => {}
        _ => return value.clone(),
    }
    let changed = match value.inside() {
        Value::List(items) => {
            let items = items.iter().enumerate();
            Value::list(items.map(|(index, item)| changed_below(item, &keys.index(index), changes)))
        }
        Value::Table(table) => Value::table(table.iter().map(|(name, value)| {
            let below = keys.with(Key::Name(Arc::clone(name)));
            (Arc::clone(name), changed_below(value, &below, changes))
        })),
        _ => return value.clone(),
    };
    sealed_as(value, changed)
}

/// The value at a place with the least around it: of lists the one element, of tables with more than `limit` keys the one
/// key. What is beside it in smaller tables is reduced to a sample of each map and of each long list.
pub(super) fn around(tree: &Value, keys: &[Key], limit: usize) -> Value {
    let [key, rest @ ..] = keys else { return tree.clone() };
    match (key, tree.inside()) {
        (Key::Index(index), Value::List(items)) => {
            Value::list(items.get(*index).map(|item| around(item, rest, limit)))
        }
        (Key::Name(name), Value::Table(table)) => {
            let Some((name, below)) = table.get_key_value(name) else { return tree.clone() };
            // A large table has many places, and is not walked for each of them.
            let beside = (table.len() <= limit).then(|| table.iter()).into_iter().flatten();
            let beside = beside.filter(|(other, _)| *other != name);
            let mut entries: Table = beside.map(|(name, value)| (Arc::clone(name), sample(value))).collect();
            entries.insert(Arc::clone(name), around(below, rest, limit));
            Value::Table(Arc::new(entries))
        }
        _ => tree.clone(),
    }
}

/// The value with one element of each long list, and one entry of each large table.
fn sample(value: &Value) -> Value {
    let reduced = match value.inside() {
        Value::List(items) if items.len() > LONG => Value::list(items.first().map(sample)),
        Value::List(items) => Value::list(items.iter().map(sample)),
        Value::Table(table) => {
            let count = if table.len() > LARGE { 1 } else { table.len() };
            Value::table(table.iter().take(count).map(|(name, value)| (Arc::clone(name), sample(value))))
        }
        _ => return value.clone(),
    };
    sealed_as(value, reduced)
}

/// The tree with one element of each long list, and one entry of each large table, those on the way to a place; and that place
/// in it.
pub(crate) fn shortened(tree: &Value, keys: &[Key]) -> (Value, Keys) {
    let mut place = Keys::root();
    (shortened_to(tree, keys, &mut place), place)
}

fn shortened_to(tree: &Value, keys: &[Key], place: &mut Keys) -> Value {
    let [key, rest @ ..] = keys else { return sample(tree) };
    match (key, tree.inside()) {
        (Key::Index(index), Value::List(items)) if items.len() > LONG => {
            place.0.push(Key::Index(0));
            Value::list(items.get(*index).map(|item| shortened_to(item, rest, place)))
        }
        (Key::Index(index), Value::List(items)) => {
            place.0.push(key.clone());
            let mut item =
                |(at, item)| if at == *index { shortened_to(item, rest, place) } else { sample(item) };
            Value::list(items.iter().enumerate().map(&mut item))
        }
        (Key::Name(name), Value::Table(table)) => {
            place.0.push(key.clone());
            let beside = table.iter().filter(|(other, _)| table.len() <= LARGE && *other != name);
            let mut entries: Table = beside.map(|(name, value)| (Arc::clone(name), sample(value))).collect();
            let below = table.get(name).map(|below| (Arc::clone(name), shortened_to(below, rest, place)));
            entries.extend(below);
            Value::Table(Arc::new(entries))
        }
        _ => {
            place.0.extend_from_slice(keys);
            tree.clone()
        }
    }
}

/// The place and everything around it, without what stands beside it in lists and maps, and in other tables if `tables` says
/// so.
pub(crate) fn only(tree: &Value, keys: &[Key], tables: bool) -> Value {
    let [key, rest @ ..] = keys else { return tree.clone() };
    match (key, tree.inside()) {
        (Key::Index(index), Value::List(items)) => {
            Value::list(items.get(*index).map(|item| only(item, rest, tables)))
        }
        (Key::Name(name), Value::Table(table)) => {
            let Some(below) = table.get(name) else { return tree.clone() };
            let below = only(below, rest, tables);
            let is_left_out = tables || table.len() > LARGE;
            let mut around = if is_left_out { crate::value::Table::new() } else { (**table).clone() };
            around.insert(Arc::clone(name), below);
            Value::Table(Arc::new(around))
        }
        _ => tree.clone(),
    }
}

/// The place in what [`around`] and [`only`] yield.
pub(crate) fn alone(keys: &Keys) -> Keys {
    let first = |key: &Key| match key {
        Key::Index(_) => Key::Index(0),
        name => name.clone(),
    };
    Keys(keys.0.iter().map(first).collect())
}

#[cfg(test)]
mod tests {
    use super::around;
    use crate::{keys::Keys, value::Value};

    fn table(count: usize) -> Value {
        Value::table((0..count).map(|index| (format!("k{index:05}").into(), Value::empty())))
    }

    #[test]
    fn a_large_table_keeps_only_the_key_on_the_way() {
        let keys = Keys::root().name("k00003");
        assert_eq!(around(&table(16), &keys.0, 16), table(16));
        let expected = Value::table([("k00003".into(), Value::empty())]);
        assert_eq!(around(&table(20_000), &keys.0, 16), expected);
    }
}
