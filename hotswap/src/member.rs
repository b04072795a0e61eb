//! A field of a struct with its type hidden, so that the pipeline and the engine are compiled once.
//!
//! Fields are numbered from their struct in the order of the source: the struct itself is 0, then each field,
//! and below a nested field all of its fields. One number serves cells, subscriptions, paths and diffs.

use std::{any::Any, marker::PhantomData};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    cell::Scalar,
    config::{FieldOf, HotConfig},
    de::{self, DecodeError, Decoder, FlatReading, Notes, Reading},
    describe::{self, Body, Section},
    keys::Keys,
    load::problems::Problems,
    root,
    rule::Rule,
    secret::notice,
    ser::{self, EncodeError, Encoder},
    settling::Settling,
    shape::FieldShape,
    value::Value,
};

/// What is kept of a value to compare it with later ones, or to hand it out on its own.
pub(crate) type Kept = Box<dyn Any + Send + Sync>;

/// What the runtime does with one field of `S`; `slot` counts from the field, which is 0.
#[doc(hidden)]
pub trait Member<S>: Sync {
    fn at<'s>(&self, owner: &'s S, slot: usize) -> Option<&'s dyn Any>;
    fn at_mut<'s>(&self, owner: &'s mut S, slot: usize) -> Option<&'s mut dyn Any>;
    /// A copy of the value at `slot`.
    fn keep(&self, owner: &S, slot: usize) -> Option<Kept>;
    /// Whether a copy made by [`keep`](Self::keep) equals the value at `slot`.
    fn same(&self, owner: &S, slot: usize, kept: &dyn Any) -> bool;
    /// Pushes `base`, and the numbers below it, that differ by `PartialEq`; an outer number follows its inner ones.
    fn diff(&self, old: &S, new: &S, base: usize, changed: &mut Vec<usize>);
    /// Stores the bits of scalar leaves at `base` and below.
    fn scalars(&self, owner: &S, base: usize, bits: &mut [u64]);
    /// The encoded form of the value at `slot`.
    fn encode(&self, owner: &S, slot: usize) -> Result<Value, EncodeError>;
    /// Runs the rules on a decoded value that stands at `keys`.
    fn validate(&self, owner: &S, keys: &Keys, problems: &mut Problems);
    /// Decodes the leaf at `slot` anew, from the value at `keys`; every problem is found, and nothing changed then.
    fn assign(
        &self,
        owner: &mut S,
        slot: usize,
        value: Option<&Value>,
        field: &FieldShape,
        keys: &Keys,
        problems: &mut Problems,
    );
    /// Finds every problem of the value that stands at `keys`; `None` when no layer gives it. True if it is sound.
    fn probe(&self, value: Option<&Value>, field: &FieldShape, keys: &Keys, problems: &mut Problems) -> bool;
    /// Examines the value if serde buffered a part of it.
    fn settle(&self, value: &Value, field: &FieldShape, keys: &Keys, settling: &mut Settling);
    /// Decodes the value on its own if it went through a buffer of the struct around it.
    fn amend(&self, owner: &mut S, value: &Value, field: &FieldShape, keys: &Keys, settling: &Settling);
    /// What the field takes and asks for.
    fn describe(&self) -> Body;
}

/// Writes a leaf.
#[doc(hidden)]
pub(crate) type Encode<F> = fn(&F) -> Result<Value, EncodeError>;

/// A leaf: a value of any type that serde reads.
#[doc(hidden)]
pub struct Leaf<const I: usize, F: 'static> {
    pub decode: for<'p, 'v> fn(Decoder<'p, 'v>) -> Result<F, DecodeError>,
    /// `None` when the type has no `Serialize`.
    pub encode: Option<Encode<F>>,
    /// `Some` when the leaf has a cell of its own.
    pub bits: Option<fn(&F) -> u64>,
    pub rules: &'static [&'static dyn Rule<F>],
    /// Whether a function of its own reads it.
    pub converted: bool,
}

impl<const I: usize, F: DeserializeOwned> Leaf<I, F> {
    /// A leaf without attributes; generated code overrides what differs.
    pub const PLAIN: Self =
        Self { decode: de::decode::<F>, encode: None, bits: None, rules: &[], converted: false };
}

impl<const I: usize, F> Leaf<I, F> {
    /// A leaf that is read by a function of its own.
    pub const fn with(decode: for<'p, 'v> fn(Decoder<'p, 'v>) -> Result<F, DecodeError>) -> Self {
        Self { decode, encode: None, bits: None, rules: &[], converted: true }
    }
}

/// The cell's bits of a scalar leaf.
#[doc(hidden)]
pub fn bits<F: Scalar>(value: &F) -> u64 {
    value.to_bits()
}

/// The encoded form of a leaf by a function such as serde's `with` names.
#[doc(hidden)]
pub fn encode_with(write: impl FnOnce(Encoder) -> Result<Value, EncodeError>) -> Result<Value, EncodeError> {
    write(Encoder::new())
}

/// Finds without specialisation whether a type is `Serialize`: the inherent constant wins over the trait's.
#[doc(hidden)]
pub struct Probe<F>(PhantomData<F>);

impl<F: Serialize> Probe<F> {
    pub const ENCODE: Option<Encode<F>> = Some(ser::encode::<F>);
}

/// The other half of [`Probe`].
#[doc(hidden)]
pub trait NoEncode<F> {
    const ENCODE: Option<Encode<F>> = None;
}

impl<F> NoEncode<F> for Probe<F> {}

impl<const I: usize, F: PartialEq> Leaf<I, F> {
    fn read(&self, value: Option<&Value>, field: &FieldShape) -> Reading<F> {
        match field.flatten {
            true => de::read(&|decoder| (self.decode)(decoder.flat()), F::eq, value),
            false => de::read(&self.decode, F::eq, value),
        }
    }

    fn read_flat(&self, value: &Value) -> FlatReading {
        de::read_flat(&|decoder| (self.decode)(decoder.flat()), F::eq, value)
    }

    /// Whether a flattened leaf may be absent, and the table has none of its keys.
    fn is_absent(&self, value: &Value, field: &FieldShape) -> bool {
        self.read(None, field).result.is_ok() && self.read_flat(value).asked.is_empty()
    }
}

impl<S, const I: usize, F> Member<S> for Leaf<I, F>
where
    S: HotConfig + FieldOf<I, F>,
    F: PartialEq + Clone + Send + Sync + 'static,
{
    fn at<'s>(&self, owner: &'s S, slot: usize) -> Option<&'s dyn Any> {
        (slot == 0).then(|| owner.get() as &dyn Any)
    }

    fn at_mut<'s>(&self, owner: &'s mut S, slot: usize) -> Option<&'s mut dyn Any> {
        if slot == 0 { owner.__field_mut(I) } else { None }
    }

    fn keep(&self, owner: &S, slot: usize) -> Option<Kept> {
        (slot == 0).then(|| Box::new(owner.get().clone()) as Kept)
    }

    fn same(&self, owner: &S, _slot: usize, kept: &dyn Any) -> bool {
        kept.downcast_ref::<F>().is_some_and(|kept| kept == owner.get())
    }

    fn diff(&self, old: &S, new: &S, base: usize, changed: &mut Vec<usize>) {
        if old.get() != new.get() {
            changed.push(base);
        }
    }

    fn scalars(&self, owner: &S, base: usize, bits: &mut [u64]) {
        if let (Some(to_bits), Some(cell)) = (self.bits, bits.get_mut(base)) {
            *cell = to_bits(owner.get());
        }
    }

    fn encode(&self, owner: &S, _slot: usize) -> Result<Value, EncodeError> {
        let encode = self.encode.ok_or_else(|| EncodeError::new("its type does not implement Serialize"))?;
        encode(owner.get())
    }

    fn validate(&self, owner: &S, keys: &Keys, problems: &mut Problems) {
        problems.check(self.rules, owner.get(), keys);
    }

    fn assign(
        &self,
        owner: &mut S,
        _slot: usize,
        value: Option<&Value>,
        field: &FieldShape,
        keys: &Keys,
        problems: &mut Problems,
    ) {
        let Reading { result, found } = self.read(value, field);
        problems.examined(found, keys);
        match result {
            Ok(decoded) => put(owner, I, decoded),
            Err(error) => {
                problems.met_secret(describe::may_hold_secret(self.decode), keys);
                problems.decoding(error, keys);
            }
        }
    }

    fn probe(&self, value: Option<&Value>, field: &FieldShape, keys: &Keys, problems: &mut Problems) -> bool {
        if field.flatten && value.is_some_and(|value| self.is_absent(value, field)) {
            return true;
        }
        let (Reading { result, mut found }, secret) = notice::any(|| self.read(value, field));
        // Beside a flattened leaf, only all leaves together show whether a key is unknown.
        found.ignored.retain(|ignored| !field.flatten || ignored.keys.0.len() > 1);
        // What was not read to its end may still have come to one, and so may a text in its place.
        problems.met_secret(secret || (result.is_err() && describe::may_hold_secret(self.decode)), keys);
        problems.examined(found, keys);
        match result {
            Ok(decoded) => problems.check(self.rules, &decoded, keys),
            Err(error) => problems.decoding(error, keys),
        }
    }

    fn settle(&self, value: &Value, field: &FieldShape, keys: &Keys, settling: &mut Settling) {
        if field.flatten {
            let mut reading = self.read_flat(value);
            if reading.is_lost() && describe::may_hold_secret(self.decode) {
                reading.conceal();
            }
            return settling.add_flat(keys, reading);
        }
        if settling.concerns(keys) {
            let Reading { result, mut found } = self.read(Some(value), field);
            settling.note(result.is_ok());
            if !found.lost.is_empty() && describe::may_hold_secret(self.decode) {
                found.lost.iter_mut().for_each(DecodeError::conceal);
            }
            settling.add(keys, found);
        }
    }

    fn amend(&self, owner: &mut S, value: &Value, field: &FieldShape, keys: &Keys, settling: &Settling) {
        let read = |value: &Value| self.read(Some(value), field).result;
        let amended = match field.flatten {
            true if self.read_flat(value).takes_all => read(&settling.left(keys, value.clone())),
            true => read(value),
            false if settling.is_buffered(keys) => read(value),
            false => return,
        };
        if let Ok(amended) = amended {
            put(owner, I, amended);
        }
    }

    fn describe(&self) -> Body {
        Body::Leaf(describe::Leaf::of(self.decode, self.converted, self.rules))
    }
}

/// A struct that derives `HotConfig` too.
#[doc(hidden)]
pub struct Nested<const I: usize, N>(PhantomData<fn() -> N>);

impl<const I: usize, N> Nested<I, N> {
    pub const NEW: Self = Self(PhantomData);
}

impl<S, const I: usize, N> Member<S> for Nested<I, N>
where
    S: HotConfig + FieldOf<I, N>,
    N: HotConfig,
{
    fn at<'s>(&self, owner: &'s S, slot: usize) -> Option<&'s dyn Any> {
        root::at(owner.get(), slot)
    }

    fn at_mut<'s>(&self, owner: &'s mut S, slot: usize) -> Option<&'s mut dyn Any> {
        root::at_mut(place::<S, N>(owner, I)?, slot)
    }

    fn keep(&self, owner: &S, slot: usize) -> Option<Kept> {
        root::keep(owner.get(), slot)
    }

    fn same(&self, owner: &S, slot: usize, kept: &dyn Any) -> bool {
        root::same_as(owner.get(), slot, kept)
    }

    fn diff(&self, old: &S, new: &S, base: usize, changed: &mut Vec<usize>) {
        root::diff(old.get(), new.get(), base, changed);
    }

    fn scalars(&self, owner: &S, base: usize, bits: &mut [u64]) {
        root::scalars(owner.get(), base, bits);
    }

    fn encode(&self, owner: &S, slot: usize) -> Result<Value, EncodeError> {
        root::encode(owner.get(), slot)
    }

    fn validate(&self, owner: &S, keys: &Keys, problems: &mut Problems) {
        root::validate(owner.get(), keys, problems);
    }

    fn assign(
        &self,
        owner: &mut S,
        slot: usize,
        value: Option<&Value>,
        _field: &FieldShape,
        keys: &Keys,
        problems: &mut Problems,
    ) {
        if let Some(inner) = place::<S, N>(owner, I) {
            root::assign(inner, slot, value, keys, problems);
        }
    }

    fn probe(
        &self,
        value: Option<&Value>,
        _field: &FieldShape,
        keys: &Keys,
        problems: &mut Problems,
    ) -> bool {
        root::probe::<N>(value.unwrap_or(&Value::empty()), keys, problems)
    }

    fn settle(&self, value: &Value, _field: &FieldShape, keys: &Keys, settling: &mut Settling) {
        root::settle::<N>(value, keys, settling);
    }

    fn amend(&self, owner: &mut S, value: &Value, _field: &FieldShape, keys: &Keys, settling: &Settling) {
        if let Some(inner) = place::<S, N>(owner, I) {
            root::amend(inner, value, keys, settling);
        }
    }

    fn describe(&self) -> Body {
        Body::Nested(Section::of::<N>())
    }
}

/// An `Option` of one: a leaf whose inner problems have places of their own.
#[doc(hidden)]
pub struct Optional<const I: usize, N>(PhantomData<fn() -> N>);

impl<const I: usize, N> Optional<I, N> {
    pub const NEW: Self = Self(PhantomData);
}

impl<S, const I: usize, N> Member<S> for Optional<I, N>
where
    S: HotConfig + FieldOf<I, Option<N>>,
    N: HotConfig,
{
    fn at<'s>(&self, owner: &'s S, slot: usize) -> Option<&'s dyn Any> {
        (slot == 0).then(|| owner.get() as &dyn Any)
    }

    fn at_mut<'s>(&self, owner: &'s mut S, slot: usize) -> Option<&'s mut dyn Any> {
        if slot == 0 { owner.__field_mut(I) } else { None }
    }

    fn keep(&self, owner: &S, slot: usize) -> Option<Kept> {
        (slot == 0).then(|| Box::new(owner.get().as_ref().map(N::__clone)) as Kept)
    }

    fn same(&self, owner: &S, _slot: usize, kept: &dyn Any) -> bool {
        kept.downcast_ref::<Option<N>>().is_some_and(|kept| same_option(kept, owner.get()))
    }

    fn diff(&self, old: &S, new: &S, base: usize, changed: &mut Vec<usize>) {
        if !same_option(old.get(), new.get()) {
            changed.push(base);
        }
    }

    fn scalars(&self, _owner: &S, _base: usize, _bits: &mut [u64]) {}

    fn encode(&self, owner: &S, _slot: usize) -> Result<Value, EncodeError> {
        owner.get().as_ref().map_or(Ok(Value::Null), |inner| root::encode(inner, 0))
    }

    fn validate(&self, owner: &S, keys: &Keys, problems: &mut Problems) {
        if let Some(inner) = owner.get() {
            root::validate(inner, keys, problems);
        }
    }

    fn assign(
        &self,
        owner: &mut S,
        _slot: usize,
        value: Option<&Value>,
        field: &FieldShape,
        keys: &Keys,
        problems: &mut Problems,
    ) {
        let Some(given) = value.filter(|value| !matches!(value, Value::Null)) else {
            return put::<S, Option<N>>(owner, I, None);
        };
        let notes = Notes::default();
        let decoded = root::read::<N>(given, &notes);
        problems.noted(notes, keys);
        match decoded {
            Ok(decoded) => put(owner, I, Some(decoded)),
            Err(error) if Member::<S>::probe(self, value, field, keys, problems) => {
                problems.decoding(error, keys);
            }
            Err(_) => {}
        }
    }

    fn probe(
        &self,
        value: Option<&Value>,
        _field: &FieldShape,
        keys: &Keys,
        problems: &mut Problems,
    ) -> bool {
        match value {
            None | Some(Value::Null) => true,
            Some(value) => root::probe::<N>(value, keys, problems),
        }
    }

    fn settle(&self, value: &Value, field: &FieldShape, keys: &Keys, settling: &mut Settling) {
        root::settle::<N>(value, keys, settling);
        if !field.flatten {
            return;
        }
        // serde takes a flattened `Option` that it cannot read for none.
        if let Err(mut error) = root::read::<N>(value, &Notes::default()) {
            if N::SHAPE.any_secret() {
                error.conceal();
            }
            settling.add_lost(keys, error);
        }
    }

    fn amend(&self, owner: &mut S, value: &Value, field: &FieldShape, keys: &Keys, settling: &Settling) {
        if field.flatten || settling.is_buffered(keys) {
            if let (true, Ok(inner)) = (!value.is_null(), root::read::<N>(value, &Notes::default())) {
                put(owner, I, Some(inner));
            }
            return;
        }
        if let Some(Some(inner)) = place::<S, Option<N>>(owner, I) {
            root::amend(inner, value, keys, settling);
        }
    }

    fn describe(&self) -> Body {
        Body::Optional(Section::of::<N>())
    }
}

/// The field with this index, which is of type `F`.
fn place<S: HotConfig, F: 'static>(owner: &mut S, index: usize) -> Option<&mut F> {
    owner.__field_mut(index)?.downcast_mut()
}

fn put<S: HotConfig, F: 'static>(owner: &mut S, index: usize, value: F) {
    if let Some(place) = place(owner, index) {
        *place = value;
    }
}

fn same_option<N: HotConfig>(old: &Option<N>, new: &Option<N>) -> bool {
    match (old, new) {
        (None, None) => true,
        (Some(old), Some(new)) => root::same(old, new),
        _ => false,
    }
}
