//! The results of the examination of each leaf, combined for the whole configuration.
//!
//! A struct with a flattened field is read through serde's buffer as a whole. Its leaves are still examined
//! individually: then the decoder is asked directly, or the buffer contains only one leaf.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    de::{DecodeError, Examination, FlatReading, Ignored, Notes},
    keys::{Key, Keys},
    value::{Value, place_in},
};

#[doc(hidden)]
#[derive(Debug)]
pub struct Examinations {
    /// The paths at which a type called `deserialize_any`.
    buffered: BTreeSet<Keys>,
    /// Whether `buffered` is complete; a run that fails ends early.
    is_complete: bool,
    /// Whether every leaf is read on its own.
    pub(crate) is_sound: bool,
    /// Leaves whose texts are read differently from how they are written.
    changes: Vec<(Keys, Value)>,
    /// Leaves with keys that are read as the numbers and booleans that they spell.
    typed_keys: BTreeSet<Keys>,
    ignored: Vec<Ignored>,
    lost: Vec<DecodeError>,
    /// The flattened leaves, by the path of their table.
    flat: BTreeMap<Keys, Vec<FlatReading>>,
    /// The keys of the fields next to them.
    beside: BTreeMap<Keys, Vec<String>>,
    /// Whether flattened leaves that take every key are examined now. They come last, because they take the
    /// remaining keys.
    is_catch_all_turn: bool,
}

/// The keys that flattened leaves ask for, by the path of their table, without leaves that take every key.
pub(crate) type AskedKeys = BTreeMap<Keys, BTreeSet<Arc<str>>>;

impl Examinations {
    /// `buffered` contains the paths at which a type called `deserialize_any`; `None` if the run failed
    /// before the end.
    pub(crate) fn new(buffered: Option<Vec<Keys>>) -> Self {
        Self {
            is_complete: buffered.is_some(),
            is_sound: true,
            buffered: buffered.into_iter().flatten().collect(),
            changes: Vec::new(),
            typed_keys: BTreeSet::new(),
            ignored: Vec::new(),
            lost: Vec::new(),
            flat: BTreeMap::new(),
            beside: BTreeMap::new(),
            is_catch_all_turn: false,
        }
    }

    pub(crate) fn begin_catch_alls(&mut self) {
        self.is_catch_all_turn = true;
    }

    pub(crate) fn is_catch_all_turn(&self) -> bool {
        self.is_catch_all_turn
    }

    pub(crate) fn asked_keys(&self) -> AskedKeys {
        let of = |readings: &[FlatReading]| {
            let readings = readings.iter().filter(|reading| !reading.takes_all);
            readings.flat_map(|reading| reading.asked.iter().cloned()).collect()
        };
        self.flat.iter().map(|(keys, readings)| (keys.clone(), of(readings))).collect()
    }

    /// Whether the value at this path, or a value below it, went through a buffer.
    pub(crate) fn concerns(&self, keys: &Keys) -> bool {
        let first = self.buffered.range(keys..).next();
        !self.is_complete || first.is_some_and(|first| first.starts_with(keys))
    }

    /// Records whether a leaf could be read on its own.
    pub(crate) fn record_read(&mut self, is_read: bool) {
        self.is_sound &= is_read;
    }

    /// Adds the paths of a complete run.
    pub(crate) fn complete(&mut self, buffered: Vec<Keys>) {
        self.buffered = buffered.into_iter().collect();
    }

    /// Whether the leaf is read correctly only on its own: it went through a buffer as a whole, or its keys are read
    /// as the values that they spell.
    pub(crate) fn needs_amendment(&self, keys: &Keys) -> bool {
        self.buffered.contains(keys) || self.typed_keys.contains(keys)
    }

    pub(crate) fn add(&mut self, keys: &Keys, found: Examination) {
        let Examination { ignored, lost, settled, has_typed_keys, .. } = found;
        self.typed_keys.extend(has_typed_keys.then(|| keys.clone()));
        let below = |ignored: Ignored| Ignored { keys: keys.join(&ignored.keys), ..ignored };
        self.ignored.extend(ignored.into_iter().map(below));
        self.lost.extend(lost.into_iter().map(|error| error.below_all(keys)));
        self.changes.extend(settled.map(|settled| (keys.clone(), settled)));
    }

    pub(crate) fn add_lost(&mut self, keys: &Keys, error: DecodeError) {
        self.lost.push(error.below_all(keys));
    }

    /// Adds a flattened leaf, whose table is at `keys`.
    pub(crate) fn add_flat(&mut self, keys: &Keys, mut reading: FlatReading) {
        let settled = reading.found.settled.take();
        for (name, value) in settled.iter().filter_map(Value::as_table).flatten() {
            self.changes.push((keys.name(name), value.clone()));
        }
        self.lost
            .extend(std::mem::take(&mut reading.found.lost).into_iter().map(|error| error.below_all(keys)));
        self.lost.extend(reading.error.take().map(|error| error.below_all(keys)));
        self.flat.entry(keys.clone()).or_default().push(reading);
    }

    /// The value with each text as its type reads it; `None` if nothing differs.
    pub(crate) fn resolved(&self, value: &Value) -> Option<Value> {
        let mut changed = None;
        for (keys, to) in self.changes.iter().filter(|(keys, to)| keys.find(value) != Some(to)) {
            place_in(changed.get_or_insert_with(|| value.clone()), &keys.0, Some(to));
        }
        changed
    }

    /// Adds the names of all fields of the table at `keys`, to which a flattened leaf was added.
    pub(crate) fn add_names<'n>(&mut self, keys: &Keys, names: impl IntoIterator<Item = &'n str>) {
        if self.flat.contains_key(keys) {
            self.beside.insert(keys.clone(), names.into_iter().map(str::to_owned).collect());
        }
    }

    /// The part of its table that is left to a flattened leaf that takes every key: the keys that no other leaf
    /// asks for.
    pub(crate) fn left(&self, keys: &Keys, mut table: Value) -> Value {
        let beside = self.flat.get(keys).into_iter().flatten().filter(|reading| !reading.takes_all);
        for reading in beside {
            table.entries_mut().retain(|name, _| !reading.asked.contains(name));
        }
        table
    }

    /// Whether a flattened leaf asks for this key of the table at `keys`.
    fn is_asked(&self, keys: &Keys, name: &str) -> bool {
        self.flat.get(keys).into_iter().flatten().any(|reading| reading.asked.contains(name))
    }

    pub(crate) fn finish(self, notes: &Notes) {
        let mut ignored: BTreeMap<Keys, Ignored> = BTreeMap::new();
        for (keys, readings) in &self.flat {
            for found in readings.iter().flat_map(|reading| &reading.found.ignored) {
                let names = match found.keys.0.as_slice() {
                    [Key::Name(name)] if self.is_asked(keys, name) => continue,
                    [Key::Name(_)] => self.beside.get(keys),
                    _ => None,
                };
                let names = names.into_iter().flatten();
                let place = keys.join(&found.keys);
                let entry =
                    ignored.entry(place.clone()).or_insert_with(|| Ignored { keys: place, ..found.clone() });
                entry.also.extend(found.known.iter().map(|name| (*name).to_owned()));
                entry.also.extend(found.also.iter().chain(names).cloned());
            }
        }
        notes.add_ignored(ignored.into_values().chain(self.ignored));
        notes.add_lost(self.lost);
    }
}

#[cfg(test)]
mod tests {
    use super::{Examination, Examinations};
    use crate::{keys::Keys, value::Value};

    fn table(count: usize, value: &Value) -> Value {
        Value::table((0..count).map(|index| (format!("k{index}").into(), value.clone())))
    }

    #[test]
    fn every_value_of_a_flattened_map_may_be_read_differently() {
        let (given, settled) = (table(2_000, &Value::yaml("1")), table(2_000, &Value::text("1")));
        let mut examinations = Examinations::new(None);
        for (name, value) in settled.as_table().unwrap() {
            let mut found = Examination::default();
            found.settled = Some(value.clone());
            examinations.add(&Keys::root().name(name), found);
        }
        assert_eq!(examinations.resolved(&given).as_ref(), Some(&settled));
    }
}
