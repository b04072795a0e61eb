//! The content of a version; older versions are stored as differences from the next one.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    sync::Arc,
};

use super::delta::{Act, Edit, apply, apply_map, diff_map, diff_open, holds_value};
use crate::{
    erased_config::ErasedConfig,
    keys::Keys,
    overrides::{OverrideEntry, Overrides},
    secret::Private,
    source::{Layer, SourceId},
    value::Value,
    variables::Variables,
};

/// Everything that is needed to load a version again.
#[derive(Clone)]
pub(crate) struct VersionContent {
    /// Lowest precedence first.
    pub(crate) layers: Vec<Arc<Layer>>,
    pub(crate) variables: Arc<Variables>,
    pub(crate) overrides: Overrides,
    /// The running values of fields whose new values wait for a restart.
    pub(crate) deferred: DeferredValues,
    /// Without sources there is nothing to load from, so the value itself is kept.
    pub(crate) value: Option<InMemoryValue>,
}

/// Values that are used instead of those of the layers and overrides; `None` for a field without a value.
pub(crate) type DeferredValues = BTreeMap<Keys, Option<Value>>;

/// A value that was not loaded from sources, and the known part of its tree.
#[derive(Clone)]
pub(crate) struct InMemoryValue {
    pub(crate) root: Arc<dyn ErasedConfig>,
    pub(crate) tree: Value,
}

/// The difference from the content of one version to that of the version before it.
pub(crate) struct ReverseDelta {
    /// The sources whose layer was different; `None` if a source had no layer.
    pub(crate) layers: Vec<(SourceId, Option<OldLayer>)>,
    pub(crate) variables: Vec<(OsString, Option<Private>)>,
    pub(crate) overrides: Vec<(Keys, Option<OldOverride>)>,
    pub(crate) deferred: Vec<(Keys, Option<Option<Value>>)>,
    pub(crate) value: Option<InMemoryValue>,
}

pub(crate) struct OldLayer {
    /// The layer without its values, unless it equals that of the next version.
    pub(crate) head: Option<Arc<Layer>>,
    pub(crate) edits: Vec<Edit>,
}

/// An override. Its value is a whole leaf, which may be large, so it is stored as edits.
pub(crate) struct OldOverride {
    /// Without its value if `edits` contain it.
    pub(crate) entry: OverrideEntry,
    pub(crate) edits: Option<Vec<Edit>>,
}

impl VersionContent {
    /// The overrides with which a load yields the version as it ran.
    pub(crate) fn running_overrides(&self) -> Overrides {
        let deferred =
            self.deferred.iter().map(|(keys, value)| (keys.clone(), OverrideEntry::new(value.clone(), None)));
        self.overrides.clone().into_iter().chain(deferred).collect()
    }

    /// The delta from this content to `old`. `hidden` are the leaves in which a secret was read without a mark.
    pub(crate) fn delta_to(&self, old: &Self, hidden: &BTreeSet<Keys>) -> ReverseDelta {
        ReverseDelta {
            layers: old_layers(&self.layers, &old.layers, hidden),
            variables: self.old_variables(old),
            overrides: old_overrides(&self.overrides, &old.overrides, hidden),
            deferred: old_deferred(&self.deferred, &old.deferred),
            value: old.value.clone(),
        }
    }

    /// The old variables that texts of non-secret fields refer to. The others may contain secrets, and are not
    /// needed.
    fn old_variables(&self, old: &Self) -> Vec<(OsString, Option<Private>)> {
        if Arc::ptr_eq(&self.variables, &old.variables) {
            return Vec::new();
        }
        let named: BTreeSet<&str> = old.layers.iter().flat_map(|layer| layer.variables()).collect();
        let mut changes = diff_map(&self.variables, &old.variables);
        changes.retain(|(name, _)| name.to_str().is_some_and(|name| named.contains(name)));
        changes
    }

    /// The content of an older version: applies one delta for each version, newest first.
    pub(crate) fn apply_deltas<'b>(&self, deltas: impl Iterator<Item = &'b ReverseDelta>) -> Self {
        let mut walk = Walk::from(self);
        deltas.for_each(|delta| walk.apply(delta));
        walk.end(&self.layers)
    }
}

impl ReverseDelta {
    /// Whether both contents are the same.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { layers, variables, overrides, deferred, value } = self;
        layers.is_empty()
            && variables.is_empty()
            && overrides.is_empty()
            && deferred.is_empty()
            && value.is_none()
    }
}

type BySource<'l> = BTreeMap<&'l SourceId, &'l Arc<Layer>>;

pub(crate) fn by_source(layers: &[Arc<Layer>]) -> BySource<'_> {
    layers.iter().map(|layer| (layer.source(), layer)).collect()
}

fn old_layers(
    new: &[Arc<Layer>],
    old: &[Arc<Layer>],
    hidden: &BTreeSet<Keys>,
) -> Vec<(SourceId, Option<OldLayer>)> {
    // This is the case after every write, because only sources change layers.
    if new.len() == old.len() && new.iter().zip(old).all(|(new, old)| Arc::ptr_eq(new, old)) {
        return Vec::new();
    }
    let (new, old) = (by_source(new), by_source(old));
    let gone = new.keys().filter(|source| !old.contains_key(*source));
    let gone = gone.map(|source| ((*source).clone(), None));
    let other = old.iter().filter_map(|(source, layer)| {
        let layer = OldLayer::between(layer, new.get(source).copied(), hidden)?;
        Some(((*source).clone(), Some(layer)))
    });
    gone.chain(other).collect()
}

impl OldLayer {
    /// `None` if nothing differs.
    fn between(old: &Arc<Layer>, new: Option<&Arc<Layer>>, hidden: &BTreeSet<Keys>) -> Option<Self> {
        if new.is_some_and(|new| Arc::ptr_eq(old, new)) {
            return None;
        }
        let empty = Value::empty();
        let head = old.with_past(Value::empty());
        let alike = new.is_some_and(|new| head.is_like(&new.with_past(Value::empty())));
        let from = new.map_or(&empty, |new| new.tree());
        let edits = with_whole_leaves(diff_open(from, old.tree()), from, old.tree(), hidden);
        let head = (!alike).then(|| Arc::new(head));
        (head.is_some() || !edits.is_empty()).then_some(Self { head, edits })
    }
}

/// The edits, with one for each list or table that had no secret yet and contains one now. Its parts cannot be matched
/// to those of today, and after a restart there may be no value of today.
fn with_whole_leaves(mut edits: Vec<Edit>, from: &Value, to: &Value, hidden: &BTreeSet<Keys>) -> Vec<Edit> {
    for leaf in hidden {
        let (Some(new), Some(old)) = (leaf.find(from), leaf.find(to)) else { continue };
        if is_without_secrets(old) && new != old {
            edits.retain(|edit| !edit.keys.starts_with(leaf));
            edits.push(Edit { keys: leaf.clone(), act: Act::Put(old.clone()) });
        }
    }
    edits
}

/// Whether the value is a list or a table without the value of a secret.
fn is_without_secrets(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Table(_)) && !holds_value(value)
}

/// Running secrets are left unchanged.
fn old_deferred(new: &DeferredValues, old: &DeferredValues) -> Vec<(Keys, Option<Option<Value>>)> {
    let mut changes = diff_map(new, old);
    changes.retain(|(keys, old)| {
        ![new.get(keys), old.as_ref()].into_iter().flatten().flatten().any(holds_value)
    });
    changes
}

/// A secret that was set is left unchanged, and a removed secret is not restored. A value from before it contained
/// secrets is stored whole, because the value of today is not saved.
fn old_overrides(
    new: &Overrides,
    old: &Overrides,
    hidden: &BTreeSet<Keys>,
) -> Vec<(Keys, Option<OldOverride>)> {
    let is_whole = |keys: &Keys, new: &Value, old: &Value| {
        is_without_secrets(old) && (holds_value(new) || hidden.iter().any(|leaf| leaf.starts_with(keys)))
    };
    let open = |entry: OverrideEntry| OverrideEntry {
        below: entry.below.filter(|below| !below.value.as_ref().is_some_and(holds_value)),
        ..entry
    };
    let old_override = |keys: &Keys, entry: OverrideEntry| match (
        new.get(keys).and_then(|entry| entry.value.as_ref()),
        &entry.value,
    ) {
        (Some(new), Some(value)) if !is_whole(keys, new, value) => {
            let edits = diff_open(new, value);
            OldOverride { entry: OverrideEntry { value: None, ..entry }, edits: Some(edits) }
        }
        _ => OldOverride { entry, edits: None },
    };
    let value = |entry: Option<&OverrideEntry>| entry.and_then(|entry| entry.value.clone());
    let comes_back = |keys: &Keys, entry: Option<&OverrideEntry>| match (value(new.get(keys)), value(entry)) {
        (Some(Value::Secret(_)), _) => false,
        (None, Some(old)) => !holds_value(&old),
        (_, old) => !matches!(old, Some(Value::Secret(_))),
    };
    let changes = diff_map(new, old).into_iter();
    let changes = changes.filter(|(keys, entry)| comes_back(keys, entry.as_ref()));
    changes.map(|(keys, entry)| (keys.clone(), entry.map(|entry| old_override(&keys, open(entry))))).collect()
}

/// A content to which deltas are applied.
struct Walk {
    layers: BTreeMap<SourceId, (Arc<Layer>, Value)>,
    variables: Arc<Variables>,
    overrides: Overrides,
    deferred: DeferredValues,
    value: Option<InMemoryValue>,
}

impl Walk {
    fn from(content: &VersionContent) -> Self {
        let layer = |layer: &Arc<Layer>| (layer.source().clone(), (Arc::clone(layer), layer.tree().clone()));
        let VersionContent { layers, variables, overrides, deferred, value } = content.clone();
        Self { layers: layers.iter().map(layer).collect(), variables, overrides, deferred, value }
    }

    fn apply(&mut self, back: &ReverseDelta) {
        for (source, old) in &back.layers {
            self.layer(source, old.as_ref());
        }
        if !back.variables.is_empty() {
            apply_map(Arc::make_mut(&mut self.variables), &back.variables);
        }
        for (keys, old) in &back.overrides {
            self.entry(keys, old.as_ref());
        }
        apply_map(&mut self.deferred, &back.deferred);
        self.value.clone_from(&back.value);
    }

    fn layer(&mut self, source: &SourceId, old: Option<&OldLayer>) {
        let before = self.layers.remove(source);
        let Some(old) = old else { return };
        let (head, mut tree) = match (&old.head, before) {
            (Some(head), before) => (Arc::clone(head), before.map_or_else(Value::empty, |(_, tree)| tree)),
            (None, Some(before)) => before,
            (None, None) => return,
        };
        apply(&mut tree, &old.edits);
        self.layers.insert(source.clone(), (head, tree));
    }

    fn entry(&mut self, keys: &Keys, old: Option<&OldOverride>) {
        let before = self.overrides.remove(keys);
        let Some(OldOverride { entry, edits }) = old else { return };
        let mut entry = entry.clone();
        if let Some(edits) = edits {
            let before = before.and_then(|entry| entry.value);
            // A value that was not saved leaves nothing to edit.
            if before.is_none() && !edits.iter().any(Edit::is_whole) {
                return;
            }
            let mut value = before.unwrap_or(Value::Null);
            apply(&mut value, edits);
            entry.value = Some(value);
        }
        self.overrides.insert(keys.clone(), entry);
    }

    /// A layer that is unchanged at the end is replaced by the original, which knows its text.
    fn end(self, start: &[Arc<Layer>]) -> VersionContent {
        let start = by_source(start);
        let layers = self.layers.into_iter().map(|(source, (head, tree))| match start.get(&source) {
            Some(layer) if Arc::ptr_eq(layer, &head) && *layer.tree() == tree => head,
            _ => Arc::new(head.with_past(tree)),
        });
        VersionContent {
            layers: layers.collect(),
            variables: self.variables,
            overrides: self.overrides,
            deferred: self.deferred,
            value: self.value,
        }
    }
}

#[cfg(test)]
#[path = "content_tests.rs"]
pub(crate) mod tests;
