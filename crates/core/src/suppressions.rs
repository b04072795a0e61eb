//! What was rolled back stays refused: a source that still gives it is overruled until it gives something else.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use crate::{
    history::{
        content::{Content, by_source},
        delta::{apply_map, diff_map},
    },
    keys::Keys,
    load::{place, put, taken_beside},
    shape::Shape,
    source::{Layer, SourceId},
    value::Value,
    variables::Variables,
};

/// The sources that are overruled.
#[derive(Clone, Default)]
pub(crate) struct Holds {
    layers: BTreeMap<SourceId, Hold>,
    variables: Option<HeldVariables>,
}

#[derive(Clone)]
struct Hold {
    /// What the source gives; `None` for nothing.
    refused: Option<Arc<Layer>>,
    /// What counts instead.
    used: Option<Arc<Layer>>,
    /// The version that had it.
    version: u64,
}

/// Variables that texts of files name. Those whose values differ are overruled together.
#[derive(Clone)]
struct HeldVariables {
    refused: Arc<Variables>,
    used: Arc<Variables>,
}

/// What a version may stand on, with the overruled sources replaced.
pub(crate) struct Ground {
    pub(crate) layers: Vec<Arc<Layer>>,
    pub(crate) variables: Arc<Variables>,
    pub(crate) holds: Holds,
}

impl Holds {
    /// What the sources give now, but for those that still give what was rolled back.
    pub(crate) fn overrule(&self, layers: &[Arc<Layer>], variables: &Arc<Variables>) -> Ground {
        let given = by_source(layers);
        let mut taken = given.clone();
        let mut holds = Self::default();
        let mut released = false;
        for (source, hold) in &self.layers {
            let gives = given.get(source).copied();
            if !same(gives, hold.refused.as_ref()) {
                released |= hold.refused.iter().chain(&hold.used).any(|layer| layer.is_of_variables());
                continue;
            }
            match &hold.used {
                Some(used) => drop(taken.insert(source, used)),
                None => drop(taken.remove(source)),
            }
            holds.layers.insert(source.clone(), Hold { refused: gives.cloned(), ..hold.clone() });
        }
        // A file of variables gives both a layer and variables: neither is held without the other.
        holds.variables =
            self.variables.as_ref().filter(|_| !released).and_then(|held| held.again(variables));
        let variables = holds.variables.as_ref().map_or(variables, |held| &held.used);
        let (layers, variables) = (taken.into_values().cloned().collect(), Arc::clone(variables));
        Ground { layers, variables, holds }
    }

    /// What `old` stood on, which counts instead of what `layers` and `variables` came from.
    pub(crate) fn go_back(
        &self,
        layers: &[Arc<Layer>],
        variables: &Arc<Variables>,
        old: &Content,
        version: u64,
    ) -> Ground {
        let (now, old_layers) = (by_source(layers), by_source(&old.layers));
        let sources: BTreeSet<_> =
            now.keys().chain(old_layers.keys()).copied().chain(self.layers.keys()).collect();
        let mut ground =
            Ground { layers: Vec::new(), variables: Arc::clone(&old.variables), holds: Self::default() };
        for source in sources {
            let gives = match self.layers.get(source) {
                Some(hold) => hold.refused.as_ref(),
                None => now.get(source).copied(),
            };
            let used = old_layers.get(source).copied();
            if same(gives, used) {
                // The source's own layer knows its text.
                ground.layers.extend(gives.cloned());
                continue;
            }
            ground.layers.extend(used.cloned());
            let hold = Hold { refused: gives.cloned(), used: used.cloned(), version };
            ground.holds.layers.insert(source.clone(), hold);
        }
        let refused = self.variables.as_ref().map_or(variables, |held| &held.refused);
        if refused != &old.variables {
            let (refused, used) = (Arc::clone(refused), Arc::clone(&old.variables));
            ground.holds.variables = Some(HeldVariables { refused, used });
        }
        ground
    }

    /// Of each source that is overruled: what it gives, what counts instead, and the version that had that.
    pub(crate) fn each(
        &self,
    ) -> impl Iterator<Item = (&SourceId, Option<&Arc<Layer>>, Option<&Arc<Layer>>, u64)> {
        let each = self.layers.iter();
        each.map(|(source, hold)| (source, hold.refused.as_ref(), hold.used.as_ref(), hold.version))
    }

    /// Whether variables are overruled that texts of files name.
    pub(crate) fn have_variables(&self) -> bool {
        self.variables.is_some()
    }

    /// Whether the same sources are overruled, by the same versions.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.variables.is_some() == other.variables.is_some() && self.sources().eq(other.sources())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.layers.is_empty() && self.variables.is_none()
    }

    /// Overrules a source as before a restart.
    pub(crate) fn resume(
        &mut self,
        source: SourceId,
        refused: Option<Arc<Layer>>,
        used: Option<Arc<Layer>>,
        version: u64,
    ) {
        self.layers.insert(source, Hold { refused, used, version });
    }

    /// Whether what a file says is overruled.
    pub(crate) fn holds_file(&self, path: &Path) -> bool {
        self.layers.values().any(|hold| hold.is_of_file(path))
    }

    /// Takes over what this program saved into a file, which counts for the keys that it saved and for nothing else.
    ///
    /// `says` is all that the file says now, by the own names of fields.
    pub(crate) fn saved(&mut self, path: &Path, shape: &'static Shape, says: &Value, saved: &[&Keys]) {
        for hold in self.layers.values_mut().filter(|hold| hold.is_of_file(path)) {
            let Some(head) = hold.refused.as_ref().or(hold.used.as_ref()).cloned() else { continue };
            let used = hold.used.as_ref().map_or_else(Value::empty, |used| used.tree().clone());
            let used = saved.iter().fold(used, |used, keys| take_over(&used, shape, keys, says));
            hold.refused = Some(Arc::new(head.with_past(says.clone())));
            hold.used = Some(Arc::new(head.with_past(used)));
        }
        self.layers.retain(|_, hold| !same(hold.refused.as_ref(), hold.used.as_ref()));
    }

    /// The names of the sources that are overruled, and the version that each is held at.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (&str, u64)> {
        self.layers.iter().map(|(source, hold)| (&*source.name, hold.version))
    }
}

impl Hold {
    fn is_of_file(&self, path: &Path) -> bool {
        self.refused.iter().chain(&self.used).any(|layer| layer.is_file(path))
    }
}

/// The tree with what another says of one leaf.
fn take_over(tree: &Value, shape: &'static Shape, keys: &Keys, says: &Value) -> Value {
    match keys.find(says) {
        None if keys.find(tree).is_none() => tree.clone(),
        value if taken_beside(shape, keys).is_empty() => place(tree, keys, value),
        value => put(tree, shape, keys, value, None),
    }
}

impl HeldVariables {
    /// The same again, if the variables that were rolled back are as they were then.
    fn again(&self, given: &Arc<Variables>) -> Option<Self> {
        let changes = diff_map(&self.refused, &self.used);
        if changes.iter().any(|(name, _)| self.refused.get(name) != given.get(name)) {
            return None;
        }
        let mut used = (**given).clone();
        apply_map(&mut used, &changes);
        Some(Self { refused: Arc::clone(given), used: Arc::new(used) })
    }
}

/// Whether two layers say the same; comments and positions do not count.
fn same(one: Option<&Arc<Layer>>, other: Option<&Arc<Layer>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other) || one.tree() == other.tree(),
        (one, other) => one.is_none() && other.is_none(),
    }
}

#[cfg(test)]
#[path = "suppressions_tests.rs"]
mod tests;
