//! Removes values that were set at run time.

use std::{collections::BTreeSet, ops::Range};

use super::{Core, Request, State, propose::contained};
use crate::{
    error::Error,
    keys::Keys,
    load::{self, SharedLeaves},
    overrides::{OverrideTarget, Overrides},
    patch::{OverridableField, OverridableFields},
};

impl Core {
    /// Clears the overrides of a field or a struct below the handle whose leaves have the numbers `slots`.
    pub(crate) fn clear_override(
        &self,
        slots: &Range<usize>,
        target: &OverrideTarget,
        request: &Request,
    ) -> Result<u64, Error> {
        let clear = || contained(|| self.try_clear_override(slots, target, request));
        self.attempt(&request.cause, request.options.as_ref(), clear)
    }

    fn try_clear_override(
        &self,
        slots: &Range<usize>,
        target: &OverrideTarget,
        request: &Request,
    ) -> Result<u64, Error> {
        let state = self.writer.enter()?;
        self.open()?;
        let shape = self.config_type.shape;
        request.check_expected(&state, shape.keys_of(slots.start))?;
        let cleared = match target {
            OverrideTarget::Text(path) => match self.shared_key(&state, slots, path) {
                Some(keys) => BTreeSet::from([keys]),
                None => self.overrides_of(
                    &state,
                    &OverridableFields::new(shape, slots).named(shape, slots.start, path)?,
                ),
            },
            OverrideTarget::Field(slot) => {
                let fields = OverridableFields::new(shape, &shape.numbers_of(slots.start + slot));
                self.overrides_of(&state, &fields.all())
            }
        };
        if cleared.is_empty() || !self.has_sources() {
            return Ok(self.current.version());
        }
        let mut overrides = state.basis.overrides.clone();
        overrides.retain(|keys, _| !cleared.contains(keys));
        self.with_overrides(state, overrides, request)
    }

    /// The override with this dotted path, if it is one key of a flattened leaf.
    fn shared_key(&self, state: &State, slots: &Range<usize>, path: &str) -> Option<Keys> {
        let base = self.config_type.shape.keys_of(slots.start);
        let is_named = |keys: &&Keys| {
            keys.starts_with(&base) && Keys(keys.0[base.0.len()..].to_vec()).to_string() == path
        };
        let mut shared = state.basis.overrides.keys().filter(|keys| self.config_type.is_shared_key(keys));
        shared.find(is_named).cloned()
    }

    /// The overrides that belong to these leaves.
    fn overrides_of(&self, state: &State, fields: &[&OverridableField]) -> BTreeSet<Keys> {
        let owners = fields.iter().any(|field| field.flatten).then(|| self.shared_leaves(state));
        let belongs = |field: &OverridableField, keys: &Keys| match &owners {
            Some(owners) if field.flatten => owners.has_override(field.slot, keys),
            _ => field.keys == *keys,
        };
        let overrides = state.basis.overrides.keys();
        overrides.filter(|keys| fields.iter().any(|field| belongs(field, keys))).cloned().collect()
    }

    /// The keys that flattened leaves take from the sources and from the running values.
    fn shared_leaves(&self, state: &State) -> SharedLeaves {
        let current = self.current.load_full();
        let all = state.with_waiting(&*current.root, &current.tree);
        let given = load::merged(self.config_type.shape, &state.basis.layers);
        SharedLeaves::new(&*current.root, [&given, &current.tree, &all])
    }

    /// Clears every value that was set at run time. `permitted` is the refusal of a handle that does not support it.
    pub(crate) fn clear_overrides(
        &self,
        permitted: Result<(), Error>,
        request: &Request,
    ) -> Result<u64, Error> {
        self.attempt(&request.cause, request.options.as_ref(), || {
            permitted?;
            contained(|| self.try_clear_overrides(request))
        })
    }

    fn try_clear_overrides(&self, request: &Request) -> Result<u64, Error> {
        let state = self.writer.enter()?;
        self.open()?;
        request.check_expected(&state, Keys::root())?;
        if state.basis.overrides.is_empty() || !self.has_sources() {
            return Ok(self.current.version());
        }
        self.with_overrides(state, Overrides::new(), request)
    }
}
