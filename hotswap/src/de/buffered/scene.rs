//! A value cut down to what stands around one table, so that a run costs what that table holds and not the whole value.

use super::{Inquiry, Run, tree};
use crate::{keys::Keys, value::Value};

/// Larger tables are looked at key by key.
const LARGE: usize = 64;

pub(super) struct Scene {
    pub(super) tree: Value,
    /// Where the table stands in it.
    pub(super) at: Keys,
    /// The run with nothing changed, which was kept.
    pub(super) run: Run,
}

impl Scene {
    pub(super) fn with(&self, name: &str, value: Option<&Value>) -> Value {
        tree::with(&self.tree, &self.at.name(name).0, value)
    }
}

impl Inquiry<'_> {
    /// The least of the value around the table at `keys` that the type still takes.
    pub(super) fn scene(&mut self, whole: &Value, keys: &Keys) -> Option<Scene> {
        let alone = tree::alone(keys);
        for tables in [true, false] {
            let scene = self.set(tree::only(whole, &keys.0, tables), &alone)?;
            if scene.run.error.is_none() {
                return Some(scene);
            }
        }
        self.set(whole.clone(), keys).filter(|scene| scene.run.error.is_none())
    }

    /// The same with one key of a large table, if the type takes that.
    pub(super) fn scene_of_key(&mut self, whole: &Value, table: &Keys, name: &str) -> Option<Scene> {
        let entries = tree::at(whole, &table.0)?.inside().as_table()?.len();
        if entries <= LARGE {
            return None;
        }
        let keys = table.name(name);
        let scene = self.set(tree::only(whole, &keys.0, true), &tree::alone(table))?;
        Some(scene).filter(|scene| scene.run.error.is_none())
    }

    fn set(&mut self, tree: Value, at: &Keys) -> Option<Scene> {
        let run = self.run(&tree, true)?;
        Some(Scene { tree, at: at.clone(), run })
    }
}
