//! Distinguishes keys of a path that types name from keys that come from the input.

use super::{FieldInfo, FieldKind, Form, FormKind, StructInfo};
use crate::keys::{Key, Keys};

impl StructInfo {
    /// For each key of a path below a leaf, whether a type names it: indices, fields and variants, but not keys of
    /// maps.
    pub(crate) fn names(&self, keys: &Keys) -> Vec<bool> {
        let leaves = self.shape.leaves().into_iter().zip(self.forms());
        let mut around = leaves.filter(|(leaf, _)| keys.starts_with(&leaf.keys));
        let Some((leaf, form)) = around.next() else { return vec![true; keys.0.len()] };
        let (own, below) = keys.0.split_at(leaf.keys.0.len());
        let mut named = vec![true; own.len()];
        let mut form = Some(form);
        for key in below {
            let next = form.and_then(|form| step(form, key));
            let is_of_map = form.is_some_and(|form| matches!(form.kind, FormKind::Map(_)));
            named.push(matches!(key, Key::Index(_)) || (next.is_some() && !is_of_map));
            form = next;
        }
        named
    }

    /// The form of each leaf, in the order of the shape.
    fn forms(&self) -> Vec<&Form> {
        self.fields.iter().flat_map(FieldInfo::forms).collect()
    }
}

impl FieldInfo {
    fn forms(&self) -> Vec<&Form> {
        match &self.body {
            FieldKind::Leaf(leaf) => vec![&leaf.form],
            FieldKind::Nested(section) | FieldKind::Optional(section) => section.forms(),
        }
    }
}

/// The form below a key; `None` if the type has no such key.
fn step<'f>(form: &'f Form, key: &Key) -> Option<&'f Form> {
    match (&form.kind, key) {
        (FormKind::Struct(fields) | FormKind::Enum(fields), Key::Name(name)) => {
            fields.iter().find(|(field, _)| **field == **name).map(|(_, form)| form)
        }
        (FormKind::Map(value), Key::Name(_)) => Some(value),
        (FormKind::List(element), Key::Index(_)) => Some(element),
        (FormKind::Tuple(known, _), Key::Index(index)) => known.get(*index),
        _ => None,
    }
}
