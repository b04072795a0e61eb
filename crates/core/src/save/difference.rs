//! The deepest changes that turn the value in a file into another value.

use std::sync::Arc;

use super::leaf::Leaves;
use crate::{
    keys::{Key, Keys},
    source::format::edit::change::{Change, Changes},
    value::{Table, Value},
};

impl Leaves<'_> {
    /// A secret that is left out equals any value, so the file keeps its value.
    pub(super) fn agrees(&self, new: &Value, read: &Value) -> bool {
        match (new, read) {
            (Value::Secret(_), read) if new.is_null() => !read.is_null(),
            (Value::Secret(_), read) => new.inside() == read.inside(),
            (Value::Template(_), read) => self.is_alike(new, read),
            (Value::List(new), Value::List(read)) => {
                new.len() == read.len()
                    && new.iter().zip(read.iter()).all(|(new, read)| self.agrees(new, read))
            }
            (Value::Table(new), Value::Table(read)) => {
                new.len() == read.len()
                    && read.iter().all(|(name, read)| new.get(name).is_some_and(|new| self.agrees(new, read)))
            }
            (new, Value::Untyped(_) | Value::Template(_)) => new == read || self.is_alike(read, new),
            (new, read) => new == read,
        }
    }

    /// The deepest changes of `raw`, which reads as `old`, that make it `new`; `None` if they cannot be told.
    pub(super) fn difference(&self, raw: &Value, old: &Value, new: &Value, names: Names) -> Option<Change> {
        match (raw, old, new) {
            (Value::Table(raw), Value::Table(old), Value::Table(new)) => {
                self.table_difference(raw, old, new, names)
            }
            (Value::List(raw), Value::List(old), Value::List(new)) if raw.len() == old.len() => {
                self.list_difference(raw, old, new, names)
            }
            (_, _, new) => without_holes(new, Some(raw)).map(Change::Put),
        }
    }

    fn table_difference(&self, raw: &Table, old: &Table, new: &Table, names: Names) -> Option<Change> {
        let written = |name: &Arc<str>| match names {
            Names::Own => raw.get_key_value(name),
            Names::Aliases => self.written_as(name, raw, old),
        };
        let mut changes = Changes::new();
        for (name, _) in old.keys().filter(|name| !new.contains_key(*name)).filter_map(written) {
            changes.push((Key::Name(Arc::clone(name)), Change::Remove));
        }
        for (name, value) in new {
            let (name, entry) = match (written(name), old.get(name)) {
                (_, Some(old)) if self.agrees(value, old) => continue,
                (Some((name, raw)), Some(old)) => (name, self.difference(raw, old, value, names)?),
                _ => (name, Change::Put(without_holes(value, None)?)),
            };
            changes.push((Key::Name(Arc::clone(name)), entry));
        }
        let removed = changes.iter().filter(|(_, change)| *change == Change::Remove).count();
        let emptied = removed == raw.len() && removed == changes.len();
        Some(if emptied { Change::Put(Value::empty()) } else { Change::Inside(changes) })
    }

    /// The entry of a file that a type reads as its field `name`, maybe under an alias: one that the type does not write, and
    /// that has the value of the field, or is the only one left.
    fn written_as<'r>(&self, name: &str, raw: &'r Table, old: &Table) -> Option<(&'r Arc<str>, &'r Value)> {
        if let Some(entry) = raw.get_key_value(name) {
            return Some(entry);
        }
        let value = old.get(name)?;
        let aliases: Vec<_> = raw.iter().filter(|(name, _)| !old.contains_key(*name)).collect();
        let equal: Vec<_> = aliases.iter().filter(|(_, raw)| self.agrees(value, raw)).collect();
        match (aliases.as_slice(), equal.as_slice()) {
            (_, [only]) => Some(**only),
            ([only], []) => Some(*only),
            _ => None,
        }
    }
}

/// The names under which the fields of a type are looked for in a file. The aliases of a type that is no configuration are not
/// known, so they are tried.
#[derive(Clone, Copy)]
pub(super) enum Names {
    Own,
    Aliases,
}

/// The value with the secrets that `raw` has instead of those that are left out. A list without one of its items
/// would be another list.
pub(crate) fn without_holes(value: &Value, raw: Option<&Value>) -> Option<Value> {
    match value {
        Value::Secret(_) => raw.cloned(),
        Value::List(items) => {
            let raw = |index: usize| raw.and_then(|raw| Keys::root().index(index).find(raw));
            let items = items.iter().enumerate().map(|(index, item)| without_holes(item, raw(index)));
            Some(Value::list(items.collect::<Option<Vec<_>>>()?))
        }
        Value::Table(table) => {
            let raw = |name: &str| raw.and_then(|raw| raw.as_table()?.get(name));
            let entry = |(name, value): (&Arc<str>, &Value)| {
                Some((Arc::clone(name), without_holes(value, raw(name))?))
            };
            Some(Value::table(table.iter().filter_map(entry)))
        }
        other => Some(other.clone()),
    }
}

/// The value with the secrets of `raw` in its holes, except for holes that contain their secret.
pub(crate) fn filled(value: &Value, raw: &Value) -> Option<Value> {
    match value {
        Value::Secret(_) if !value.is_null() => Some(value.clone()),
        Value::List(items) => {
            let items = items.iter().enumerate();
            let items = items.map(|(index, item)| {
                filled(item, Keys::root().index(index).find(raw).unwrap_or(&Value::Null))
            });
            Some(Value::list(items.collect::<Option<Vec<_>>>()?))
        }
        Value::Table(table) => {
            let raw = |name: &str| raw.as_table().and_then(|raw| raw.get(name)).unwrap_or(&Value::Null);
            let entry =
                |(name, value): (&Arc<str>, &Value)| Some((Arc::clone(name), filled(value, raw(name))?));
            Some(Value::table(table.iter().map(entry).collect::<Option<Vec<_>>>()?))
        }
        _ => without_holes(value, (!raw.is_null()).then_some(raw)),
    }
}

/// Whether an element of a list has a hole that only its own secret may fill.
pub(super) fn holds_known_secret(value: &Value) -> bool {
    match value {
        Value::Secret(_) => !value.is_null(),
        Value::List(items) => items.iter().any(holds_known_secret),
        Value::Table(table) => table.values().any(holds_known_secret),
        _ => false,
    }
}

pub(super) fn holds_null(value: &Value) -> bool {
    match value {
        Value::Secret(_) => false,
        Value::List(items) => items.iter().any(holds_null),
        Value::Table(table) => table.values().any(holds_null),
        value => value.is_null(),
    }
}

pub(super) fn holds_null_in_list(value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().any(|item| item.is_null() || holds_null_in_list(item)),
        Value::Table(table) => table.values().any(holds_null_in_list),
        _ => false,
    }
}
