//! From the value of a leaf to the changes of a file that express it.
//!
//! A file may write a value in various forms: `0x10`, `1m 30s`, `${HOST}`. So a leaf is not compared with the text of
//! the file but with its parsed value. A text that already gives the right value stays unchanged. A new text is read
//! again, together with the other sources, before it is accepted, because another layer may add to it.

use std::{collections::BTreeSet, sync::Arc};

use super::difference::{holds_known_secret, holds_null, holds_null_in_list};
use crate::{
    effective::holds_secret,
    keys::{Key, Keys},
    resolve::interpolate,
    shape::{Kind, Shape},
    source::format::{
        Format,
        edit::change::{Change, Changes, Element, add},
    },
    value::Value,
};

/// Reads leaves as a load would that finds the file among its sources.
pub(crate) trait Reading {
    /// The value of a leaf for which the file says `raw`; `None` if it cannot be read.
    fn read(&self, slot: usize, raw: Option<&Value>) -> Option<Value>;
    /// Whether that equals the value that `new` is on its own. What a type writes may differ though it is equal: the items of a
    /// set come in any order.
    fn equals(&self, slot: usize, raw: Option<&Value>, new: &Value) -> bool;
    /// The same if no other source gives the leaf.
    fn alone(&self, slot: usize, raw: &Value) -> Option<Value>;
    /// The keys of the file's table that a flattened leaf takes.
    fn owned(&self, slot: usize) -> BTreeSet<Arc<str>>;
    /// The value of a flattened leaf for which the file has these keys, and whether the leaf has that value now.
    fn read_shared(&self, slot: usize, raw: &Value) -> Option<(Value, bool)>;
    /// The value of a leaf that no source gives; `None` if its type can neither write it nor read it from a default.
    fn missing(&self, slot: usize) -> Option<Value>;
    /// Whether the leaf has that value if the file does not give it.
    fn is_missing(&self, slot: usize) -> bool;
    /// The value to write if lists of other sources come first; `None` if they do not.
    fn remainder(&self, slot: usize, value: &Value) -> Option<Value>;
    /// Whether the type of the leaf can write its values.
    fn can_write(&self, slot: usize) -> bool;
    /// The source other than the file that determines the value of the leaf.
    fn overriding_source(&self, keys: &Keys) -> Option<String>;
}

/// The inputs for the changes of a file.
pub(crate) struct Leaves<'l> {
    pub(crate) shape: &'static Shape,
    pub(crate) format: Format,
    /// The current content of the file.
    pub(crate) tree: &'l Value,
    /// The same with the primary names of the fields.
    pub(crate) own: &'l Value,
    /// Paths with primary names, and as written in the file.
    pub(crate) renamed: &'l [(Keys, Keys)],
    pub(crate) variables: interpolate::Lookup<'l>,
    pub(crate) reading: &'l dyn Reading,
    /// Whether a value that is incomplete without its secrets is still written.
    pub(crate) whole: bool,
}

/// The changes of one file.
#[derive(Default)]
pub(crate) struct Made {
    pub(crate) changes: Changes,
    /// Tables from which an entry is removed.
    pub(crate) hollow: Vec<Vec<Key>>,
    /// The leaves that are left out although the file gives another value, with a comment about each.
    pub(crate) left_out: Vec<(Keys, String)>,
}

/// The reason for which a value is not written.
pub(crate) enum Unwritten {
    /// The file would give another value.
    Refused(String),
    /// The value is left out, and a comment says so.
    LeftOut(String),
}

type Written = Result<Option<Change>, Unwritten>;

impl Leaves<'_> {
    /// # Errors
    /// The format cannot express the value, or the file cannot give it.
    pub(crate) fn change(&self, keys: &Keys, value: Option<&Value>, made: &mut Made) -> Result<(), String> {
        let slot = self.slot(keys);
        let path = self.written(keys);
        let old = path.find(self.tree);
        let change = match value {
            Some(value) => self.value(keys, slot, old, value),
            None => self.removal(keys, slot, old),
        };
        match change {
            Ok(None) => {}
            Ok(Some(change)) => self.add(&path, change, made),
            Err(Unwritten::LeftOut(remark)) => made.left_out.push((keys.clone(), remark)),
            Err(Unwritten::Refused(why)) => return Err(why),
        }
        Ok(())
    }

    pub(super) fn add(&self, path: &Keys, change: Change, made: &mut Made) {
        if change == Change::Remove {
            made.hollow.extend((1..path.0.len()).map(|depth| path.0[..depth].to_vec()));
        }
        add(&mut made.changes, &path.0, change);
    }

    /// The number of the leaf, unless it is an entry of a flattened map.
    fn slot(&self, keys: &Keys) -> Option<usize> {
        let slots = self.shape.leaves().into_iter().map(|leaf| leaf.slot);
        slots.into_iter().find(|slot| self.shape.keys_of(*slot) == *keys && !self.is_flattened(*slot))
    }

    fn is_flattened(&self, slot: usize) -> bool {
        self.shape.is_flattened(slot)
    }

    /// The path in messages.
    pub(super) fn shown(&self, keys: &Keys, slot: usize) -> Keys {
        if self.is_flattened(slot) { self.shape.shown_keys(slot) } else { keys.clone() }
    }

    /// With the names in the file: a value under an alias stays there.
    pub(crate) fn written(&self, keys: &Keys) -> Keys {
        let known = self.renamed.iter().filter(|(own, _)| keys.starts_with(own));
        match known.max_by_key(|(own, _)| own.0.len()) {
            Some((own, written)) => written.join(&Keys(keys.0[own.0.len()..].to_vec())),
            None => keys.clone(),
        }
    }

    /// Removes a key from the file, or writes the default if the removal alone would give another value.
    fn removal(&self, keys: &Keys, slot: Option<usize>, old: Option<&Value>) -> Written {
        let remove = Ok(old.map(|_| Change::Remove));
        let Some(slot) = slot else { return remove };
        let default = self.reading.missing(slot);
        let reads_default = || default.is_some() && self.reading.read(slot, None) == default;
        if self.reading.is_missing(slot) || reads_default() {
            return remove;
        }
        // Another secret would agree with one that is not to be seen.
        match default.filter(|default| !holds_secret(default)) {
            Some(default) => self.value(keys, Some(slot), old, &default),
            None => Err(Unwritten::Refused(self.refusal(keys, slot))),
        }
    }

    fn value(&self, keys: &Keys, slot: Option<usize>, old: Option<&Value>, new: &Value) -> Written {
        if new.is_null() {
            return self.nothing(keys, slot, old).map_err(Unwritten::Refused);
        }
        if old.is_some() && self.reads(slot, old, new) {
            return Ok(None);
        }
        // A secret that is left out leaves no trace in a file that does not mention it.
        if old.is_none() && slot.is_some() && holds_secret(new) && self.reads(slot, old, new) {
            return Ok(None);
        }
        let attempts = self.attempts(slot, old, new);
        if let Some(sound) = attempts.iter().find(|change| self.is_sound(slot, old, change, new)) {
            return Ok(Some(sound.clone()));
        }
        if self.format == Format::Toml && holds_null(new) && !holds_secret(new) {
            let why = format!("{keys}: TOML has no `null`, and the value cannot be read without it");
            return Err(Unwritten::Refused(why));
        }
        let Some(slot) = slot else { return Ok(attempts.last().cloned()) };
        self.otherwise(keys, slot, old, new, attempts.last())
    }

    /// A value that no attempt to write it gives.
    fn otherwise(
        &self,
        keys: &Keys,
        slot: usize,
        old: Option<&Value>,
        new: &Value,
        last: Option<&Change>,
    ) -> Written {
        if old.is_none() && self.reads(Some(slot), None, new) {
            return Ok(None);
        }
        if holds_secret(new) {
            // A variable may supply the missing value of an otherwise complete file.
            let is_partial = self.whole && self.is_struct(slot) && !holds_known_secret(new);
            if is_partial && self.reading.overriding_source(keys).is_none() {
                return Ok(last.cloned());
            }
            let remark = format!("{keys} is not written here: it is incomplete without a secret in it");
            return Err(Unwritten::LeftOut(remark));
        }
        Err(Unwritten::Refused(self.refusal(keys, slot)))
    }

    /// Whether the leaf is an `Option` of a struct, each field of which has a variable.
    fn is_struct(&self, slot: usize) -> bool {
        self.shape.trail(slot).last().is_some_and(|field| matches!(field.kind, Kind::Optional(_)))
    }

    pub(super) fn refusal(&self, keys: &Keys, slot: usize) -> String {
        let no_type = "its type does not implement `Serialize`";
        let shown = self.shown(keys, slot);
        match (self.reading.overriding_source(keys), self.reading.can_write(slot)) {
            (Some(layer), can_write) => {
                let and = if can_write { String::new() } else { format!(", and {no_type}") };
                format!(
                    "{shown}: the value cannot be saved in this file: together with {layer} the file would give another one{and}"
                )
            }
            (None, true) => format!(
                "{shown}: the value cannot be saved: what its type writes, it reads as another value or not at all"
            ),
            (None, false) => format!("{shown}: the value cannot be saved: {no_type}"),
        }
    }

    /// Whether the file gives the value of a leaf, other than a flattened one, if it has `raw`.
    pub(crate) fn gives(&self, keys: &Keys, raw: Option<&Value>, value: &Value) -> bool {
        self.slot(keys).is_some_and(|slot| self.reads(Some(slot), raw, value))
    }

    /// Whether the file gives `new` if it contains `raw`.
    fn reads(&self, slot: Option<usize>, raw: Option<&Value>, new: &Value) -> bool {
        match slot {
            Some(slot) if self.reading.can_write(slot) => {
                self.reading.read(slot, raw).is_some_and(|read| self.agrees(new, &read))
                    || self.reading.equals(slot, raw, new)
            }
            // Its values are compared as the type reads them.
            Some(slot) => self.reading.equals(slot, raw, new),
            None => raw.is_some_and(|raw| self.is_alike(raw, new)),
        }
    }

    pub(super) fn is_sound(
        &self,
        slot: Option<usize>,
        old: Option<&Value>,
        change: &Change,
        new: &Value,
    ) -> bool {
        let raw = change.apply(old).map(|raw| self.expressed(raw));
        raw.is_some_and(|raw| self.fits(&raw) && self.reads(slot, Some(&raw), new))
    }

    /// TOML has no `null` for an entry: the entry is left out.
    pub(super) fn expressible(&self, change: Change) -> Change {
        match change {
            Change::Inside(changes) => Change::Inside(self.expressible_all(changes)),
            Change::Elements(elements) => Change::Elements(
                elements.into_iter().map(|element| self.expressible_element(element)).collect(),
            ),
            other => other,
        }
    }

    fn expressible_element(&self, element: Element) -> Element {
        let change = |change: Option<Change>| change.map(|change| self.expressible(change));
        match element {
            Element::Kept(index, changed) => Element::Kept(index, change(changed)),
            Element::Moved(index, changed) => Element::Moved(index, change(changed)),
            new @ Element::New(_) => new,
        }
    }

    pub(super) fn expressible_all(&self, changes: Changes) -> Changes {
        if self.format != Format::Toml {
            return changes;
        }
        let entry = |(key, change): (Key, Change)| match (&key, &change) {
            (Key::Name(_), Change::Put(value)) if value.is_null() => (key, Change::Remove),
            _ => (key, self.expressible(change)),
        };
        changes.into_iter().map(entry).collect()
    }

    /// What a file says of a value.
    pub(super) fn expressed(&self, raw: Value) -> Value {
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

    pub(super) fn fits(&self, raw: &Value) -> bool {
        self.format != Format::Toml || !holds_null_in_list(raw)
    }

    /// A field that has no value.
    fn nothing(
        &self,
        keys: &Keys,
        slot: Option<usize>,
        old: Option<&Value>,
    ) -> Result<Option<Change>, String> {
        let reads = |raw: Option<&Value>| match slot {
            Some(slot) => self.reading.read(slot, raw).is_some_and(|read| read.is_null()),
            None => raw.is_none_or(Value::is_null),
        };
        if self.format != Format::Toml {
            let known = old.is_some_and(|old| old.is_null() && reads(Some(old)));
            if known || reads(Some(&Value::Null)) {
                return Ok((!known).then_some(Change::Put(Value::Null)));
            }
        }
        if reads(None) {
            return Ok(old.map(|_| Change::Remove));
        }
        if self.format != Format::Toml {
            return Err(self.refusal(keys, slot.unwrap_or_default()));
        }
        let why = match self.reading.overriding_source(keys) {
            Some(layer) => format!("without the key the field has the value of {layer}"),
            None => "without the key the field has its default".to_owned(),
        };
        Err(format!("{keys}: TOML cannot express that a field has no value: it has no `null`, and {why}"))
    }

    /// Whether a file gives a value, as far as this can be determined without the type of the field.
    pub(super) fn is_alike(&self, raw: &Value, new: &Value) -> bool {
        alike(raw, new, self.variables)
    }
}

/// Whether two values differ at most in notation after expansion of variables.
pub(crate) fn alike(raw: &Value, new: &Value, variables: interpolate::Lookup<'_>) -> bool {
    let resolved = [raw, new].map(|value| interpolate::resolve(value, variables, &|_, _| 0));
    matches!(resolved, [Ok(raw), Ok(new)] if is_alike(&raw, &new))
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
