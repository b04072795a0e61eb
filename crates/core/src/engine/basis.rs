//! Everything a version is computed from, as one value.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use super::{PendingRestart, gate};
use crate::{
    erased_config::ErasedConfig,
    history::content::{InMemoryValue, VersionContent},
    keys::Keys,
    load,
    overrides::{OverrideEntry, Overrides},
    revision::Revision,
    secret::marker::SecretMarker,
    secrets::lookup::SecretSet,
    snapshot::Cause,
    source::Layer,
    suppressions::Suppressions,
    value::Value,
    variables::{self, Variables},
};

/// Everything a version is computed from. Cloning it clones a few `Arc`s.
#[derive(Clone, Default)]
pub(crate) struct Basis {
    /// Lowest precedence first.
    pub(crate) layers: Vec<Arc<Layer>>,
    /// The variables for `${..}`.
    pub(crate) variables: Arc<Variables>,
    /// Values set at run time.
    pub(crate) overrides: Overrides,
    /// Sources that still supply content that was rolled back.
    pub(crate) suppressions: Suppressions,
    /// The secrets behind references.
    pub(crate) secrets: SecretSet,
}

impl Basis {
    /// The same with other overrides.
    pub(super) fn with_overrides(&self, overrides: Overrides) -> Self {
        Self { overrides, ..self.clone() }
    }

    /// The value of a variable that is Unicode text.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        variables::find(&self.variables, name)
    }

    /// Seals unmarked secrets that a load found.
    fn mark_secret(&mut self, marker: SecretMarker<'_>) {
        if !marker.hidden.is_empty() {
            self.layers.iter_mut().for_each(|layer| *layer = layer.with_secrets(marker));
        }
    }
}

/// The state behind the writer lock: the basis of the current version, and the changes that wait for
/// a restart.
#[derive(Clone, Default)]
pub(crate) struct State {
    pub(crate) basis: Basis,
    /// Fields that wait for a restart.
    pub(crate) pending: Vec<PendingRestart>,
    pub(crate) revision: Revision,
    /// The last write that was accepted after the current version and changed no running value.
    pub(super) unpublished: Option<Write>,
}

/// An accepted write, which is named in the refusal of a later write that did not expect it.
#[derive(Clone)]
pub(super) struct Write {
    pub(super) cause: Cause,
    pub(super) by: Option<Arc<str>>,
}

/// The differences that an accepted change makes apart from running values.
pub(super) struct Differences {
    /// Fields whose override or pending value changed.
    pub(super) paths: BTreeSet<String>,
    /// Whether the set of suppressed sources changed.
    suppressions: bool,
}

impl Differences {
    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty() && !self.suppressions
    }
}

/// Whether two overrides of a field are the same except for the time at which they were set.
fn is_same(before: Option<&OverrideEntry>, now: Option<&OverrideEntry>) -> bool {
    before.map(OverrideEntry::content) == now.map(OverrideEntry::content)
}

impl State {
    pub(crate) fn new(basis: Basis) -> Self {
        Self { basis, ..Self::default() }
    }

    /// The state that a candidate would give, before it is known whether a version is published.
    pub(super) fn with(&self, basis: Basis, pending: Vec<PendingRestart>) -> Self {
        Self { basis, pending, ..self.clone() }
    }

    /// The differences of `next` apart from running values. Positions in the text of a source do not
    /// count.
    pub(super) fn differences(&self, next: &Self) -> Differences {
        let (before, now) = (&self.basis.overrides, &next.basis.overrides);
        let keys: BTreeSet<&Keys> = before.keys().chain(now.keys()).collect();
        let overridden = keys.into_iter().filter(|keys| !is_same(before.get(*keys), now.get(*keys)));
        let waiting = gate::differing(&self.pending, &next.pending);
        let paths = overridden.map(ToString::to_string).chain(waiting.map(str::to_owned)).collect();
        Differences { paths, suppressions: !self.basis.suppressions.is_like(&next.basis.suppressions) }
    }

    /// Counts an accepted change that is published as this version.
    pub(super) fn published(&mut self, version: u64) {
        (self.revision, self.unpublished) = (Revision::of_version(version), None);
    }

    /// Counts an accepted change without a version.
    pub(super) fn accepted(&mut self, write: Write) {
        self.revision = self.revision.next();
        if write.cause.is_of_a_caller() {
            self.unpublished = Some(write);
        }
    }

    /// Seals unmarked secrets that a load found.
    pub(crate) fn mark_secret(&mut self, marker: SecretMarker<'_>) {
        self.basis.mark_secret(marker);
    }

    /// The running tree with all pending values in it.
    pub(crate) fn with_waiting<'t>(&self, root: &dyn ErasedConfig, tree: &'t Value) -> Cow<'t, Value> {
        if self.pending.is_empty() {
            return Cow::Borrowed(tree);
        }
        let given = load::merged(root.shape(), &self.basis.layers);
        Cow::Owned(load::with_waiting(root, tree, &given, &self.basis.overrides))
    }

    /// The content from which this state can be restored, if `tree` is running.
    pub(crate) fn content(
        &self,
        root: &Arc<dyn ErasedConfig>,
        tree: &Value,
        has_sources: bool,
    ) -> VersionContent {
        let waiting = if self.pending.is_empty() { Vec::new() } else { root.shape().leaves() };
        let waiting = waiting.into_iter().filter(|leaf| leaf.restart_keys().is_some());
        // A pending value inside an `Option` holds back the whole `Option`.
        let slots: BTreeSet<usize> = waiting.map(|leaf| leaf.slot).collect();
        let all = self.with_waiting(&**root, tree);
        let deferred = slots.into_iter().flat_map(|slot| load::hold(&**root, tree, slot, &all));
        let value = (!has_sources).then(|| InMemoryValue { root: Arc::clone(root), tree: tree.clone() });
        VersionContent {
            layers: self.basis.layers.clone(),
            variables: Arc::clone(&self.basis.variables),
            overrides: self.basis.overrides.clone(),
            deferred: deferred.collect(),
            value,
        }
    }
}
