//! An `Option` of a nested struct.

use std::{any::Any, sync::Arc};

use super::{AnyValue, FieldAt, IsSet, Member, Share, field_mut, put};
use crate::{
    de::Notes,
    describe::{FieldKind, StructInfo},
    erased_config,
    examinations::Examinations,
    keys::Keys,
    problems::Problems,
    schema::{FieldOf, Loadable, Schema},
    ser::EncodeError,
    unknown_keys::Level,
    value::Value,
};

/// An `Option` of a nested struct: a leaf whose inner problems have paths of their own.
#[doc(hidden)]
pub struct Optional<const I: usize, N> {
    /// Its serde default, for when no layer mentions it.
    pub absent: Option<fn() -> Option<N>>,
}

impl<const I: usize, N> Optional<I, N> {
    pub const NEW: Self = Self { absent: None };
}

impl<S, const I: usize, N> Member<S> for Optional<I, N>
where
    S: Schema + FieldOf<I, Option<N>>,
    N: Loadable,
{
    fn get<'s>(&self, owner: &'s S, slot: usize) -> Option<&'s dyn Any> {
        (slot == 0).then(|| owner.get() as &dyn Any)
    }

    fn get_mut<'s>(&self, owner: &'s mut S, slot: usize) -> Option<&'s mut dyn Any> {
        if slot == 0 { owner.__field_mut(I) } else { None }
    }

    fn clone_at(&self, owner: &S, slot: usize) -> Option<AnyValue> {
        (slot == 0).then(|| Box::new(owner.get().as_ref().map(N::__clone)) as AnyValue)
    }

    fn equals_at(&self, owner: &S, _slot: usize, kept: &dyn Any) -> bool {
        kept.downcast_ref::<Option<N>>().is_some_and(|kept| same_option(kept, owner.get()))
    }

    fn diff(&self, old: &S, new: &S, base: usize, changed: &mut Vec<usize>) {
        if !same_option(old.get(), new.get()) {
            changed.push(base);
        }
    }

    fn scalars(&self, _owner: &S, _base: usize, _bits: &mut [u64]) {}

    fn encode(&self, owner: &S, _slot: usize) -> Result<Value, EncodeError> {
        owner.get().as_ref().map_or(Ok(Value::Null), |inner| erased_config::encode(inner, 0))
    }

    fn validate(&self, owner: &S, keys: &Keys, problems: &mut Problems) {
        if let Some(inner) = owner.get() {
            erased_config::validate(inner, keys, problems);
        }
    }

    fn assign(
        &self,
        owner: &mut S,
        _slot: usize,
        value: Option<&Value>,
        at: FieldAt<'_>,
        problems: &mut Problems,
    ) {
        let Some(given) = value.filter(|value| !matches!(value, Value::Null)) else {
            return put::<S, Option<N>>(owner, I, None);
        };
        let notes = Notes::default();
        let decoded = erased_config::read::<N>(given, &notes);
        problems.noted(notes, at.keys);
        match decoded {
            Ok(decoded) => put(owner, I, Some(decoded)),
            Err(error) if Member::<S>::find_all_errors(self, value, at, problems) => {
                problems.decoding(error, at.keys);
            }
            Err(_) => {}
        }
    }

    fn find_all_errors(&self, value: Option<&Value>, at: FieldAt<'_>, problems: &mut Problems) -> bool {
        match value {
            None | Some(Value::Null) => true,
            Some(value) => erased_config::find_all_errors::<N>(value, at.keys, problems),
        }
    }

    fn examine_buffered(
        &self,
        value: &Value,
        FieldAt { field, keys }: FieldAt<'_>,
        examinations: &mut Examinations,
    ) {
        erased_config::examine_buffered::<N>(value, keys, examinations);
        if !field.flatten || examinations.is_catch_all_turn() {
            return;
        }
        // serde reads a flattened `Option` as `None` if its content is invalid.
        if let Err(mut error) = erased_config::read::<N>(value, &Notes::default()) {
            if N::SHAPE.any_secret() {
                error.conceal();
            }
            examinations.add_lost(keys, error);
        }
    }

    fn amend(
        &self,
        owner: &mut S,
        value: &Value,
        FieldAt { field, keys }: FieldAt<'_>,
        examinations: &Examinations,
    ) {
        if field.flatten || examinations.needs_amendment(keys) {
            if let (true, Ok(inner)) = (!value.is_null(), erased_config::read::<N>(value, &Notes::default()))
            {
                put(owner, I, Some(inner));
            }
            return;
        }
        if let Some(Some(inner)) = field_mut::<S, Option<N>>(owner, I) {
            erased_config::amend(inner, value, keys, examinations);
        }
    }

    fn fill_skipped(&self, owner: &mut S, given: Option<&Value>, at: FieldAt<'_>, is_set: IsSet<'_>) {
        let Some(Some(inner)) = field_mut::<S, Option<N>>(owner, I) else { return };
        // A value set at run time is complete.
        if is_set(at.keys) {
            return;
        }
        match self.absent.filter(|_| given.is_none()) {
            Some(absent) => absent().iter_mut().for_each(|absent| inner.__swap_skipped(absent)),
            None => erased_config::fill_skipped(inner, given.unwrap_or(&Value::Null), at.keys, is_set),
        }
    }

    fn shares(
        &self,
        _value: &Value,
        FieldAt { field, keys }: FieldAt<'_>,
        base: usize,
        found: &mut Vec<Share>,
    ) {
        if field.flatten {
            let level = Level::new(N::SHAPE);
            let (asked, takes_all) = (level.names().map(Arc::from).collect(), level.is_open());
            found.push(Share { slot: base, keys: keys.clone(), asked, takes_all });
        }
    }

    fn describe(&self) -> FieldKind {
        FieldKind::Optional(StructInfo::new::<N>())
    }
}

fn same_option<N: Loadable>(old: &Option<N>, new: &Option<N>) -> bool {
    match (old, new) {
        (None, None) => true,
        (Some(old), Some(new)) => erased_config::equals(old, new),
        _ => false,
    }
}
