//! A nested struct.

use std::any::Any;

use super::{FieldAt, IsSet, Kept, Member, Share, place};
use crate::{
    describe::{Body, Section},
    keys::Keys,
    load::problems::Problems,
    root,
    schema::{FieldOf, Loadable, Schema},
    ser::EncodeError,
    settling::Settling,
    value::Value,
};

/// A struct that derives `HotConfig` too.
#[doc(hidden)]
pub struct Nested<const I: usize, N> {
    /// What serde takes for it where no layer mentions it.
    pub absent: Option<fn() -> N>,
}

impl<const I: usize, N> Nested<I, N> {
    pub const NEW: Self = Self { absent: None };
}

impl<S, const I: usize, N> Member<S> for Nested<I, N>
where
    S: Schema + FieldOf<I, N>,
    N: Loadable,
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
        at: FieldAt<'_>,
        problems: &mut Problems,
    ) {
        if let Some(inner) = place::<S, N>(owner, I) {
            root::assign(inner, slot, value, at.keys, problems);
        }
    }

    fn probe(&self, value: Option<&Value>, at: FieldAt<'_>, problems: &mut Problems) -> bool {
        root::probe::<N>(value.unwrap_or(&Value::empty()), at.keys, problems)
    }

    fn settle(&self, value: &Value, at: FieldAt<'_>, settling: &mut Settling) {
        root::settle::<N>(value, at.keys, settling);
    }

    fn amend(&self, owner: &mut S, value: &Value, at: FieldAt<'_>, settling: &Settling) {
        if let Some(inner) = place::<S, N>(owner, I) {
            root::amend(inner, value, at.keys, settling);
        }
    }

    fn fill_skipped(&self, owner: &mut S, given: Option<&Value>, at: FieldAt<'_>, is_set: IsSet<'_>) {
        let Some(inner) = place::<S, N>(owner, I) else { return };
        match self.absent.filter(|_| given.is_none()) {
            Some(absent) => inner.__swap_skipped(&mut absent()),
            None => root::fill_skipped(inner, given.unwrap_or(&Value::Null), at.keys, is_set),
        }
    }

    fn shares(&self, value: &Value, FieldAt { keys, .. }: FieldAt<'_>, base: usize, found: &mut Vec<Share>) {
        root::shares::<N>(value, base, keys, found);
    }

    fn describe(&self) -> Body {
        Body::Nested(Section::of::<N>())
    }
}
