//! Finds values that may be secret, if no value was read that shows it.

use std::collections::BTreeSet;

use super::{FieldInfo, FieldKind, Form, FormKind, StructInfo, form};
use crate::{
    de::{DecodeError, Decoder},
    keys::Keys,
    secret::tracking,
};

/// Whether the type that a function reads contains a secret, or does not reveal its form.
pub(crate) fn may_hold_secret<F>(decode: for<'p, 'v> fn(Decoder<'p, 'v>) -> Result<F, DecodeError>) -> bool {
    let (form, secret) = tracking::reads_any(|| form::trace(&|decoder| decode(decoder).err()));
    secret || is_opaque(&form)
}

impl StructInfo {
    /// The leaves that may contain a secret. Their text must not be shown.
    pub(crate) fn guarded(&self) -> BTreeSet<Keys> {
        let leaves = self.shape.leaves().into_iter().zip(self.leaves_that_may_be_secret());
        leaves.filter(|(_, secret)| *secret).map(|(leaf, _)| leaf.keys).collect()
    }

    /// For each leaf, in the order of the shape: whether it is secret, or its type does not reveal its form.
    pub(crate) fn leaves_that_may_be_secret(&self) -> Vec<bool> {
        let of_field = |field: &FieldInfo| match &field.body {
            FieldKind::Leaf(leaf) => vec![field.is_secret() || is_opaque(&leaf.form)],
            FieldKind::Nested(section) | FieldKind::Optional(section) => section.leaves_that_may_be_secret(),
        };
        self.fields.iter().flat_map(of_field).collect()
    }
}

fn is_opaque(form: &Form) -> bool {
    let unseen = match &form.kind {
        FormKind::Any => true,
        FormKind::Tuple(known, length) => known.len() < *length,
        _ => false,
    };
    unseen || form.parts().into_iter().any(is_opaque)
}
