//! The changes between two versions: values as their types write them, without secrets.

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

/// One decoded version, and the tree from which it was decoded.
#[derive(Clone, Copy)]
pub(crate) struct Side<'s> {
    pub(crate) root: &'s dyn ErasedConfig,
    pub(crate) tree: &'s Value,
    /// Whether the tree comes from sources, and not from writing a value.
    pub(crate) loaded: bool,
}

/// The maximum number of values in a leaf that is encoded for each change. A larger leaf is compared as the sources
/// gave it, because unchanged parts are shared there.
const WRITTEN: usize = 256;

impl Side<'_> {
    /// A leaf as its type writes it, or else as the sources gave it. Interpolated text is compared by its result, and
    /// displayed as its template.
    fn written(&self, slot: usize) -> Option<Value> {
        match self.loaded {
            true => template::shown(self.root, self.tree, slot),
            false => {
                let written = self.root.encode(slot).ok()?;
                Some(template::over(written, self.root.shape(), self.tree, slot))
            }
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

/// The number of values in a tree; counting stops at `enough`.
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

/// The changes inside these leaves, each at the deepest path that contains all of it. `hides` returns whether the leaf
/// at a path contains a secret that is not marked.
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
    // Several differences inside one secret become one masked change.
    changes.dedup();
    if changes.is_empty() { hidden() } else { changes }
}

/// Adds the changes of secrets as they were recorded when they happened, because versions keep no values of
/// secrets.
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
    // In the order of the struct; within a leaf in the order of discovery.
    changes.sort_by_key(|change| leaves.iter().position(|leaf| is_within(change.path(), leaf)));
    changes
}

/// Whether a dotted path equals another one, or is below it.
fn is_within(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The parts of a leaf that must not be shown.
struct SecretMask {
    leaf: Keys,
    /// Paths below the leaf; the root if the whole leaf is secret.
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

    /// The full path of a value below the leaf. Paths inside a secret are not distinguished.
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
