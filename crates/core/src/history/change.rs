//! What changed between two versions, for people and scripts: as its type writes it, without secrets.

use super::delta::differences;
use crate::{
    erased_config::ErasedConfig,
    keys::Keys,
    load::place_at,
    secret::MASK,
    shape::{Kind, Shape},
    subscribe::{FieldChange, Shown},
    template,
    value::Value,
};

/// One version, decoded, and the tree that it was decoded from.
#[derive(Clone, Copy)]
pub(crate) struct Side<'s> {
    pub(crate) root: &'s dyn ErasedConfig,
    pub(crate) tree: &'s Value,
    /// Whether the tree is what sources gave, and not what could be written of a value.
    pub(crate) loaded: bool,
}

/// How many values a leaf may hold to be written anew for each change. A larger one is compared as the sources gave it,
/// which shares what did not change.
const WRITTEN: usize = 256;

impl Side<'_> {
    /// A leaf as its type writes it, or else as the sources gave it. Interpolated text is equal if its result is, and shows
    /// its template.
    fn written(&self, slot: usize) -> Option<Value> {
        match self.loaded {
            true => template::shown(self.root, self.tree, slot),
            false => self.root.encode(slot).ok(),
        }
    }

    /// A leaf as the sources gave it.
    fn source_value(&self, keys: &Keys) -> Option<&Value> {
        keys.find(self.tree).filter(|_| self.loaded)
    }

    fn is_large(&self, keys: &Keys) -> bool {
        self.source_value(keys).is_some_and(|value| count(value, WRITTEN) > WRITTEN)
    }
}

/// The values in a tree; it need not be counted further than `enough`.
fn count(value: &Value, enough: usize) -> usize {
    let add = |sum: usize, item| if sum > enough { sum } else { sum + count(item, enough - sum) };
    match value {
        Value::List(items) => items.iter().fold(1, add),
        Value::Table(entries) => entries.values().fold(1, add),
        _ => 1,
    }
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

/// What changed inside these leaves, each change at the deepest place that tells all of it. `hides` says whether a secret
/// was met in the leaf at a place, beside those that fields name.
pub(crate) fn between(
    old: Side<'_>,
    new: Side<'_>,
    leaves: &[usize],
    version: u64,
    hides: impl Fn(&Keys) -> bool,
) -> Vec<FieldChange> {
    let shape = new.root.shape();
    leaves
        .iter()
        .flat_map(|slot| within(old, new, *slot, version, &SecretMask::new(shape, *slot, &hides)))
        .collect()
}

fn within(old: Side<'_>, new: Side<'_>, slot: usize, version: u64, mask: &SecretMask) -> Vec<FieldChange> {
    let hidden =
        || vec![FieldChange::between(mask.leaf.to_string(), Shown::masked(), Shown::masked(), version)];
    let large = old.is_large(&mask.leaf) || new.is_large(&mask.leaf);
    let leaf = |side: Side<'_>| match large {
        true => side.source_value(&mask.leaf).cloned(),
        false => side.written(slot),
    };
    let (Some(before), Some(now)) = (leaf(old), leaf(new)) else { return hidden() };
    let mut changes: Vec<_> = differences(&before, &now)
        .into_iter()
        .map(|(below, before, now)| {
            let (before, now) = (mask.render(&below, before), mask.render(&below, now));
            FieldChange::between(mask.path(&below), before, now, version)
        })
        .collect();
    // Several differences inside one secret are one change that is not shown.
    changes.dedup();
    if changes.is_empty() { hidden() } else { changes }
}

/// With the changes of secrets, of which versions keep no value: as they were recorded when they happened.
pub(crate) fn with_secrets(
    shape: &'static Shape,
    mut changes: Vec<FieldChange>,
    recorded: impl Iterator<Item = FieldChange>,
    version: u64,
) -> Vec<FieldChange> {
    for change in recorded.filter(FieldChange::is_hidden) {
        if !changes.iter().any(|known| is_within(change.path(), known.path())) {
            changes.push(FieldChange::between(
                change.path().to_owned(),
                Shown::masked(),
                Shown::masked(),
                version,
            ));
        }
    }
    let leaves: Vec<_> = shape.leaves().into_iter().map(|leaf| leaf.keys.to_string()).collect();
    // In the order of the struct; within a leaf as they were found.
    changes.sort_by_key(|change| leaves.iter().position(|leaf| is_within(change.path(), leaf)));
    changes
}

/// Whether a dotted path leads to another one, or below it.
fn is_within(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// What must not be shown of a leaf.
struct SecretMask {
    leaf: Keys,
    /// Below the leaf; its root if all of it is secret.
    secrets: Vec<Keys>,
}

impl SecretMask {
    fn new(shape: &'static Shape, slot: usize, hides: impl Fn(&Keys) -> bool) -> Self {
        let (trail, leaf) = (shape.trail(slot), shape.keys_of(slot));
        let secrets = match trail.last().map(|field| &field.kind) {
            _ if hides(&leaf) || trail.iter().any(|field| field.secret) => vec![Keys::root()],
            Some(Kind::Optional(inner)) => {
                let inner = inner.leaves().into_iter();
                let secret = inner.filter(|below| below.secret() || hides(&leaf.join(&below.keys)));
                secret.map(|below| below.keys).collect()
            }
            _ => Vec::new(),
        };
        Self { leaf, secrets }
    }

    /// The path of a place below the leaf; what stands inside a secret is not told apart.
    fn path(&self, below: &Keys) -> String {
        let secret = self.secrets.iter().find(|secret| below.starts_with(secret));
        self.leaf.join(secret.unwrap_or(below)).to_string()
    }

    fn render(&self, below: &Keys, value: Option<Value>) -> Shown {
        if self.secrets.iter().any(|secret| below.starts_with(secret)) {
            return Shown::masked();
        }
        let Some(mut value) = value else { return Shown::json(serde_json::Value::Null) };
        for secret in self.secrets.iter().filter(|secret| secret.starts_with(below)) {
            let inside = Keys(secret.0[below.0.len()..].to_vec());
            if inside.find(&value).is_some() {
                value = place_at(&value, &inside, Some(&Value::text(MASK)));
            }
        }
        Shown::of(&value)
    }
}
