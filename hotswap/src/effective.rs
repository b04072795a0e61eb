//! The whole configuration as a document: what every leaf holds now, without what must not be shown.

use crate::{
    keys::Keys,
    load::{merge, place},
    secret::MASK,
    shape::{FieldShape, Kind, Shape},
    snapshot::Published,
    value::Value,
};

/// What a document says of secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// Nothing, so that the document can be loaded.
    LeftOut,
    /// That there is one.
    Masked,
}

/// Every leaf by its own `Serialize`; one that has none as `tree` has it, which the configuration was decoded from.
pub(crate) fn document(published: &Published, secrets: Secrets) -> Value {
    leaves(published, secrets).into_iter().fold(Value::empty(), |document, (keys, value)| {
        merge(document, &place(&Value::empty(), &keys, Some(&value)))
    })
}

/// The same leaf by leaf, in the order of the struct.
pub(crate) fn leaves(published: &Published, secrets: Secrets) -> Vec<(Keys, Value)> {
    let mut leaves = Leaves { published, secrets, found: Vec::new() };
    leaves.fields(published.root.shape(), 0, &Keys::root(), false);
    leaves.found
}

struct Leaves<'p> {
    published: &'p Published,
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
        let hidden = hidden || self.published.is_sealed(keys);
        // What a type writes has its secrets marked; what the sources gave has not.
        let given = || {
            let hides = hidden || self.published.hides_at(keys);
            keys.find(&self.published.tree)
                .map(|value| if hides { Value::secret(value.clone()) } else { value.clone() })
        };
        let Some(value) = self.published.root.encode(slot).ok().or_else(given) else { return };
        // A list without some of its elements would be another list.
        let whole = matches!(field.kind, Kind::Leaf) && self.secrets == Secrets::LeftOut;
        if whole && holds_secret(&value) {
            return;
        }
        let Some(mut value) = without_secrets(&value, self.secrets) else { return };
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

/// The value without the secrets that its type keeps; `None` if nothing is left.
fn without_secrets(value: &Value, secrets: Secrets) -> Option<Value> {
    Some(match (value, secrets) {
        (Value::Secret(_), Secrets::LeftOut) => return None,
        (Value::Secret(_), Secrets::Masked) => Value::text(MASK),
        (Value::List(items), _) => {
            Value::list(items.iter().filter_map(|item| without_secrets(item, secrets)))
        }
        (Value::Table(entries), _) => Value::table(
            entries.iter().filter_map(|(key, value)| Some((key.clone(), without_secrets(value, secrets)?))),
        ),
        (other, _) => other.clone(),
    })
}

/// Whether a secret stands anywhere in it.
pub(crate) fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Secret(_) => true,
        Value::List(items) => items.iter().any(holds_secret),
        Value::Table(entries) => entries.values().any(holds_secret),
        _ => false,
    }
}
