//! What changed between two versions, for people and scripts: as its type writes it, without secrets.

use super::delta::differences;
use crate::{
    keys::Keys,
    load::place,
    root::Root,
    secret::MASK,
    shape::{Kind, Shape},
    subscribe::FieldChange,
    value::Value,
};

/// One version, decoded, and the tree that it was decoded from.
#[derive(Clone, Copy)]
pub(crate) struct Side<'s> {
    pub(crate) root: &'s dyn Root,
    pub(crate) tree: &'s Value,
}

/// The leaves of the new side, by number, whose value differs by `PartialEq` and in its encoded form.
pub(crate) fn leaves(old: Side<'_>, new: Side<'_>) -> Vec<usize> {
    let shape = new.root.shape();
    let differs = |slot: &usize| {
        let keys = shape.keys_of(*slot);
        shape.is_leaf(*slot) && keys.find(old.tree) != keys.find(new.tree)
    };
    new.root.changed_since(old.root).into_iter().filter(differs).collect()
}

/// What changed inside these leaves, each change at the deepest place that tells all of it.
pub(crate) fn between(old: Side<'_>, new: Side<'_>, leaves: &[usize], version: u64) -> Vec<FieldChange> {
    leaves.iter().flat_map(|slot| within(old, new, *slot, version)).collect()
}

fn within(old: Side<'_>, new: Side<'_>, slot: usize, version: u64) -> Vec<FieldChange> {
    let veil = Veil::of(new.root.shape(), slot);
    let hidden = || vec![FieldChange::of(veil.leaf.to_string(), MASK.into(), MASK.into(), version)];
    // What its type cannot write cannot be shown to hold no secret.
    let (Ok(before), Ok(now)) = (old.root.encode(slot), new.root.encode(slot)) else { return hidden() };
    let mut changes: Vec<_> = differences(&before, &now)
        .into_iter()
        .map(|(below, before, now)| {
            let (before, now) = (veil.show(&below, before), veil.show(&below, now));
            FieldChange::of(veil.path(&below), before, now, version)
        })
        .collect();
    // Several differences inside one secret are one change that is not shown.
    changes.dedup();
    if changes.is_empty() { hidden() } else { changes }
}

/// What must not be shown of a leaf.
struct Veil {
    leaf: Keys,
    /// Below the leaf; its root if all of it is secret.
    secrets: Vec<Keys>,
}

impl Veil {
    fn of(shape: &'static Shape, slot: usize) -> Self {
        let trail = shape.trail(slot);
        let secrets = match trail.last().map(|field| &field.kind) {
            _ if trail.iter().any(|field| field.secret) => vec![Keys::root()],
            Some(Kind::Optional(inner)) => {
                let secret = inner.leaves().into_iter().filter(|leaf| leaf.secret());
                secret.map(|leaf| leaf.keys).collect()
            }
            _ => Vec::new(),
        };
        Self { leaf: shape.keys_of(slot), secrets }
    }

    /// The path of a place below the leaf; what stands inside a secret is not told apart.
    fn path(&self, below: &Keys) -> String {
        let secret = self.secrets.iter().find(|secret| below.starts_with(secret));
        self.leaf.join(secret.unwrap_or(below)).to_string()
    }

    fn show(&self, below: &Keys, value: Option<Value>) -> serde_json::Value {
        if self.secrets.iter().any(|secret| below.starts_with(secret)) {
            return MASK.into();
        }
        let Some(mut value) = value else { return serde_json::Value::Null };
        for secret in self.secrets.iter().filter(|secret| secret.starts_with(below)) {
            let inside = Keys(secret.0[below.0.len()..].to_vec());
            if inside.find(&value).is_some() {
                value = place(&value, &inside, Some(&Value::text(MASK)));
            }
        }
        value.to_json()
    }
}
