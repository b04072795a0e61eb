//! A field of a struct with its type erased, so that the pipeline and the engine are compiled once.
//!
//! Fields are numbered from their struct in the order of the source: the struct itself is 0, then each field,
//! and below a nested field all of its fields. One number serves cells, subscriptions, paths and diffs.

mod leaf;
mod nested;
mod optional;

use serde::Serialize;

use std::{any::Any, collections::BTreeSet, marker::PhantomData, sync::Arc};

use self::leaf::Encode;
pub use self::{
    leaf::{Leaf, bits, encode_with},
    nested::Nested,
    optional::Optional,
};
use crate::{
    describe::FieldKind,
    examinations::Examinations,
    keys::{Key, Keys},
    problems::Problems,
    schema::Schema,
    ser::{self, EncodeError},
    shape::FieldShape,
    value::Value,
};

/// A copy of a value, for comparison with later ones, or for separate use.
pub(crate) type AnyValue = Box<dyn Any + Send + Sync>;

/// Whether the running program set the value of the leaf at a path.
pub(crate) type IsSet<'i> = &'i dyn Fn(&Keys) -> bool;

/// The operations of the runtime on one field of `S`; `slot` counts from the field, which is 0.
#[doc(hidden)]
pub trait Member<S>: Sync {
    fn get<'s>(&self, owner: &'s S, slot: usize) -> Option<&'s dyn Any>;
    fn get_mut<'s>(&self, owner: &'s mut S, slot: usize) -> Option<&'s mut dyn Any>;
    /// A copy of the value at `slot`.
    fn clone_at(&self, owner: &S, slot: usize) -> Option<AnyValue>;
    /// Whether a copy made by [`clone_at`](Self::clone_at) equals the value at `slot`.
    fn equals_at(&self, owner: &S, slot: usize, kept: &dyn Any) -> bool;
    /// Pushes `base`, and the numbers below it, that differ by `PartialEq`; an outer number follows its inner ones.
    fn diff(&self, old: &S, new: &S, base: usize, changed: &mut Vec<usize>);
    /// Stores the bits of scalar leaves at `base` and below.
    fn scalars(&self, owner: &S, base: usize, bits: &mut [u64]);
    /// The encoded form of the value at `slot`.
    fn encode(&self, owner: &S, slot: usize) -> Result<Value, EncodeError>;
    /// Runs the rules on the decoded value at `keys`.
    fn validate(&self, owner: &S, keys: &Keys, problems: &mut Problems);
    /// Decodes the leaf at `slot` again from `value`. Finds every problem, and changes nothing if there is one.
    fn assign(
        &self,
        owner: &mut S,
        slot: usize,
        value: Option<&Value>,
        at: FieldAt<'_>,
        problems: &mut Problems,
    );
    /// Finds every problem of the value of the field; `None` if no layer gives it. True if it is valid.
    fn find_all_errors(&self, value: Option<&Value>, at: FieldAt<'_>, problems: &mut Problems) -> bool;
    /// Examines the value if serde buffered a part of it.
    fn examine_buffered(&self, value: &Value, at: FieldAt<'_>, examinations: &mut Examinations);
    /// Decodes the value on its own if it went through the buffer of the enclosing struct.
    fn amend(&self, owner: &mut S, value: &Value, at: FieldAt<'_>, examinations: &Examinations);
    /// Fills the fields that serde skips in every struct that has its serde default as a whole: where `given`, the
    /// merged value of the layers for the field, is `None`.
    fn fill_skipped(&self, _owner: &mut S, _given: Option<&Value>, _at: FieldAt<'_>, _is_set: IsSet<'_>) {}
    /// Adds the keys that each flattened leaf takes from its shared table; `base` is the field's number, counted from
    /// the root.
    fn shares(&self, value: &Value, at: FieldAt<'_>, base: usize, found: &mut Vec<Share>);
    /// Describes the form and the rules of the field.
    fn describe(&self) -> FieldKind;
}

/// The keys that a flattened leaf takes from a table that it shares with the fields of its struct.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Share {
    pub(crate) slot: usize,
    /// The path of the table.
    pub(crate) keys: Keys,
    /// The existing keys that the leaf asks for; for an `Option` of a nested struct all of its keys.
    pub(crate) asked: BTreeSet<Arc<str>>,
    /// Whether it takes every key that nothing else takes.
    pub(crate) takes_all: bool,
}

impl Share {
    pub(crate) fn asks(&self, key: &Key) -> bool {
        matches!(key, Key::Name(name) if self.asked.contains(name))
    }
}

/// A field, and its path in the configuration.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct FieldAt<'f> {
    pub(crate) field: &'f FieldShape,
    pub(crate) keys: &'f Keys,
}

/// The field with this index, which is of type `F`.
fn field_mut<S: Schema, F: 'static>(owner: &mut S, index: usize) -> Option<&mut F> {
    owner.__field_mut(index)?.downcast_mut()
}

fn put<S: Schema, F: 'static>(owner: &mut S, index: usize, value: F) {
    if let Some(place) = field_mut(owner, index) {
        *place = value;
    }
}

/// Finds out whether a type is `Serialize`, and whether it is an `Option`.
#[doc(hidden)]
pub struct Probe<F>(PhantomData<F>);

impl<F: Serialize> Probe<F> {
    pub const ENCODE: Option<Encode<F>> = Some(ser::encode::<F>);
}

/// The fallback of [`Probe`].
#[doc(hidden)]
pub trait NoEncode<F> {
    const ENCODE: Option<Encode<F>> = None;
}

impl<F> NoEncode<F> for Probe<F> {}

impl<T> Probe<Option<T>> {
    pub const IS_OPTION: bool = true;
}

/// The same for an `Option`, which may have an alias.
#[doc(hidden)]
pub trait NotOption<F> {
    const IS_OPTION: bool = false;
}

impl<F> NotOption<F> for Probe<F> {}
