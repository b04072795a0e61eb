//! A leaf: a value of any type that serde reads.

use std::any::Any;

use serde::de::DeserializeOwned;

use super::{AnyValue, FieldAt, Member, Share, put};
use crate::{
    cell::Scalar,
    de::{self, DecodeError, Decoder, FlatReading, Reading},
    describe::{self, FieldKind},
    examinations::Examinations,
    keys::Keys,
    problems::Problems,
    rule::Rule,
    schema::{FieldOf, Schema},
    secret::tracking,
    ser::{EncodeError, Encoder},
    shape::FieldShape,
    value::Value,
};

/// Writes a leaf.
#[doc(hidden)]
pub(crate) type Encode<F> = fn(&F) -> Result<Value, EncodeError>;

/// A leaf: a value of any type that serde reads.
#[doc(hidden)]
pub struct Leaf<const I: usize, F: 'static> {
    pub decode: for<'p, 'v> fn(Decoder<'p, 'v>) -> Result<F, DecodeError>,
    /// `None` if the type has no `Serialize`.
    pub encode: Option<Encode<F>>,
    /// `Some` if the leaf has a cell of its own.
    pub bits: Option<fn(&F) -> u64>,
    pub rules: &'static [&'static dyn Rule<F>],
    /// Whether a custom function reads it.
    pub converted: bool,
}

impl<const I: usize, F: DeserializeOwned> Leaf<I, F> {
    /// A leaf without attributes; generated code overrides what differs.
    pub const PLAIN: Self =
        Self { decode: de::decode::<F>, encode: None, bits: None, rules: &[], converted: false };
}

impl<const I: usize, F> Leaf<I, F> {
    /// A leaf that is read by a custom function.
    pub const fn with(decode: for<'p, 'v> fn(Decoder<'p, 'v>) -> Result<F, DecodeError>) -> Self {
        Self { decode, encode: None, bits: None, rules: &[], converted: true }
    }
}

/// The cell's bits of a scalar leaf.
#[doc(hidden)]
pub fn bits<F: Scalar>(value: &F) -> u64 {
    value.to_bits()
}

/// Encodes a leaf with a function such as that of serde's `with`.
#[doc(hidden)]
pub fn encode_with(write: impl FnOnce(Encoder) -> Result<Value, EncodeError>) -> Result<Value, EncodeError> {
    write(Encoder::new())
}

impl<const I: usize, F: PartialEq> Leaf<I, F> {
    fn read(&self, value: Option<&Value>, FieldAt { field, keys }: FieldAt<'_>) -> Reading<F> {
        let depth = keys.0.len();
        match field.flatten {
            true => de::read(&|decoder| (self.decode)(decoder.at_depth(depth).flat()), F::eq, value),
            false => de::read(&|decoder| (self.decode)(decoder.at_depth(depth)), F::eq, value),
        }
    }

    fn read_flat(&self, value: &Value, keys: &Keys) -> FlatReading {
        let depth = keys.0.len();
        de::read_flat(&|decoder| (self.decode)(decoder.at_depth(depth).flat()), F::eq, value)
    }

    /// Whether it is flattened, and takes every key of the table.
    fn takes_all(&self, value: &Value, field: &FieldShape) -> bool {
        field.flatten && de::takes_all(&|decoder| (self.decode)(decoder.flat()), value)
    }

    /// Whether a flattened leaf may be absent, and the table has none of its keys.
    fn is_absent(&self, value: &Value, at: FieldAt<'_>) -> bool {
        self.read(None, at).result.is_ok() && self.read_flat(value, at.keys).asked.is_empty()
    }
}

impl<S, const I: usize, F> Member<S> for Leaf<I, F>
where
    S: Schema + FieldOf<I, F>,
    F: PartialEq + Clone + Send + Sync + 'static,
{
    fn get<'s>(&self, owner: &'s S, slot: usize) -> Option<&'s dyn Any> {
        (slot == 0).then(|| owner.get() as &dyn Any)
    }

    fn get_mut<'s>(&self, owner: &'s mut S, slot: usize) -> Option<&'s mut dyn Any> {
        if slot == 0 { owner.__field_mut(I) } else { None }
    }

    fn clone_at(&self, owner: &S, slot: usize) -> Option<AnyValue> {
        (slot == 0).then(|| Box::new(owner.get().clone()) as AnyValue)
    }

    fn equals_at(&self, owner: &S, _slot: usize, kept: &dyn Any) -> bool {
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
        at: FieldAt<'_>,
        problems: &mut Problems,
    ) {
        let Reading { result, found } = self.read(value, at);
        let keys = at.keys;
        problems.examined(found, keys);
        match result {
            Ok(decoded) => put(owner, I, decoded),
            Err(error) => {
                problems.met_secret(describe::may_hold_secret(self.decode), keys);
                problems.decoding(error, keys);
            }
        }
    }

    fn find_all_errors(&self, value: Option<&Value>, at: FieldAt<'_>, problems: &mut Problems) -> bool {
        let FieldAt { field, keys } = at;
        let left = value.filter(|value| self.takes_all(value, field));
        let left = left.map(|value| problems.left(keys, value.clone()));
        let value = left.as_ref().or(value);
        if field.flatten && value.is_some_and(|value| self.is_absent(value, at)) {
            return true;
        }
        let (Reading { result, mut found }, reads) = tracking::places(|| self.read(value, at));
        let secret = !reads.is_empty();
        problems.record_secrets(reads, keys);
        // Next to a flattened leaf, only all leaves together determine whether a key is unknown.
        found.ignored.retain(|ignored| !field.flatten || ignored.keys.0.len() > 1);
        // A value that was not read to its end may still contain a secret, and so may a text in its
        // place.
        problems.met_secret(secret || (result.is_err() && describe::may_hold_secret(self.decode)), keys);
        problems.examined(found, keys);
        match result {
            Ok(decoded) => problems.check(self.rules, &decoded, keys),
            Err(error) => problems.decoding(error, keys),
        }
    }

    fn examine_buffered(&self, value: &Value, at: FieldAt<'_>, examinations: &mut Examinations) {
        let FieldAt { field, keys } = at;
        let takes_all = self.takes_all(value, field);
        if takes_all != examinations.is_catch_all_turn() {
            return;
        }
        if field.flatten {
            let left = takes_all.then(|| examinations.left(keys, value.clone()));
            let mut reading = self.read_flat(left.as_ref().unwrap_or(value), keys);
            if reading.is_lost() && describe::may_hold_secret(self.decode) {
                reading.conceal();
            }
            return examinations.add_flat(keys, reading);
        }
        if examinations.concerns(keys) {
            let Reading { result, mut found } = self.read(Some(value), at);
            examinations.record_read(result.is_ok());
            if !found.lost.is_empty() && describe::may_hold_secret(self.decode) {
                found.lost.iter_mut().for_each(DecodeError::conceal);
            }
            examinations.add(keys, found);
        }
    }

    fn amend(&self, owner: &mut S, value: &Value, at: FieldAt<'_>, examinations: &Examinations) {
        let FieldAt { field, keys } = at;
        let read = |value: &Value| self.read(Some(value), at).result;
        let amended = match field.flatten {
            true if self.takes_all(value, field) => read(&examinations.left(keys, value.clone())),
            true => read(value),
            false if examinations.needs_amendment(keys) => read(value),
            false => return,
        };
        if let Ok(amended) = amended {
            put(owner, I, amended);
        }
    }

    fn shares(
        &self,
        value: &Value,
        FieldAt { field, keys }: FieldAt<'_>,
        base: usize,
        found: &mut Vec<Share>,
    ) {
        if field.flatten {
            let FlatReading { asked, takes_all, .. } = self.read_flat(value, keys);
            found.push(Share { slot: base, keys: keys.clone(), asked, takes_all });
        }
    }

    fn describe(&self) -> FieldKind {
        FieldKind::Leaf(describe::Leaf::new(self.decode, self.converted, self.rules))
    }
}
