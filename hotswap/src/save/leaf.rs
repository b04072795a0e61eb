//! From the value of a leaf to the changes that a file needs to say it.
//!
//! A file says a value in its own way: `0x10`, `1m 30s`, `${HOST}`. So a leaf is not compared with the text of the file but
//! with what the text reads as. What reads as it should stays as it is written.

use std::sync::Arc;

use super::change::{Change, Changes, add};
use crate::{
    keys::{Key, Keys},
    load::{below, merge, place, taken_beside},
    resolve::interpolate,
    shape::Shape,
    source::{Layer, format::Format},
    value::Value,
};

/// What a leaf reads as: its value, from what a file says; `None` if it cannot be read.
pub(crate) type Read<'r> = &'r dyn Fn(usize, Option<&Value>) -> Option<Value>;

/// What the changes of a file are made from.
pub(crate) struct Leaves<'l> {
    pub(crate) shape: &'static Shape,
    pub(crate) format: Format,
    /// What the file says now.
    pub(crate) tree: &'l Value,
    /// By the field's own names, and as the file has them.
    pub(crate) renamed: &'l [(Keys, Keys)],
    /// Other layers that the file does not hide.
    pub(crate) others: Vec<Arc<Layer>>,
    pub(crate) variables: interpolate::Lookup<'l>,
    pub(crate) read: Read<'l>,
}

/// The changes of one file.
#[derive(Default)]
pub(crate) struct Made {
    pub(crate) changes: Changes,
    /// Tables of which an entry is removed.
    pub(crate) hollow: Vec<Vec<Key>>,
}

impl Leaves<'_> {
    /// # Errors
    /// The format cannot express the value.
    pub(crate) fn change(&self, keys: &Keys, value: Option<&Value>, made: &mut Made) -> Result<(), String> {
        let slot = self.slot(keys);
        if slot.is_some_and(|slot| self.is_flattened(slot)) {
            self.flattened(keys, value, made);
            return Ok(());
        }
        let path = self.written(keys);
        let old = path.find(self.tree);
        let change = match value {
            Some(value) if value.is_null() => self.nothing(keys, slot, old)?,
            Some(value) => self.value(keys, slot, old, value)?,
            None => old.map(|_| Change::Remove),
        };
        if let Some(change) = change {
            if change == Change::Remove {
                made.hollow.extend((1..path.0.len()).map(|depth| path.0[..depth].to_vec()));
            }
            add(&mut made.changes, &path.0, change);
        }
        Ok(())
    }

    /// The number of the leaf, unless it is an entry of a flattened map.
    fn slot(&self, keys: &Keys) -> Option<usize> {
        let slots = self.shape.leaves().into_iter().map(|leaf| leaf.slot);
        slots.into_iter().find(|slot| self.shape.keys_of(*slot) == *keys)
    }

    fn is_flattened(&self, slot: usize) -> bool {
        self.shape.trail(slot).last().is_some_and(|field| field.flatten)
    }

    /// By the names that the file uses: a value under an alias stays there.
    pub(crate) fn written(&self, keys: &Keys) -> Keys {
        let known = self.renamed.iter().filter(|(own, _)| keys.starts_with(own));
        match known.max_by_key(|(own, _)| own.0.len()) {
            Some((own, written)) => written.join(&Keys(keys.0[own.0.len()..].to_vec())),
            None => keys.clone(),
        }
    }

    /// The entries of a map that stand beside the fields of its struct.
    fn flattened(&self, keys: &Keys, value: Option<&Value>, made: &mut Made) {
        let (taken, above) = (taken_beside(self.shape, keys), self.written(keys));
        let given = value.and_then(Value::as_table);
        let there = above.find(self.tree).and_then(Value::as_table).into_iter().flatten();
        for (name, _) in there.filter(|(name, _)| !self.is_named(keys, name)) {
            if given.is_none_or(|given| !given.contains_key(name)) {
                add(&mut made.changes, &above.name(name).0, Change::Remove);
                made.hollow.extend((1..=above.0.len()).map(|depth| above.0[..depth].to_vec()));
            }
        }
        for (name, value) in given.into_iter().flatten().filter(|(name, _)| !taken.contains(*name)) {
            let path = above.name(name);
            let old = path.find(self.tree);
            if old.is_none_or(|old| !self.is_alike(old, value)) {
                add(&mut made.changes, &path.0, Change::Put(value.clone()));
            }
        }
    }

    /// Whether a key of the file is that of a field, by any of its names.
    fn is_named(&self, keys: &Keys, name: &str) -> bool {
        taken_beside(self.shape, keys).contains(name)
            || self.renamed.iter().any(|(_, written)| *written == keys.name(name))
            || name == "$schema"
    }

    fn value(
        &self,
        keys: &Keys,
        slot: Option<usize>,
        old: Option<&Value>,
        new: &Value,
    ) -> Result<Option<Change>, String> {
        let reads = |raw: &Value| match slot.and_then(|slot| (self.read)(slot, Some(raw))) {
            Some(read) => self.agrees(new, &read),
            None => self.is_alike(raw, new),
        };
        if old.is_some_and(&reads) {
            return Ok(None);
        }
        let read = old.and_then(|old| slot.and_then(|slot| (self.read)(slot, Some(old))));
        let in_place = old.zip(read).and_then(|(old, read)| self.difference(old, &read, new));
        let in_place = in_place.map(|change| self.expressible(change));
        let whole = without_holes(new, old).map(Change::Put);
        let attempts: Vec<Change> = in_place.into_iter().chain(whole).collect();
        let is_sound = |change: &&Change| {
            change.apply(old).map(|raw| self.expressed(raw)).is_some_and(|raw| self.fits(&raw) && reads(&raw))
        };
        let sound = attempts.iter().find(is_sound);
        if sound.is_none() && self.format == Format::Toml && holds_null(new) {
            return Err(format!("{keys}: TOML has no `null`, and the value cannot be read without it"));
        }
        // A type that does not read what it writes is written as it says.
        Ok(sound.or(attempts.last()).cloned())
    }

    /// TOML has no `null` for an entry: the entry is left out.
    fn expressible(&self, change: Change) -> Change {
        match change {
            Change::Inside(changes) if self.format == Format::Toml => {
                let entry = |(key, change): (Key, Change)| match (&key, &change) {
                    (Key::Name(_), Change::Put(value)) if value.is_null() => (key, Change::Remove),
                    _ => (key, self.expressible(change)),
                };
                Change::Inside(changes.into_iter().map(entry).collect())
            }
            other => other,
        }
    }

    /// What a file says of a value.
    fn expressed(&self, raw: Value) -> Value {
        match &raw {
            Value::Table(table) if self.format == Format::Toml => {
                let given = table.iter().filter(|(_, value)| !value.is_null());
                let entry =
                    |(name, value): (&Arc<str>, &Value)| (Arc::clone(name), self.expressed(value.clone()));
                Value::table(given.map(entry))
            }
            Value::List(items) if self.format == Format::Toml => {
                Value::list(items.iter().map(|item| self.expressed(item.clone())))
            }
            _ => raw,
        }
    }

    fn fits(&self, raw: &Value) -> bool {
        self.format != Format::Toml || !holds_null_in_list(raw)
    }

    /// A field that has no value.
    fn nothing(
        &self,
        keys: &Keys,
        slot: Option<usize>,
        old: Option<&Value>,
    ) -> Result<Option<Change>, String> {
        let reads_nothing =
            || slot.and_then(|slot| (self.read)(slot, None)).is_none_or(|read| read.is_null());
        if self.format != Format::Toml {
            let known = old.is_some_and(Value::is_null);
            return Ok((!known).then_some(Change::Put(Value::Null)));
        }
        let given =
            self.others.iter().find(|layer| keys.find(layer.tree()).is_some_and(|value| !value.is_null()));
        let why = match given {
            Some(layer) => format!("without the key the field has the value of {}", layer.source().name),
            None if reads_nothing() => return Ok(old.map(|_| Change::Remove)),
            None => "without the key the field has its default".to_owned(),
        };
        Err(format!("{keys}: TOML cannot express that a field has no value: it has no `null`, and {why}"))
    }

    /// Whether a file says a value, as far as can be said without the type of the field.
    fn is_alike(&self, raw: &Value, new: &Value) -> bool {
        let resolved = [raw, new].map(|value| interpolate::resolve(value, self.variables, &|_, _| 0));
        matches!(resolved, [Ok(raw), Ok(new)] if is_alike(&raw, &new))
    }
}

/// What a leaf with this number is given by a file: as the load has it, defaults included.
pub(crate) fn given(shape: &'static Shape, slot: usize, raw: &Value) -> Option<Value> {
    let keys = shape.keys_of(slot);
    let layer = place(&Value::empty(), &keys, Some(raw));
    keys.find(&merge(below(shape, Some(&layer)), &layer)).cloned()
}

/// The values of scalars, whatever they are written as.
fn is_alike(raw: &Value, new: &Value) -> bool {
    match (raw, new) {
        (Value::List(raw), Value::List(new)) => {
            raw.len() == new.len() && raw.iter().zip(new.iter()).all(|(raw, new)| is_alike(raw, new))
        }
        (Value::Table(raw), Value::Table(new)) => {
            raw.len() == new.len()
                && raw.iter().all(|(name, raw)| new.get(name).is_some_and(|new| is_alike(raw, new)))
        }
        (Value::Untyped(raw), Value::Bool(new)) => *raw.text == *new.to_string(),
        (Value::Untyped(raw), Value::Int(new)) => raw.text.parse() == Ok(*new),
        (Value::Untyped(raw), Value::Uint(new)) => raw.text.parse() == Ok(*new),
        (Value::Untyped(raw), Value::Float(new)) => raw.text.parse() == Ok(*new),
        (Value::Untyped(raw), Value::Text(new)) => raw.text == *new && !raw.dialect.is_null(&raw.text),
        (raw, new) => raw == new || raw.is_null() && new.is_null(),
    }
}

impl Leaves<'_> {
    /// A secret that is left out agrees with anything: the file keeps what it has.
    fn agrees(&self, new: &Value, read: &Value) -> bool {
        match (new, read) {
            (Value::Secret(_), _) => true,
            (Value::Template(_), read) => self.is_alike(new, read),
            (Value::List(new), Value::List(read)) => {
                new.len() == read.len()
                    && new.iter().zip(read.iter()).all(|(new, read)| self.agrees(new, read))
            }
            (Value::Table(new), Value::Table(read)) => {
                let given = |value: &&Value| !matches!(value, Value::Secret(_));
                read.iter().all(|(name, read)| new.get(name).is_some_and(|new| self.agrees(new, read)))
                    && new.iter().filter(|(_, value)| given(value)).all(|(name, _)| read.contains_key(name))
            }
            (new, read) => new == read,
        }
    }

    /// The deepest changes of `raw`, which reads as `old`, that make it `new`; `None` if they cannot be told.
    fn difference(&self, raw: &Value, old: &Value, new: &Value) -> Option<Change> {
        match (raw, old, new) {
            (Value::Table(raw), Value::Table(old), Value::Table(new)) => {
                let mut changes = Changes::new();
                for name in old.keys().filter(|name| !new.contains_key(*name) && raw.contains_key(*name)) {
                    changes.push((Key::Name(Arc::clone(name)), Change::Remove));
                }
                for (name, value) in new.iter() {
                    let entry = match (raw.get(name), old.get(name)) {
                        (_, Some(old)) if self.agrees(value, old) => continue,
                        (Some(raw), Some(old)) => self.difference(raw, old, value)?,
                        _ => Change::Put(without_holes(value, None)?),
                    };
                    changes.push((Key::Name(Arc::clone(name)), entry));
                }
                let removed = changes.iter().filter(|(_, change)| *change == Change::Remove).count();
                let emptied = removed == raw.len() && removed == changes.len();
                Some(if emptied { Change::Put(Value::empty()) } else { Change::Inside(changes) })
            }
            (Value::List(raw), Value::List(old), Value::List(new)) if raw.len() == old.len() => {
                self.list_difference(raw, old, new)
            }
            (_, _, new) => without_holes(new, Some(raw)).map(Change::Put),
        }
    }

    /// Items at both ends that are equal stay; those between change in pairs.
    fn list_difference(&self, raw: &[Value], old: &[Value], new: &[Value]) -> Option<Change> {
        let start = old.iter().zip(new).take_while(|(old, new)| self.agrees(new, old)).count();
        let rest = old.len().min(new.len()) - start;
        let ends = old.iter().rev().zip(new.iter().rev()).take(rest);
        // Items are added at the end only: a longer list changes from the first difference on.
        let end = if new.len() > old.len() {
            0
        } else {
            ends.take_while(|(old, new)| self.agrees(new, old)).count()
        };
        let pairs = rest - end;
        if new.is_empty() {
            return Some(Change::Put(Value::list([])));
        }
        let mut changes = Changes::new();
        for index in start..start + pairs {
            changes.push((Key::Index(index), self.difference(&raw[index], &old[index], &new[index])?));
        }
        for index in start + pairs..old.len() - end {
            changes.push((Key::Index(index), Change::Remove));
        }
        for (more, item) in new[start + pairs..new.len() - end].iter().enumerate() {
            changes.push((Key::Index(old.len() + more), Change::Put(without_holes(item, None)?)));
        }
        Some(Change::Inside(changes))
    }
}

/// The value with the secrets that `raw` has in the place of those that are left out. A list without one of its items
/// would be another list.
fn without_holes(value: &Value, raw: Option<&Value>) -> Option<Value> {
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

fn holds_null(value: &Value) -> bool {
    match value {
        Value::Secret(_) => false,
        Value::List(items) => items.iter().any(holds_null),
        Value::Table(table) => table.values().any(holds_null),
        value => value.is_null(),
    }
}

fn holds_null_in_list(value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().any(|item| item.is_null() || holds_null_in_list(item)),
        Value::Table(table) => table.values().any(holds_null_in_list),
        _ => false,
    }
}
