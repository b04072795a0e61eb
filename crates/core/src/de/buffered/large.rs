//! The keys of a table that has very many of them: a map, each key of which has an effect by itself, or a struct to which
//! very many are given that it does not know.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    super::cause::Cause,
    Inquiry,
    poison::Poison,
    pruned::PrunedValue,
    strays::{Probe, Sorted},
    tree,
};
use crate::{keys::Keys, value::Value};

/// How many keys a type may need beside others.
const MAX_NEEDED: usize = 64;

impl Inquiry<'_> {
    /// What a probe of each key shows, and the table with some of its keys.
    pub(super) fn sort_large(
        &mut self,
        whole: &Value,
        table: &Keys,
        names: &[Arc<str>],
    ) -> Option<(Sorted, PrunedValue)> {
        let mut sorted = Sorted::default();
        let doubtful = self.without_effect_alone(whole, table, names, &mut sorted);
        let mut scene = self.scene(whole, table)?;
        self.sift(&mut scene, &doubtful, &mut sorted);
        Some((sorted, scene))
    }

    /// The keys that have no effect beside what the type needs. They may have one beside others.
    fn without_effect_alone(
        &mut self,
        whole: &Value,
        table: &Keys,
        names: &[Arc<str>],
        sorted: &mut Sorted,
    ) -> Vec<Arc<str>> {
        let Some(needed) = self.needed(whole, table) else { return names.to_vec() };
        let (mut doubtful, mut at, mut length) = (Vec::new(), 0, 1);
        while at < names.len() {
            let group = &names[at..names.len().min(at + length)];
            let given: BTreeSet<_> = needed.iter().chain(group).cloned().collect();
            let scene = self.scene_of_keys(whole, table, &given);
            let (is_idle, is_single) = match scene {
                Some(scene) if group.len() > 1 => (self.are_ignored(&scene, group), false),
                Some(mut scene) => match self.probe(&mut scene, &group[0]) {
                    Some(Probe::Used) => (false, true),
                    _ => (true, true),
                },
                None => (group.len() == 1, group.len() == 1),
            };
            match (is_idle, is_single) {
                (true, _) => doubtful.extend(group.iter().cloned()),
                (false, true) => drop(sorted.used.insert(Arc::clone(&group[0]))),
                (false, false) => {
                    length = 1;
                    continue;
                }
            }
            at += group.len();
            length = if is_idle { length * 2 } else { 1 };
        }
        doubtful
    }

    /// The keys without which the type does not take the table.
    fn needed(&mut self, whole: &Value, table: &Keys) -> Option<BTreeSet<Arc<str>>> {
        let entries = tree::get(whole, &table.0)?.inside().as_table()?;
        let alone = tree::alone(table);
        let mut needed = BTreeSet::new();
        while needed.len() < MAX_NEEDED {
            if self.scene_of_keys(whole, table, &needed).is_some() {
                return Some(needed);
            }
            let given = needed.iter().filter_map(|name| entries.get_key_value(name));
            let cut = Value::table(given.map(|(name, value)| (Arc::clone(name), value.clone())));
            let around = tree::around(whole, &table.0, tree::LARGE);
            let run = self.run(&tree::with(&around, &alone.0, Some(&cut)), false)?;
            let missing = run.log.iter().filter_map(|error| match error.cause() {
                Cause::Missing(name) => entries.get_key_value(name).map(|(name, _)| Arc::clone(name)),
                _ => None,
            });
            let before = needed.len();
            needed.extend(missing);
            if needed.len() == before {
                return None;
            }
        }
        None
    }

    /// Sorts the keys of a table by halves, so that many that nothing asks for cost no more than one.
    fn sift(&mut self, scene: &mut PrunedValue, names: &[Arc<str>], sorted: &mut Sorted) {
        match names {
            [] => {}
            [name] => {
                let probe = self.probe(scene, name);
                sorted.add(name, probe);
            }
            names if self.are_ignored(scene, names) => sorted.ignored.extend(names.iter().cloned()),
            names => {
                let (first, second) = names.split_at(names.len() / 2);
                self.sift(scene, first, sorted);
                self.sift(scene, second, sorted);
            }
        }
    }

    /// Whether nothing asks for any of the keys.
    fn are_ignored(&mut self, scene: &PrunedValue, names: &[Arc<str>]) -> bool {
        let poisons: Vec<_> = names.iter().map(|name| (name, Poison::new())).collect();
        let places = poisons.iter().map(|(name, poison)| (scene.at.name(name), poison.value()));
        let changed = tree::with_all(&scene.tree, &places.collect());
        let Some(run) = self.run_ahead(&changed, false, scene.ahead(names.iter().cloned(), 1)) else {
            return false;
        };
        let is_any_refused =
            run.log.iter().any(|error| poisons.iter().any(|(_, poison)| poison.is_refused_by(error.cause())));
        run.error.is_none() && run.same && !is_any_refused
    }
}
