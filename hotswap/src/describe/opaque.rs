//! Which values may be secret, where nothing was read that would tell.

use super::{Body, Field, Form, FormKind, Section};

impl Section {
    /// For each leaf, in the order of the shape's: whether it is secret, or its type does not show what it holds.
    pub(crate) fn leaves_that_may_be_secret(&self) -> Vec<bool> {
        let of_field = |field: &Field| match &field.body {
            Body::Leaf(leaf) => vec![field.is_secret() || is_opaque(&leaf.form)],
            Body::Nested(section) | Body::Optional(section) => section.leaves_that_may_be_secret(),
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
