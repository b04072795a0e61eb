//! A whole configuration with its type erased, and the traversals of its members.

use std::{any::Any, borrow::Cow};

use crate::{
    de::{self, DecodeError, Decoder, Notes},
    examinations::{AskedKeys, Examinations},
    keys::Keys,
    member::{AnyValue, FieldAt, IsSet, Member, Share},
    problems::Problems,
    schema::Loadable,
    secret::tracking,
    ser::EncodeError,
    shape::{FieldShape, Kind, Shape},
    unknown_keys::Level,
    value::Value,
};

/// A decoded configuration of a type that only its handles know.
pub(crate) trait ErasedConfig: Any + Send + Sync {
    fn get(&self, slot: usize) -> Option<&dyn Any>;
    fn get_mut(&mut self, slot: usize) -> Option<&mut dyn Any>;
    fn clone_at(&self, slot: usize) -> Option<AnyValue>;
    fn equals_at(&self, slot: usize, kept: &dyn Any) -> bool;
    /// The numbers that differ from `old` by `PartialEq`, ascending.
    fn changed_since(&self, old: &dyn ErasedConfig) -> Vec<usize>;
    /// The bits of every scalar leaf, by number.
    fn scalars(&self) -> Vec<u64>;
    fn encode(&self, slot: usize) -> Result<Value, EncodeError>;
    /// Decodes one leaf again. If there are problems, all of them are reported and nothing is changed.
    fn assign(&mut self, slot: usize, value: Option<&Value>, problems: &mut Problems);
    fn validate(&self, problems: &mut Problems);
    /// Fills the fields that serde skips where a whole struct has its serde default. `given` is the merged value of
    /// the layers.
    fn fill_skipped(&mut self, given: &Value, is_set: IsSet<'_>);
    /// What each flattened leaf takes of a tree.
    fn shares(&self, tree: &Value) -> Vec<Share>;
    fn copy(&self) -> Box<dyn ErasedConfig>;
    fn shape(&self) -> &'static Shape;
}

impl<T: Loadable> ErasedConfig for T {
    fn get(&self, slot: usize) -> Option<&dyn Any> {
        get(self, slot)
    }

    fn get_mut(&mut self, slot: usize) -> Option<&mut dyn Any> {
        get_mut(self, slot)
    }

    fn clone_at(&self, slot: usize) -> Option<AnyValue> {
        clone_at(self, slot)
    }

    fn equals_at(&self, slot: usize, kept: &dyn Any) -> bool {
        same_as(self, slot, kept)
    }

    fn changed_since(&self, old: &dyn ErasedConfig) -> Vec<usize> {
        let mut changed = Vec::new();
        if let Some(old) = (old as &dyn Any).downcast_ref::<T>() {
            diff(old, self, 0, &mut changed);
        }
        changed.sort_unstable();
        changed
    }

    fn scalars(&self) -> Vec<u64> {
        let mut bits = vec![0; T::SLOTS];
        scalars(self, 0, &mut bits);
        bits
    }

    fn encode(&self, slot: usize) -> Result<Value, EncodeError> {
        encode(self, slot)
    }

    fn assign(&mut self, slot: usize, value: Option<&Value>, problems: &mut Problems) {
        assign(self, slot, value, &T::SHAPE.keys_of(slot), problems);
    }

    fn validate(&self, problems: &mut Problems) {
        validate(self, &Keys::root(), problems);
    }

    fn fill_skipped(&mut self, given: &Value, is_set: IsSet<'_>) {
        fill_skipped(self, given, &Keys::root(), is_set);
    }

    fn shares(&self, tree: &Value) -> Vec<Share> {
        let mut found = Vec::new();
        shares::<T>(tree, 0, &Keys::root(), &mut found);
        found
    }

    fn copy(&self) -> Box<dyn ErasedConfig> {
        Box::new(self.__clone())
    }

    fn shape(&self) -> &'static Shape {
        T::SHAPE
    }
}

type Pair<T> = (&'static FieldShape, &'static dyn Member<T>);

fn members<T: Loadable>() -> impl Iterator<Item = Pair<T>> {
    T::SHAPE.fields.iter().zip(T::MEMBERS.iter().copied())
}

/// The member that contains `slot`, which counts from `T`, and the rest of the number below that member.
fn holder<T: Loadable>(slot: usize) -> Option<(&'static dyn Member<T>, usize)> {
    let index = T::SHAPE.fields.partition_point(|field| field.slot <= slot).checked_sub(1)?;
    Some((*T::MEMBERS.get(index)?, slot - T::SHAPE.fields.get(index)?.slot))
}

pub(crate) fn get<T: Loadable>(value: &T, slot: usize) -> Option<&dyn Any> {
    if slot == 0 {
        return Some(value);
    }
    let (member, below) = holder::<T>(slot)?;
    member.get(value, below)
}

pub(crate) fn get_mut<T: Loadable>(value: &mut T, slot: usize) -> Option<&mut dyn Any> {
    if slot == 0 {
        return Some(value);
    }
    let (member, below) = holder::<T>(slot)?;
    member.get_mut(value, below)
}

pub(crate) fn clone_at<T: Loadable>(value: &T, slot: usize) -> Option<AnyValue> {
    if slot == 0 {
        return Some(Box::new(value.__clone()));
    }
    let (member, below) = holder::<T>(slot)?;
    member.clone_at(value, below)
}

pub(crate) fn same_as<T: Loadable>(value: &T, slot: usize, kept: &dyn Any) -> bool {
    if slot == 0 {
        return kept.downcast_ref::<T>().is_some_and(|kept| equals(kept, value));
    }
    holder::<T>(slot).is_some_and(|(member, below)| member.equals_at(value, below, kept))
}

pub(crate) fn diff<T: Loadable>(old: &T, new: &T, base: usize, changed: &mut Vec<usize>) {
    let before = changed.len();
    for (field, member) in members::<T>() {
        member.diff(old, new, base + field.slot, changed);
    }
    if changed.len() > before {
        changed.push(base);
    }
}

pub(crate) fn equals<T: Loadable>(old: &T, new: &T) -> bool {
    let mut changed = Vec::new();
    diff(old, new, 0, &mut changed);
    changed.is_empty()
}

pub(crate) fn scalars<T: Loadable>(value: &T, base: usize, bits: &mut [u64]) {
    for (field, member) in members::<T>() {
        member.scalars(value, base + field.slot, bits);
    }
}

pub(crate) fn encode<T: Loadable>(value: &T, slot: usize) -> Result<Value, EncodeError> {
    if slot > 0 {
        let (member, below) = holder::<T>(slot).ok_or_else(|| EncodeError::new("no such field"))?;
        return member.encode(value, below);
    }
    let mut whole = Value::empty();
    for (field, member) in members::<T>() {
        let part = member.encode(value, 0)?;
        match part {
            Value::Table(inner) if field.flatten => {
                whole.entries_mut().extend(inner.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            part => drop(whole.entries_mut().insert(field.key.into(), part)),
        }
    }
    Ok(whole)
}

/// Decodes the leaf with the number `slot` and the path `keys`.
pub(crate) fn assign<T: Loadable>(
    owner: &mut T,
    slot: usize,
    value: Option<&Value>,
    keys: &Keys,
    problems: &mut Problems,
) {
    let field = T::SHAPE.trail(slot).first().copied();
    if let (Some(field), Some((member, below))) = (field, holder::<T>(slot)) {
        problems
            .within(field, |problems| member.assign(owner, below, value, FieldAt { field, keys }, problems));
    }
}

pub(crate) fn validate<T: Loadable>(value: &T, keys: &Keys, problems: &mut Problems) {
    for (field, member) in members::<T>() {
        problems.within(field, |problems| member.validate(value, &field.keys(keys), problems));
    }
    problems.check_struct(T::CHECKS, value, keys, T::SHAPE);
}

pub(crate) fn fill_skipped<T: Loadable>(owner: &mut T, given: &Value, keys: &Keys, is_set: IsSet<'_>) {
    for (field, member) in members::<T>() {
        let below =
            if field.flatten { Some(given) } else { given.as_table().and_then(|table| table.get(field.key)) };
        member.fill_skipped(owner, below, FieldAt { field, keys: &field.keys(keys) }, is_set);
    }
}

/// Finds every problem of a struct's table, field by field; the checks of the struct run if all of its fields
/// are valid.
pub(crate) fn find_all_errors<T: Loadable>(value: &Value, keys: &Keys, problems: &mut Problems) -> bool {
    if value.as_table().is_none() {
        return problems.not_a_table(value, keys);
    }
    let mut sound = true;
    for (field, member) in members::<T>() {
        let given = value_of_field::<T>(field, value);
        let given = given.filter(|given| !(field.nullable && given.is_null()));
        let absent_is_fine = (field.serde_default || problems.types_only()) && given.is_none();
        let at = FieldAt { field, keys: &field.keys(keys) };
        sound &= absent_is_fine
            || problems.within(field, |problems| member.find_all_errors(given.as_deref(), at, problems));
    }
    if !sound || problems.types_only() {
        return sound;
    }
    match read::<T>(value, &Notes::default()) {
        Ok(decoded) => problems.check_struct(T::CHECKS, &decoded, keys, T::SHAPE),
        Err(error) => problems.decoding_struct(error, keys, T::SHAPE),
    }
}

/// The input of a field: for a flattened field the table of its struct, without the keys of other fields.
fn value_of_field<'v, T: Loadable>(field: &FieldShape, value: &'v Value) -> Option<Cow<'v, Value>> {
    let table = value.as_table()?;
    if !field.flatten {
        return table.get(field.key).map(Cow::Borrowed);
    }
    let (all, own) = (Level::new(T::SHAPE), field.inner().map(Level::new).unwrap_or_default());
    let is_given = table.iter().any(|(name, value)| own.takes(name) && !value.is_null());
    if matches!(field.kind, Kind::Optional(_)) && !is_given {
        return None;
    }
    let mut rest = value.clone();
    rest.entries_mut().retain(|name, _| own.takes(name) || !all.takes(name));
    Some(Cow::Owned(rest))
}

/// Decodes a whole configuration, or a nested struct; leaf by leaf where serde buffers a part of it.
pub(crate) fn read<T: Loadable>(value: &Value, notes: &Notes) -> Result<T, DecodeError> {
    let first = de::contained(|| T::deserialize(Decoder::new(Some(value), Some(notes))));
    if !notes.is_buffered() {
        return first;
    }
    let mut examinations = Examinations::new(first.is_ok().then(|| notes.take_buffered()));
    // Each leaf counts paths from itself; the paths of secrets come from reading the whole.
    tracking::reads_any(|| settle_all::<T>(value, &mut examinations));
    let settled = examinations.resolved(value);
    let given = settled.as_ref().unwrap_or(value);
    let mut decoded = match first {
        Ok(decoded) if settled.is_none() => decoded,
        // Problems of a leaf are found leaf by leaf.
        Err(error) if !examinations.is_sound => return Err(error),
        _ => {
            let (decoded, buffered) = de::search(&|decoder| T::deserialize(decoder), given)?;
            examinations.complete(buffered);
            decoded
        }
    };
    tracking::reads_any(|| amend(&mut decoded, given, &Keys::root(), &examinations));
    examinations.finish(notes);
    Ok(decoded)
}

/// The same, with the flattened leaves that take every key last.
fn settle_all<T: Loadable>(value: &Value, examinations: &mut Examinations) {
    examine_buffered::<T>(value, &Keys::root(), examinations);
    examinations.begin_catch_alls();
    examine_buffered::<T>(value, &Keys::root(), examinations);
}

/// Examines every leaf of which serde buffered a part.
pub(crate) fn examine_buffered<T: Loadable>(value: &Value, keys: &Keys, examinations: &mut Examinations) {
    for (field, member) in members::<T>() {
        if let Some(given) = value_of_field::<T>(field, value) {
            member.examine_buffered(&given, FieldAt { field, keys: &field.keys(keys) }, examinations);
        }
    }
    examinations.add_names(keys, Level::new(T::SHAPE).names());
}

/// The keys that each flattened leaf takes from its shared table.
pub(crate) fn shares<T: Loadable>(value: &Value, base: usize, keys: &Keys, found: &mut Vec<Share>) {
    for (field, member) in members::<T>() {
        let given = value_of_field::<T>(field, value).unwrap_or(Cow::Owned(Value::empty()));
        tracking::reads_any(|| {
            member.shares(&given, FieldAt { field, keys: &field.keys(keys) }, base + field.slot, found)
        });
    }
}

/// Unknown keys next to a flattened leaf, in a configuration that cannot be read as a whole, and the keys that
/// flattened leaves take.
pub(crate) fn strays<T: Loadable>(value: &Value) -> (Notes, AskedKeys) {
    let (notes, mut examinations) = (Notes::default(), Examinations::new(Some(Vec::new())));
    settle_all::<T>(value, &mut examinations);
    let asked = examinations.asked_keys();
    examinations.finish(&notes);
    (notes, asked)
}

/// Decodes each leaf that went through the buffer of its enclosing struct again, on its own.
pub(crate) fn amend<T: Loadable>(owner: &mut T, value: &Value, keys: &Keys, examinations: &Examinations) {
    for (field, member) in members::<T>() {
        if let Some(given) = value_of_field::<T>(field, value) {
            member.amend(owner, &given, FieldAt { field, keys: &field.keys(keys) }, examinations);
        }
    }
}
