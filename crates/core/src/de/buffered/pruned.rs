//! A value cut down to what stands around one table, so that a run costs what that table holds and not the whole value.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    super::notes::Ahead,
    Inquiry, Run,
    tree::{self, LARGE, sealed_as},
};
use crate::{keys::Keys, value::Value};

/// Tables around with more keys are cut down to one: first all of them, as a map of any size may be cut, then only such as
/// no struct has.
const LIMITS: [usize; 4] = [0, 16, LARGE, usize::MAX];

pub(super) struct PrunedValue {
    pub(super) tree: Value,
    /// Where the table stands in it.
    pub(super) at: Keys,
    /// The run with nothing changed, which was kept.
    pub(super) run: Run,
    /// Whether its result equals that of another such run, if it was tried; a NaN does not.
    is_reflexive: Option<bool>,
}

impl PrunedValue {
    pub(super) fn with(&self, name: &str, value: Option<&Value>) -> Value {
        tree::with(&self.tree, &self.at.name(name).0, value)
    }

    /// These keys of the table before all others.
    pub(super) fn ahead(&self, names: impl IntoIterator<Item = Arc<str>>, times: usize) -> Option<Ahead> {
        Some(Ahead { table: self.at.clone(), names: names.into_iter().collect(), times })
    }
}

impl Inquiry<'_> {
    /// The least of the value around the table at `keys` that the type still takes.
    pub(super) fn scene(&mut self, whole: &Value, keys: &Keys) -> Option<PrunedValue> {
        let alone = tree::alone(keys);
        for limit in LIMITS {
            let scene = self.set(tree::around(whole, &keys.0, limit), &alone)?;
            if scene.run.error.is_none() {
                return Some(scene);
            }
        }
        self.set(whole.clone(), keys).filter(|scene| scene.run.error.is_none())
    }

    /// The same with some keys of a large table, if the type takes that.
    pub(super) fn scene_of_keys(
        &mut self,
        whole: &Value,
        table: &Keys,
        names: &BTreeSet<Arc<str>>,
    ) -> Option<PrunedValue> {
        let value = tree::get(whole, &table.0)?;
        let entries = value.inside().as_table()?;
        let entries = names.iter().filter_map(|name| entries.get_key_value(name));
        let cut = Value::table(entries.map(|(name, value)| (Arc::clone(name), value.clone())));
        let (cut, alone) = (sealed_as(value, cut), tree::alone(table));
        for limit in LIMITS {
            let around = tree::around(whole, &table.0, limit);
            let scene = self.set(tree::with(&around, &alone.0, Some(&cut)), &alone)?;
            if scene.run.error.is_none() {
                return Some(scene);
            }
        }
        None
    }

    pub(super) fn set(&mut self, tree: Value, at: &Keys) -> Option<PrunedValue> {
        let run = self.run(&tree, true)?;
        Some(PrunedValue { tree, at: at.clone(), run, is_reflexive: None })
    }

    /// Whether a run that yields something else shows a difference.
    pub(super) fn is_reflexive(&mut self, scene: &mut PrunedValue) -> bool {
        if scene.is_reflexive.is_none() {
            scene.is_reflexive = self.run(&scene.tree, false).map(|run| run.same);
        }
        scene.is_reflexive.unwrap_or(true)
    }
}
