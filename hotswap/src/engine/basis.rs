//! Everything a version is computed from, as one value.

use std::sync::Arc;

use super::PendingRestart;
use crate::{
    history::content::{Content, Fixed},
    pins::Pins,
    root::Root,
    secret::taint::Taint,
    secrets::known::Accepted,
    source::Layer,
    suppressions::Holds,
    value::Value,
    variables::{self, Variables},
};

/// Everything a version is computed from. Cloning it clones a few `Arc`s.
#[derive(Clone, Default)]
pub(crate) struct Basis {
    /// Lowest precedence first.
    pub(crate) layers: Vec<Arc<Layer>>,
    /// What `${..}` finds.
    pub(crate) variables: Arc<Variables>,
    /// Values set at run time.
    pub(crate) pins: Pins,
    /// Sources that still give what was rolled back.
    pub(crate) holds: Holds,
    /// What references lead to.
    pub(crate) secrets: Accepted,
}

impl Basis {
    /// The same with other overrides.
    pub(super) fn with_overrides(&self, pins: Pins) -> Self {
        Self { pins, ..self.clone() }
    }

    /// The value of a variable that is Unicode text.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        variables::find(&self.variables, name)
    }

    /// Seals secrets that no attribute marks and that a load found.
    fn mark_secret(&mut self, taint: Taint<'_>) {
        if !taint.hidden.is_empty() {
            self.layers.iter_mut().for_each(|layer| *layer = layer.knowing(taint));
        }
    }
}

/// What the writer lock guards: the basis of the current version, and what it left for a restart.
#[derive(Clone, Default)]
pub(crate) struct State {
    pub(crate) basis: Basis,
    /// Fields that wait for a restart.
    pub(crate) pending: Vec<PendingRestart>,
}

impl State {
    pub(crate) fn new(basis: Basis) -> Self {
        Self { basis, pending: Vec::new() }
    }

    /// Seals secrets that no attribute marks and that a load found.
    pub(crate) fn mark_secret(&mut self, taint: Taint<'_>) {
        self.basis.mark_secret(taint);
    }

    /// What it takes to get back here, where `tree` is running.
    pub(crate) fn content(&self, root: &Arc<dyn Root>, tree: &Value, has_sources: bool) -> Content {
        let waiting = if self.pending.is_empty() { Vec::new() } else { root.shape().leaves() };
        let waiting = waiting.into_iter().filter(|leaf| leaf.restart_keys().is_some());
        // What waits in an `Option` holds all of it back.
        let running = waiting.map(|leaf| root.shape().keys_of(leaf.slot));
        let value = (!has_sources).then(|| Fixed { root: Arc::clone(root), tree: tree.clone() });
        Content {
            layers: self.basis.layers.clone(),
            variables: Arc::clone(&self.basis.variables),
            pins: self.basis.pins.clone(),
            held: running.map(|keys| (keys.clone(), keys.find(tree).cloned())).collect(),
            value,
        }
    }
}
