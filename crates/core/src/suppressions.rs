//! Content that was rolled back stays suppressed until its source supplies other content.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    path::Path,
    sync::Arc,
};

use crate::{
    history::{
        content::{VersionContent, by_source},
        delta::{apply_map, diff_map},
    },
    keys::Keys,
    load::{place_at, put, taken_beside},
    secret::Private,
    shape::Shape,
    source::{Layer, SourceId},
    value::Value,
    variables::Variables,
};

/// The sources whose content is suppressed.
#[derive(Clone, Default)]
pub(crate) struct Suppressions {
    layers: BTreeMap<SourceId, Suppression>,
    variables: Option<SuppressedVariables>,
}

#[derive(Clone)]
struct Suppression {
    /// The suppressed layer; `None` if the source gives none.
    refused: Option<Arc<Layer>>,
    /// The layer that is used instead.
    used: Option<Arc<Layer>>,
    /// The version of the layer that is used.
    version: u64,
}

/// Variables that texts of files refer to. Variables whose values differ are suppressed together.
#[derive(Clone)]
struct SuppressedVariables {
    refused: Arc<Variables>,
    used: Arc<Variables>,
    /// The version whose variables are used.
    version: u64,
}

/// The layers and variables to load, with those of suppressed sources replaced.
pub(crate) struct EffectiveSources {
    pub(crate) layers: Vec<Arc<Layer>>,
    pub(crate) variables: Arc<Variables>,
    pub(crate) suppressions: Suppressions,
}

impl Suppressions {
    /// The current layers, except that sources which still supply suppressed content keep the accepted one.
    pub(crate) fn apply(&self, layers: &[Arc<Layer>], variables: &Arc<Variables>) -> EffectiveSources {
        let given = by_source(layers);
        let mut taken = given.clone();
        let mut suppressions = Self::default();
        let mut released = false;
        for (source, suppression) in &self.layers {
            let gives = given.get(source).copied();
            if !is_same_content(gives, suppression.refused.as_ref()) {
                released |=
                    suppression.refused.iter().chain(&suppression.used).any(|layer| layer.is_of_variables());
                continue;
            }
            match &suppression.used {
                Some(used) => drop(taken.insert(source, used)),
                None => drop(taken.remove(source)),
            }
            suppressions
                .layers
                .insert(source.clone(), Suppression { refused: gives.cloned(), ..suppression.clone() });
        }
        // A dotenv file gives both a layer and variables: neither is suppressed without the other.
        suppressions.variables =
            self.variables.as_ref().filter(|_| !released).and_then(|held| held.reapply(variables));
        let variables = suppressions.variables.as_ref().map_or(variables, |held| &held.used);
        let (layers, variables) = (taken.into_values().cloned().collect(), Arc::clone(variables));
        EffectiveSources { layers, variables, suppressions }
    }

    /// The sources of `old`, with `layers` and `variables` suppressed where they differ.
    pub(crate) fn roll_back_to(
        &self,
        layers: &[Arc<Layer>],
        variables: &Arc<Variables>,
        old: &VersionContent,
        version: u64,
    ) -> EffectiveSources {
        let (now, old_layers) = (by_source(layers), by_source(&old.layers));
        let sources: BTreeSet<_> =
            now.keys().chain(old_layers.keys()).copied().chain(self.layers.keys()).collect();
        let mut effective = EffectiveSources {
            layers: Vec::new(),
            variables: Arc::clone(&old.variables),
            suppressions: Self::default(),
        };
        for source in sources {
            let gives = match self.layers.get(source) {
                Some(suppression) => suppression.refused.as_ref(),
                None => now.get(source).copied(),
            };
            let used = old_layers.get(source).copied();
            if is_same_content(gives, used) {
                // The layer of the source itself knows the text of its file.
                effective.layers.extend(gives.cloned());
                continue;
            }
            effective.layers.extend(used.cloned());
            let suppression = Suppression { refused: gives.cloned(), used: used.cloned(), version };
            effective.suppressions.layers.insert(source.clone(), suppression);
        }
        let refused = self.variables.as_ref().map_or(variables, |held| &held.refused);
        if refused != &old.variables {
            let (refused, used) = (Arc::clone(refused), Arc::clone(&old.variables));
            effective.suppressions.variables = Some(SuppressedVariables { refused, used, version });
        }
        effective
    }

    /// Each suppressed source: its refused layer, the layer that is used instead, and the version of that layer.
    pub(crate) fn each(
        &self,
    ) -> impl Iterator<Item = (&SourceId, Option<&Arc<Layer>>, Option<&Arc<Layer>>, u64)> {
        let each = self.layers.iter();
        each.map(|(source, suppression)| {
            (source, suppression.refused.as_ref(), suppression.used.as_ref(), suppression.version)
        })
    }

    /// Whether variables that texts of files refer to are suppressed.
    pub(crate) fn have_variables(&self) -> bool {
        self.variables.is_some()
    }

    /// The names of the suppressed variables and their current values, with the version whose values are used.
    pub(crate) fn variables(&self) -> Option<(BTreeMap<OsString, Option<Private>>, u64)> {
        let held = self.variables.as_ref()?;
        let names = diff_map(&held.refused, &held.used).into_iter().map(|(name, _)| name);
        let current = |name: OsString| {
            let value = held.refused.get(&name).cloned();
            (name, value)
        };
        Some((names.map(current).collect(), held.version))
    }

    /// Whether the same sources are suppressed, in favour of the same versions.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.variables.is_some() == other.variables.is_some() && self.sources().eq(other.sources())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.layers.is_empty() && self.variables.is_none()
    }

    /// Restores a suppression from the state directory.
    pub(crate) fn restore(
        &mut self,
        source: SourceId,
        refused: Option<Arc<Layer>>,
        used: Option<Arc<Layer>>,
        version: u64,
    ) {
        self.layers.insert(source, Suppression { refused, used, version });
    }

    /// Whether the content of a file is suppressed.
    pub(crate) fn suppresses_file(&self, path: &Path) -> bool {
        self.layers.values().any(|suppression| suppression.is_of_file(path))
    }

    /// Takes over the keys that this program saved to a file; the rest of the file stays suppressed.
    ///
    /// `says` is the whole current content of the file, with the primary names of fields.
    pub(crate) fn adopt_saved(&mut self, path: &Path, shape: &'static Shape, says: &Value, saved: &[&Keys]) {
        for suppression in self.layers.values_mut().filter(|suppression| suppression.is_of_file(path)) {
            let Some(head) = suppression.refused.as_ref().or(suppression.used.as_ref()).cloned() else {
                continue;
            };
            let used = suppression.used.as_ref().map_or_else(Value::empty, |used| used.tree().clone());
            let used = saved.iter().fold(used, |used, keys| with_saved_leaf(&used, shape, keys, says));
            suppression.refused = Some(Arc::new(head.with_past(says.clone())));
            suppression.used = Some(Arc::new(head.with_past(used)));
        }
        self.layers.retain(|_, suppression| {
            !is_same_content(suppression.refused.as_ref(), suppression.used.as_ref())
        });
    }

    /// The names of the suppressed sources, with the version that is used instead.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (&str, u64)> {
        self.layers.iter().map(|(source, suppression)| (&*source.name, suppression.version))
    }
}

impl Suppression {
    fn is_of_file(&self, path: &Path) -> bool {
        self.refused.iter().chain(&self.used).any(|layer| layer.is_file(path))
    }
}

/// The tree with the value of one leaf from another tree.
fn with_saved_leaf(tree: &Value, shape: &'static Shape, keys: &Keys, says: &Value) -> Value {
    match keys.find(says) {
        None if keys.find(tree).is_none() => tree.clone(),
        value if taken_beside(shape, keys).is_empty() => place_at(tree, keys, value),
        value => put(tree, shape, keys, value, None),
    }
}

impl SuppressedVariables {
    /// The suppression for the current variables, if those that were rolled back are unchanged.
    fn reapply(&self, given: &Arc<Variables>) -> Option<Self> {
        let changes = diff_map(&self.refused, &self.used);
        if changes.iter().any(|(name, _)| self.refused.get(name) != given.get(name)) {
            return None;
        }
        let mut used = (**given).clone();
        apply_map(&mut used, &changes);
        Some(Self { refused: Arc::clone(given), used: Arc::new(used), version: self.version })
    }
}

/// Whether two layers hold the same values; comments and positions do not count.
fn is_same_content(one: Option<&Arc<Layer>>, other: Option<&Arc<Layer>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other) || one.tree() == other.tree(),
        (one, other) => one.is_none() && other.is_none(),
    }
}

#[cfg(test)]
#[path = "suppressions_tests.rs"]
mod tests;
