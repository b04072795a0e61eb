//! Flattened leaves, whose keys are in the same table as those of other fields.

use std::sync::Arc;

use super::{
    difference::{Names, holds_null, without_holes},
    leaf::{Leaves, Made},
};
use crate::{
    effective::holds_secret,
    keys::{Key, Keys},
    source::format::{
        Format,
        edit::change::{Change, Changes, add_all},
    },
    value::Value,
};

impl Leaves<'_> {
    /// Changes only the keys that the leaf takes from the table at `keys`.
    ///
    /// # Errors
    /// The file cannot give the value.
    pub(crate) fn shared(
        &self,
        slot: usize,
        keys: &Keys,
        new: &Value,
        made: &mut Made,
    ) -> Result<(), String> {
        let owned = self.reading.owned(slot);
        let level = keys.find(self.own).and_then(Value::as_table);
        let there = level.into_iter().flatten().filter(|(name, _)| owned.contains(*name));
        let old = Value::table(there.map(|(name, value)| (Arc::clone(name), value.clone())));
        let reads = |raw: &Value| {
            let read = self.reading.read_shared(slot, raw);
            read.is_some_and(|(read, same)| same || self.agrees_shared(new, &read))
        };
        if reads(&old) {
            return Ok(());
        }
        let sound = |changes: &Changes| {
            let raw = Change::Inside(changes.clone()).apply(Some(&old)).map(|raw| self.expressed(raw));
            raw.is_some_and(|raw| self.fits(&raw) && reads(&raw))
        };
        match self.attempts_shared(slot, &old, new).into_iter().find(sound) {
            Some(changes) => {
                let is_none = |key: &Key| Keys(vec![key.clone()]).find(&old).is_none();
                let level = self.written(keys);
                let mut beside = Changes::new();
                for (key, change) in changes {
                    let path = self.written(&keys.with(key.clone()));
                    match change {
                        Change::Remove if is_none(&key) => {}
                        Change::Remove => self.add(&path, Change::Remove, made),
                        change if path.parent() == level => {
                            beside.extend(path.0.last().map(|key| (key.clone(), change)));
                        }
                        change => self.add(&path, change, made),
                    }
                }
                add_all(&mut made.changes, &level.0, beside);
                Ok(())
            }
            None if self.format == Format::Toml && holds_null(new) => {
                let shown = self.shown(keys, slot);
                Err(format!("{shown}: TOML has no `null`, and the value cannot be read without it"))
            }
            None if holds_secret(new) => {
                let shown = self.shown(keys, slot);
                let remark = format!("{shown} is not written here: it is incomplete without a secret in it");
                made.left_out.push((keys.clone(), remark));
                Ok(())
            }
            None => Err(self.refusal(keys, slot)),
        }
    }

    /// Entries of a flattened leaf are like fields: one that is left out may be missing.
    fn agrees_shared(&self, new: &Value, read: &Value) -> bool {
        let (Value::Table(entries), Value::Table(given)) = (new, read) else {
            return self.agrees(new, read);
        };
        let is_hole = |value: &Value| matches!(value, Value::Secret(_)) && value.is_null();
        let expected = entries.iter().filter(|(name, value)| !is_hole(value) || given.contains_key(*name));
        let expected = Value::table(expected.map(|(name, value)| (Arc::clone(name), value.clone())));
        self.agrees(&expected, read)
    }

    fn attempts_shared(&self, slot: usize, old: &Value, new: &Value) -> Vec<Changes> {
        let empty = Value::empty();
        let new = if new.is_null() { &empty } else { new };
        let read = self.reading.read_shared(slot, old).map(|(read, _)| read);
        let in_place = match read.and_then(|read| self.difference(old, &read, new, Names::Own)) {
            Some(Change::Inside(changes)) => Some(changes),
            _ => None,
        };
        let (given, there) = (new.as_table(), old.as_table());
        let gone = there.into_iter().flatten().map(|(name, _)| name);
        let gone = gone.filter(|name| given.is_none_or(|given| !given.contains_key(*name)));
        let removals = gone.map(|name| (Key::Name(Arc::clone(name)), Change::Remove));
        let entries = given.into_iter().flatten().filter_map(|(name, value)| {
            let raw = there.and_then(|there| there.get(name));
            if raw.is_some_and(|raw| self.is_alike(raw, value)) {
                return None;
            }
            Some((Key::Name(Arc::clone(name)), Change::Put(without_holes(value, raw)?)))
        });
        let whole = removals.chain(entries).collect();
        in_place.into_iter().chain([whole]).map(|changes| self.expressible_all(changes)).collect()
    }
}
