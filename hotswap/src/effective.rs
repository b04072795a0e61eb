//! The whole configuration as a document: what every leaf holds now, without what must not be shown.

use crate::{
    keys::Keys,
    load::{merge, place},
    root::Root,
    shape::{FieldShape, Kind, Shape},
    value::Value,
};

/// What stands in the place of a secret.
pub(crate) const MASK: &str = "***";

/// What a document says of secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// Nothing, so that the document can be loaded.
    LeftOut,
    /// That there is one.
    Masked,
}

/// Every leaf by its own `Serialize`; one that has none as `tree` has it, which the configuration was decoded from.
pub(crate) fn document(root: &dyn Root, tree: &Value, secrets: Secrets) -> Value {
    leaves(root, tree, secrets).into_iter().fold(Value::empty(), |document, (keys, value)| {
        merge(document, &place(&Value::empty(), &keys, Some(&value)))
    })
}

/// The same leaf by leaf, in the order of the struct.
pub(crate) fn leaves(root: &dyn Root, tree: &Value, secrets: Secrets) -> Vec<(Keys, Value)> {
    let mut leaves = Leaves { root, tree, secrets, found: Vec::new() };
    leaves.fields(root.shape(), 0, &Keys::root(), false);
    leaves.found
}

struct Leaves<'r> {
    root: &'r dyn Root,
    tree: &'r Value,
    secrets: Secrets,
    found: Vec<(Keys, Value)>,
}

impl Leaves<'_> {
    fn fields(&mut self, shape: &'static Shape, base: usize, parent: &Keys, hidden: bool) {
        for field in shape.fields {
            let keys = field.keys(parent);
            let slot = base + field.slot;
            match field.kind {
                Kind::Nested(inner) => self.fields(inner, slot, &keys, hidden || field.secret),
                Kind::Leaf | Kind::Optional(_) => self.leaf(field, slot, &keys, hidden || field.secret),
            }
        }
    }

    fn leaf(&mut self, field: &FieldShape, slot: usize, keys: &Keys, hidden: bool) {
        let given = || keys.find(self.tree).cloned();
        let Some(mut value) = self.root.encode(slot).ok().or_else(given) else { return };
        if hidden {
            match self.secrets {
                Secrets::LeftOut => return,
                Secrets::Masked => value = Value::text(MASK),
            }
        } else if let Kind::Optional(inner) = field.kind {
            value = self.within(inner, value);
        }
        match &value {
            // Its keys stand beside the fields of the struct.
            Value::Table(table) if field.flatten => {
                self.found.extend(table.iter().map(|(name, value)| (keys.name(name), value.clone())));
            }
            _ => self.found.push((keys.clone(), value)),
        }
    }

    /// Secrets inside an `Option` of a nested struct.
    fn within(&self, shape: &'static Shape, value: Value) -> Value {
        let hidden = shape.leaves().into_iter().filter(|leaf| leaf.secret());
        hidden.fold(value, |value, leaf| match (leaf.keys.find(&value), self.secrets) {
            (None, _) => value,
            (Some(_), Secrets::LeftOut) => place(&value, &leaf.keys, None),
            (Some(_), Secrets::Masked) => place(&value, &leaf.keys, Some(&Value::text(MASK))),
        })
    }
}
