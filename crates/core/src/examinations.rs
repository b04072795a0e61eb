//! The results of the examination of each leaf, combined for the whole configuration.
//!
//! A struct with a flattened field is read through serde's buffer as a whole. Its leaves are examined on their own all
//! the same: the decoder then is asked directly, or the buffer holds no more than one leaf.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    de::{DecodeError, Examination, FlatReading, Ignored, Notes},
    keys::{Key, Keys},
    value::{Value, place_at},
};

#[doc(hidden)]
#[derive(Debug)]
pub struct Examinations {
    /// The places at which a type asked for any value.
    buffered: BTreeSet<Keys>,
    /// Whether these are all; a run that fails does not come to the end.
    is_complete: bool,
    /// Whether every leaf is read on its own.
    pub(crate) is_sound: bool,
    /// Leaves whose texts are read otherwise than they stand there.
    changes: Vec<(Keys, Value)>,
    /// Leaves with keys that are read as the numbers and truth values that they spell.
    typed_keys: BTreeSet<Keys>,
    ignored: Vec<Ignored>,
    lost: Vec<DecodeError>,
    /// The flattened leaves, by the place of their table.
    flat: BTreeMap<Keys, Vec<FlatReading>>,
    /// The keys of the fields beside them.
    beside: BTreeMap<Keys, Vec<String>>,
    /// Whether flattened leaves that take every key are examined, after all others: they take what those leave.
    is_catch_all_turn: bool,
}

/// The keys that flattened leaves ask for, by the place of their table; such as take every key are left out.
pub(crate) type AskedKeys = BTreeMap<Keys, BTreeSet<Arc<str>>>;

impl Examinations {
    /// The places at which a type asked for any value, unless the run failed before it came to all of them.
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

    /// Whether the place, or anything below it, went through a buffer.
    pub(crate) fn concerns(&self, keys: &Keys) -> bool {
        let first = self.buffered.range(keys..).next();
        !self.is_complete || first.is_some_and(|first| first.starts_with(keys))
    }

    /// A leaf was read on its own, or not.
    pub(crate) fn record_read(&mut self, is_read: bool) {
        self.is_sound &= is_read;
    }

    /// The places of a run that came to its end.
    pub(crate) fn complete(&mut self, buffered: Vec<Keys>) {
        self.buffered = buffered.into_iter().collect();
    }

    /// Whether the leaf is read correctly only on its own: it went through a buffer as a whole, or its keys are read as
    /// what they spell.
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

    /// A flattened leaf, whose table stands at `keys`.
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

    /// The value with each text as its type reads it, if that is not how it stands there.
    pub(crate) fn resolved(&self, value: &Value) -> Option<Value> {
        let changed = self.changes.iter().filter(|(keys, to)| keys.find(value) != Some(to));
        changed.fold(None, |changed, (keys, to)| {
            Some(place_at(changed.as_ref().unwrap_or(value), keys, Some(to)))
        })
    }

    /// The names of all fields of the table at `keys`, where a flattened leaf was added.
    pub(crate) fn add_names<'n>(&mut self, keys: &Keys, names: impl IntoIterator<Item = &'n str>) {
        if self.flat.contains_key(keys) {
            self.beside.insert(keys.clone(), names.into_iter().map(str::to_owned).collect());
        }
    }

    /// What a flattened leaf that takes every key is left of its table: the keys that no leaf beside it asks for.
    pub(crate) fn left(&self, keys: &Keys, mut table: Value) -> Value {
        let beside = self.flat.get(keys).into_iter().flatten().filter(|reading| !reading.takes_all);
        for reading in beside {
            table.entries_mut().retain(|name, _| !reading.asked.contains(name));
        }
        table
    }

    /// Whether the key of the table at `keys` is one that some flattened leaf asks for.
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
