//! The edits that turn one tree into another, each at the deepest path at which the trees differ.
//!
//! A version that differs from the next one in one value costs about as much memory as that value, however large
//! the configuration is.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use crate::{
    keys::{Key, Keys, Way},
    resolve::interpolate,
    value::{Table, Value},
};

/// A change at one path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edit {
    pub(crate) keys: Keys,
    pub(crate) act: Act,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    Put(Value),
    Remove,
    /// Replaces `removed` items of a list.
    Splice {
        at: usize,
        removed: usize,
        items: Vec<Value>,
    },
}

/// A path at which two trees differ, and the value of each.
pub(crate) type Difference = (Keys, Option<Value>, Option<Value>);

/// The edits that turn `from` into `to`; empty if they are equal.
pub(crate) fn diff(from: &Value, to: &Value) -> Vec<Edit> {
    Comparison { open: false, edits: Vec::new() }.run(from, to)
}

/// The edits that turn `from` into `to`, except for secrets: those of `from` stay, and those of `to` are not
/// stored.
///
/// Lists that contain secrets are skipped: items cannot be matched to their secrets across versions.
pub(crate) fn diff_open(from: &Value, to: &Value) -> Vec<Edit> {
    Comparison { open: true, edits: Vec::new() }.run(from, to)
}

/// Whether the value contains the value of a secret; names of variables do not count.
pub(crate) fn holds_value(value: &Value) -> bool {
    match value {
        Value::Secret(_) => {
            !matches!(value.inside(), Value::Template(text) if interpolate::is_only_variables(text))
        }
        Value::List(items) => items.iter().any(holds_value),
        Value::Table(table) => table.values().any(holds_value),
        _ => false,
    }
}

/// The value without its secrets; `None` for a secret, and for a list that contains secrets.
fn open_part(value: &Value) -> Option<Value> {
    match value {
        value if !holds_value(value) => Some(value.clone()),
        Value::Table(table) => {
            let entries = table.iter().filter_map(|(name, value)| Some((name.clone(), open_part(value)?)));
            Some(Value::table(entries))
        }
        _ => None,
    }
}

impl Way<'_> {
    fn edit(self, act: Act) -> Edit {
        Edit { keys: self.keys(), act }
    }
}

/// A traversal of two trees.
struct Comparison {
    /// Whether secrets are skipped.
    open: bool,
    edits: Vec<Edit>,
}

impl Comparison {
    fn run(mut self, from: &Value, to: &Value) -> Vec<Edit> {
        self.compare(from, to, Way::Start);
        self.edits
    }

    fn compare(&mut self, from: &Value, to: &Value, way: Way<'_>) {
        match (from, to) {
            (Value::Table(from), Value::Table(to)) => {
                if !Arc::ptr_eq(from, to) {
                    self.tables(from, to, way);
                }
            }
            (Value::List(from), Value::List(to)) => {
                if !Arc::ptr_eq(from, to) {
                    self.lists(from, to, way);
                }
            }
            _ if from == to => {}
            _ => self.put(to, way),
        }
    }

    fn put(&mut self, value: &Value, way: Way<'_>) {
        let value = if self.open { open_part(value) } else { Some(value.clone()) };
        self.edits.extend(value.map(|value| way.edit(Act::Put(value))));
    }

    fn tables(&mut self, from: &Table, to: &Table, way: Way<'_>) {
        for (name, value) in from {
            let below = Way::Name(&way, name);
            match to.get(name) {
                Some(other) => self.compare(value, other, below),
                None if self.open && matches!(value, Value::Secret(_)) => {}
                None => self.edits.push(below.edit(Act::Remove)),
            }
        }
        let new = to.iter().filter(|(name, _)| !from.contains_key(*name));
        new.for_each(|(name, value)| self.put(value, Way::Name(&way, name)));
    }

    /// Compares the items between the common start and end of two lists: pair by pair if their numbers are equal,
    /// else as a whole.
    fn lists(&mut self, from: &[Value], to: &[Value], way: Way<'_>) {
        let head = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        let (from, to) = (&from[head..], &to[head..]);
        let tail = from.iter().rev().zip(to.iter().rev()).take_while(|(a, b)| a == b).count();
        let (from, to) = (&from[..from.len() - tail], &to[..to.len() - tail]);
        if self.open && from.iter().chain(to).any(holds_value) {
            return;
        }
        if from.len() == to.len() {
            let pairs = from.iter().zip(to).enumerate();
            pairs.for_each(|(place, (a, b))| self.compare(a, b, Way::Index(&way, head + place)));
        } else {
            self.edits.push(way.edit(Act::Splice { at: head, removed: from.len(), items: to.to_vec() }));
        }
    }
}

/// Applies edits to the tree for which they were computed. Unchanged parts stay shared.
pub(crate) fn apply(tree: &mut Value, edits: &[Edit]) {
    edits.iter().for_each(|edit| edit.apply(tree));
}

impl Edit {
    /// Whether it replaces the whole tree.
    pub(super) fn is_whole(&self) -> bool {
        self.keys.is_root() && matches!(self.act, Act::Put(_))
    }

    fn apply(&self, tree: &mut Value) {
        match &self.act {
            Act::Splice { at, removed, items } => {
                if let Some(Value::List(list)) = place_mut(tree, &self.keys.0) {
                    let list = Arc::make_mut(list);
                    // The tree may lack values that were not saved to a file.
                    let start = (*at).min(list.len());
                    let end = start.saturating_add(*removed).min(list.len());
                    list.splice(start..end, items.iter().cloned());
                }
            }
            Act::Put(value) => put(tree, &self.keys.0, value.clone()),
            Act::Remove => {
                if let Some((Key::Name(name), above)) = self.keys.0.split_last()
                    && let Some(Value::Table(table)) = place_mut(tree, above)
                {
                    Arc::make_mut(table).remove(name);
                }
            }
        }
    }
}

fn put(tree: &mut Value, keys: &[Key], value: Value) {
    let Some((last, above)) = keys.split_last() else {
        *tree = value;
        return;
    };
    match (last, place_mut(tree, above)) {
        (Key::Name(name), Some(Value::Table(table))) => {
            Arc::make_mut(table).insert(Arc::clone(name), value);
        }
        (Key::Index(index), Some(Value::List(list))) => {
            Arc::make_mut(list).get_mut(*index).into_iter().for_each(|item| *item = value.clone());
        }
        _ => {}
    }
}

fn place_mut<'v>(tree: &'v mut Value, keys: &[Key]) -> Option<&'v mut Value> {
    keys.iter().try_fold(tree, |value, key| match (key, value) {
        (Key::Name(name), Value::Table(table)) => Arc::make_mut(table).get_mut(name),
        (Key::Index(index), Value::List(list)) => Arc::make_mut(list).get_mut(*index),
        _ => None,
    })
}

/// The paths at which two trees differ. In lists of different lengths, items are paired after the common start.
pub(crate) fn differences(from: &Value, to: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    for Edit { keys, act } in diff(from, to) {
        let before = keys.find(from);
        match act {
            Act::Put(value) => found.push((keys.clone(), before.cloned(), Some(value))),
            Act::Remove => found.push((keys.clone(), before.cloned(), None)),
            Act::Splice { at, removed, items } => {
                for place in 0..removed.max(items.len()) {
                    let keys = keys.index(at + place);
                    let old = keys.find(from).filter(|_| place < removed).cloned();
                    let new = items.get(place).cloned();
                    // Paired items may be equal.
                    if old != new {
                        found.push((keys, old, new));
                    }
                }
            }
        }
    }
    found
}

/// The entries that turn one map into another: new values, and `None` for removed keys.
pub(crate) fn diff_map<K: Ord + Clone, V: PartialEq + Clone>(
    from: &BTreeMap<K, V>,
    to: &BTreeMap<K, V>,
) -> Vec<(K, Option<V>)> {
    let gone = from.keys().filter(|key| !to.contains_key(*key)).map(|key| (key.clone(), None));
    let new = to.iter().filter(|(key, value)| from.get(*key) != Some(*value));
    gone.chain(new.map(|(key, value)| (key.clone(), Some(value.clone())))).collect()
}

/// Applies the changes of [`diff_map`].
pub(crate) fn apply_map<K: Ord + Clone, V: Clone>(map: &mut BTreeMap<K, V>, changes: &[(K, Option<V>)]) {
    for (key, value) in changes {
        match (map.entry(key.clone()), value) {
            (Entry::Occupied(entry), None) => drop(entry.remove()),
            (Entry::Vacant(_), None) => {}
            (entry, Some(value)) => drop(entry.insert_entry(value.clone())),
        }
    }
}

#[cfg(test)]
#[path = "delta_tests.rs"]
pub(crate) mod tests;
