//! Text that no file can have, and that leaves a hole in the value of a field.
//!
//! A file with the rest of such a value would give one that nobody has set, or none at all. So the whole field is left out,
//! unless the file has that text already.

use std::sync::Arc;

use crate::{
    effective::unknown,
    keys::Keys,
    patch::secret_paths,
    resolve::interpolate,
    save::leaf::alike,
    snapshot::Published,
    template::{holds_display_only, results_of},
    value::Value,
};

/// Finds the holes that are left by text, as opposed to those of secrets, which another source gives.
pub(super) struct Holes<'h> {
    pub(super) published: &'h Published,
    /// What the file says, by the own names of the fields.
    pub(super) file: &'h Value,
    pub(super) variables: interpolate::Lookup<'h>,
}

impl Holes<'_> {
    /// Whether the value at `keys` would be written without text that the file does not have.
    pub(super) fn lose_text(&self, keys: &Keys, value: &Value) -> bool {
        let Some(there) = keys.find(&self.published.tree).filter(|there| holds_display_only(there)) else {
            return false;
        };
        let mut holes = Vec::new();
        secret_paths(value, &Keys::root(), &mut holes);
        holes.iter().any(|hole| {
            let part = hole.find(there);
            let is_of_text = part.is_none_or(holds_display_only);
            is_of_text && !self.has(&keys.join(hole), part)
        })
    }

    /// Whether the file gives the part of the value that is in force; a type may have another name for the part.
    fn has(&self, keys: &Keys, part: Option<&Value>) -> bool {
        let Some(raw) = keys.find(self.file) else { return false };
        part.is_none_or(|part| alike(raw, &results_of(part), self.variables))
    }

    /// The value of a flattened leaf, whose entries are like fields, with a hole instead of each entry that has one.
    pub(super) fn without_parts(&self, keys: &Keys, value: &Value) -> Value {
        let Value::Table(table) = value else { return value.clone() };
        let entry = |(name, value): (&Arc<str>, &Value)| match self.lose_text(&keys.name(name), value) {
            true => (Arc::clone(name), unknown()),
            false => (Arc::clone(name), value.clone()),
        };
        Value::table(table.iter().map(entry))
    }
}
