//! A nested struct.

use std::any::Any;

use super::{AnyValue, FieldAt, IsSet, Member, Share, field_mut};
use crate::{
    describe::{FieldKind, StructInfo},
    erased_config,
    examinations::Examinations,
    keys::Keys,
    problems::Problems,
    schema::{FieldOf, Loadable, Schema},
    ser::EncodeError,
    value::Value,
};

/// A struct that derives `HotConfig` too.
#[doc(hidden)]
pub struct Nested<const I: usize, N> {
    /// Its serde default, for when no layer mentions it.
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
    fn get<'s>(&self, owner: &'s S, slot: usize) -> Option<&'s dyn Any> {
        erased_config::get(owner.get(), slot)
    }

    fn get_mut<'s>(&self, owner: &'s mut S, slot: usize) -> Option<&'s mut dyn Any> {
        erased_config::get_mut(field_mut::<S, N>(owner, I)?, slot)
    }

    fn clone_at(&self, owner: &S, slot: usize) -> Option<AnyValue> {
        erased_config::clone_at(owner.get(), slot)
    }

    fn equals_at(&self, owner: &S, slot: usize, kept: &dyn Any) -> bool {
        erased_config::same_as(owner.get(), slot, kept)
    }

    fn diff(&self, old: &S, new: &S, base: usize, changed: &mut Vec<usize>) {
        erased_config::diff(old.get(), new.get(), base, changed);
    }

    fn scalars(&self, owner: &S, base: usize, bits: &mut [u64]) {
        erased_config::scalars(owner.get(), base, bits);
    }

    fn encode(&self, owner: &S, slot: usize) -> Result<Value, EncodeError> {
        erased_config::encode(owner.get(), slot)
    }

    fn validate(&self, owner: &S, keys: &Keys, problems: &mut Problems) {
        erased_config::validate(owner.get(), keys, problems);
    }

    fn assign(
        &self,
        owner: &mut S,
        slot: usize,
        value: Option<&Value>,
        at: FieldAt<'_>,
        problems: &mut Problems,
    ) {
        if let Some(inner) = field_mut::<S, N>(owner, I) {
            erased_config::assign(inner, slot, value, at.keys, problems);
        }
    }

    fn find_all_errors(&self, value: Option<&Value>, at: FieldAt<'_>, problems: &mut Problems) -> bool {
        erased_config::find_all_errors::<N>(value.unwrap_or(&Value::empty()), at.keys, problems)
    }

    fn examine_buffered(&self, value: &Value, at: FieldAt<'_>, examinations: &mut Examinations) {
        erased_config::examine_buffered::<N>(value, at.keys, examinations);
    }

    fn amend(&self, owner: &mut S, value: &Value, at: FieldAt<'_>, examinations: &Examinations) {
        if let Some(inner) = field_mut::<S, N>(owner, I) {
            erased_config::amend(inner, value, at.keys, examinations);
        }
    }

    fn fill_skipped(&self, owner: &mut S, given: Option<&Value>, at: FieldAt<'_>, is_set: IsSet<'_>) {
        let Some(inner) = field_mut::<S, N>(owner, I) else { return };
        match self.absent.filter(|_| given.is_none()) {
            Some(absent) => inner.__swap_skipped(&mut absent()),
            None => erased_config::fill_skipped(inner, given.unwrap_or(&Value::Null), at.keys, is_set),
        }
    }

    fn shares(&self, value: &Value, FieldAt { keys, .. }: FieldAt<'_>, base: usize, found: &mut Vec<Share>) {
        erased_config::shares::<N>(value, base, keys, found);
    }

    fn describe(&self) -> FieldKind {
        FieldKind::Nested(StructInfo::new::<N>())
    }
}
