//! Keys in serde's buffers that nothing asks for, and values that have no effect because serde dropped an error.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    super::cause::Cause,
    DecodeError, Examination, Ignored, Inquiry, Run, misfits,
    poison::Poison,
    readings::{is_about, others},
    scene::Scene,
    tree,
};
use crate::{
    keys::{Key, Keys},
    value::Value,
};

/// What a probe of one key shows.
enum Probe {
    /// It has an effect.
    Used,
    /// Nothing asks for it.
    Ignored,
    /// Something asks for it and fails, and serde goes on without it; with the errors that it dropped.
    Lost(Vec<DecodeError>),
}

impl Inquiry<'_> {
    /// Looks at every key in a buffer of the value, which the type takes. What one lost value needs to have an effect
    /// comes back as `settled`.
    pub(super) fn strays(&mut self, whole: &Value, run: &Run) -> Examination {
        let mut found = Examination::default();
        for (table, names) in tables(run) {
            if found.covers(&table) {
                continue;
            }
            let Some(scene) = self.scene(whole, &table) else { continue };
            for name in names {
                self.stray(whole, &scene, &table, &name, run, &mut found);
                if found.settled.is_some() {
                    return found;
                }
            }
            found.add_siblings(&table, &scene);
            // What is wrong beside it explains why a value has no effect.
            let is_explained = found.lost.iter().any(|error| error.keys().starts_with(&table));
            let idle = std::mem::take(&mut found.idle).into_iter().filter(|_| !is_explained);
            found.lost.extend(idle.map(|keys| DecodeError::wrong("the value has no effect").moved(&keys)));
        }
        found
    }

    fn stray(
        &mut self,
        whole: &Value,
        scene: &Scene,
        table: &Keys,
        name: &Arc<str>,
        run: &Run,
        found: &mut Examination,
    ) {
        let own = self.scene_of_key(whole, table, name);
        let is_own = own.is_some();
        let scene = own.as_ref().unwrap_or(scene);
        match self.probe(scene, name) {
            Some(Probe::Ignored) => {
                let also = self.hints(scene, name, found.ignored.len());
                found.ignored.push(Ignored { keys: table.name(name), known: &[], also, reason: None });
            }
            Some(Probe::Lost(dropped)) => {
                found.settled = self.rescue(whole, scene, table, &dropped);
                if found.settled.is_none() {
                    let is_flat = !run.buffered.contains(table);
                    self.lose(scene, table, name, &dropped, is_flat, found);
                }
            }
            Some(Probe::Used) | None => {}
        }
        if is_own {
            // The result that later runs are compared with belongs to the other scene again.
            let _ = self.scene(whole, table);
        }
    }

    fn probe(&mut self, scene: &Scene, name: &str) -> Option<Probe> {
        let poison = Poison::new();
        let run = self.run(&scene.with(name, Some(&poison.value())), false)?;
        if run.error.is_some() || !run.same {
            return Some(Probe::Used);
        }
        if !run.refused(poison.cause()) {
            return Some(Probe::Ignored);
        }
        let without = self.run(&scene.with(name, None), false)?;
        if without.error.is_some() || !without.same {
            return Some(Probe::Used);
        }
        let dropped = scene.run.log.iter().filter(|error| !is_in(error, &run.log)).cloned();
        Some(Probe::Lost(dropped.collect()))
    }

    /// Another meaning of a text in the table with which the value has an effect.
    fn rescue(
        &mut self,
        whole: &Value,
        scene: &Scene,
        table: &Keys,
        dropped: &[DecodeError],
    ) -> Option<Value> {
        for error in dropped {
            for keys in scene.run.buffered.iter().filter(|keys| keys.starts_with(&scene.at)) {
                let Some(value) = tree::at(&scene.tree, &keys.0) else { continue };
                if !is_about(error.cause(), value) {
                    continue;
                }
                for other in others(value, error) {
                    let run = self.run(&tree::with(&scene.tree, &keys.0, Some(&other)), false)?;
                    if run.error.is_none() && !run.same {
                        let place = table.join(&Keys(keys.0[scene.at.0.len()..].to_vec()));
                        return Some(tree::with(whole, &place.0, Some(&other)));
                    }
                }
            }
        }
        None
    }

    fn lose(
        &mut self,
        scene: &Scene,
        table: &Keys,
        name: &str,
        dropped: &[DecodeError],
        is_flat: bool,
        found: &mut Examination,
    ) {
        let missing = dropped.iter().find_map(|error| match error.cause() {
            Cause::Missing(missing) => Some(missing),
            _ => None,
        });
        let keys = table.name(name);
        if !is_flat {
            // A variant that does not match may have asked. Then no value of the key has an effect.
            if self.has_effect(scene, name) {
                return;
            }
            let reason = match missing {
                Some(missing) => format!("it has no effect without `{missing}`"),
                None => "it has no effect".to_owned(),
            };
            found.ignored.push(Ignored { keys, known: &[], also: Vec::new(), reason: Some(reason) });
            return;
        }
        let about = |error: &&DecodeError| {
            let value = tree::at(&scene.tree, &scene.at.name(name).0);
            value.is_some_and(|value| is_about(error.cause(), value))
        };
        found.lost.push(match (dropped.iter().find(about), missing) {
            (Some(error), _) => error.clone().moved(&keys),
            (None, Some(missing)) => DecodeError::lost(name).moved(&table.name(missing)),
            (None, None) => return found.idle.push(keys),
        });
    }

    /// Whether any plain value at the key changes the result.
    fn has_effect(&mut self, scene: &Scene, name: &str) -> bool {
        misfits::samples().iter().any(|sample| {
            let run = self.run(&scene.with(name, Some(sample)), false);
            run.is_none_or(|run| run.error.is_some() || !run.same)
        })
    }
}

impl Examination {
    /// The keys of the table that are used are names that its type knows.
    fn add_siblings(&mut self, table: &Keys, scene: &Scene) {
        let names = tree::at(&scene.tree, &scene.at.0).and_then(|value| value.inside().as_table());
        let names = names.into_iter().flat_map(|table| table.keys());
        let is_used = |name: &&Arc<str>| !self.covers(&table.name(name));
        let used: Vec<String> = names.filter(is_used).map(|name| name.to_string()).collect();
        let here = self.ignored.iter_mut().filter(|ignored| tree::parent(&ignored.keys) == *table);
        here.for_each(|ignored| ignored.also.extend(used.iter().cloned()));
    }

    /// Whether a place is inside of something that was found already.
    fn covers(&self, keys: &Keys) -> bool {
        self.ignored.iter().any(|ignored| keys.starts_with(&ignored.keys))
    }
}

fn is_in(error: &DecodeError, log: &[DecodeError]) -> bool {
    let is_same = |other: &DecodeError| {
        other.cause() == error.cause()
            && other.to_string() == error.to_string()
            && other.keys() == error.keys()
    };
    log.iter().any(is_same)
}

/// The keys in buffers, by the table that holds them, from the outside in.
fn tables(run: &Run) -> BTreeMap<Keys, Vec<Arc<str>>> {
    let mut tables: BTreeMap<Keys, Vec<Arc<str>>> = BTreeMap::new();
    for keys in &run.buffered {
        if let Some(Key::Name(name)) = keys.0.last() {
            tables.entry(tree::parent(keys)).or_default().push(Arc::clone(name));
        }
    }
    tables
}
