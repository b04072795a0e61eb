//! A field of a struct with its type hidden, so that the pipeline and the engine are compiled once.
//!
//! Fields are numbered from their struct in the order of the source: the struct itself is 0, then each field,
//! and below a nested field all of its fields. One number serves cells, subscriptions, paths and diffs.

use std::any::Any;

use crate::{
    config::{FieldOf, HotConfig},
    de::{DecodeError, Decoder},
    keys::Keys,
    load::problems::Problems,
    rule::Rule,
    ser::EncodeError,
    value::Value,
};

/// What the runtime does with one field of `S`; `slot` counts from the field, which is 0.
#[doc(hidden)]
pub trait Member<S>: Sync {
    fn at<'s>(&self, owner: &'s S, slot: usize) -> Option<&'s dyn Any>;
    fn at_mut<'s>(&self, owner: &'s mut S, slot: usize) -> Option<&'s mut dyn Any>;
    /// Pushes `base` and the numbers below it that differ by `PartialEq`.
    fn diff(&self, old: &S, new: &S, base: usize, changed: &mut Vec<usize>);
    /// Stores the bits of scalar leaves at `base` and below.
    fn scalars(&self, owner: &S, base: usize, store: &mut dyn FnMut(usize, u64));
    /// The encoded form of the leaf or struct at `slot`.
    fn encode(&self, owner: &S, slot: usize) -> Result<Value, EncodeError>;
    /// Runs the rules on a decoded value.
    fn validate(&self, owner: &S, keys: &Keys, problems: &mut Problems);
    /// Finds every problem of the value that stands at `keys`; `None` when no layer gives it.
    fn probe(&self, value: Option<&Value>, keys: &Keys, problems: &mut Problems);
}

/// A leaf: a value of any type that serde reads.
#[doc(hidden)]
pub struct Leaf<const I: usize, F: 'static> {
    pub decode: for<'v> fn(Decoder<'v>) -> Result<F, DecodeError>,
    /// `None` when the type has no `Serialize`.
    pub encode: Option<fn(&F) -> Result<Value, EncodeError>>,
    /// `Some` when the leaf has a cell of its own; see [`Scalar`](crate::cell::Scalar).
    pub bits: Option<fn(&F) -> u64>,
    pub rules: &'static [&'static dyn Rule<F>],
}

/// A struct that derives `HotConfig` too.
#[doc(hidden)]
pub struct Nested<const I: usize, N> {
    marker: std::marker::PhantomData<fn() -> N>,
}

/// An `Option` of one: a leaf whose inner problems have places of their own.
#[doc(hidden)]
pub struct Optional<const I: usize, N> {
    marker: std::marker::PhantomData<fn() -> N>,
}
