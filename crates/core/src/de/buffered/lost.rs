//! Why a value has no effect though something asks for it: serde dropped an error, as it does for a flattened `Option` and
//! for variants that do not match.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    super::cause::Cause,
    DecodeError, Examination, Ignored, Inquiry, Run,
    error_sites::{ErrorSites, numbers},
    poison::Poison,
    pruned::PrunedValue,
    readings::others,
    search::Left,
    strays::{Sorted, is_in, is_same},
    tree, type_errors,
};
use crate::{keys::Keys, value::Value};

/// How many meanings of one value are tried.
const MAX_MEANINGS: usize = 256;

/// A value that has no effect: its place, its key, and a key that is missing beside it.
type Idle = (Keys, Arc<str>, Option<&'static str>);

/// A value that has no effect.
struct Lost {
    name: Arc<str>,
    /// The value as it is taken by what asks for it, or why it is not.
    taken: Result<Value, DecodeError>,
    dropped: Vec<DecodeError>,
}

impl Inquiry<'_> {
    /// Reports the values of a table that have no effect, or finds how they have one.
    pub(super) fn judge(
        &mut self,
        table: &Keys,
        sorted: Sorted,
        scene: &PrunedValue,
        is_flat: bool,
        found: &mut Examination,
    ) {
        if sorted.lost.is_empty() {
            return;
        }
        let before = self.typed.clone();
        let mut lost: Vec<_> = sorted
            .lost
            .into_iter()
            .map(|(name, dropped)| Lost { taken: self.taken(scene, &name), name, dropped })
            .collect();
        if self.rescue(table, &lost, scene, before != self.typed, found) {
            return;
        }
        self.typed = before;
        lost.retain(|lost| lost.taken.is_err() || !self.has_effect(scene, &lost.name));
        // Where no key of a table in a buffer has an effect, a function of the program may have dropped the whole.
        let is_certain = is_flat || !sorted.used.is_empty();
        let first = found.lost.len();
        let mut idle = Vec::new();
        for lost in lost {
            let keys = table.name(&lost.name);
            match lost.taken {
                Err(error) if is_certain => {
                    let place = error.keys().0.split_off(scene.at.0.len());
                    found.lost.push(error.moved(&table.join(&Keys(place))));
                }
                Err(_) if self.has_effect(scene, &lost.name) => {}
                _ => idle.push((keys, lost.name, missing(&lost.dropped))),
            }
        }
        self.report_idle(table, idle, is_flat, first, found);
    }

    /// Reports values that are taken, but have no effect. What is wrong beside them, from `first` on, explains it.
    fn report_idle(
        &self,
        table: &Keys,
        idle: Vec<Idle>,
        is_flat: bool,
        first: usize,
        found: &mut Examination,
    ) {
        let mut reported = BTreeSet::new();
        for (keys, name, missing) in idle {
            let is_explained = found.lost.len() > first;
            match missing {
                Some(missing) if is_flat => {
                    if reported.insert(missing) {
                        found.lost.push(DecodeError::lost(&name).moved(&table.name(missing)));
                    }
                }
                None if is_explained => {}
                _ if !is_flat => found.ignore(without_effect(keys, missing)),
                _ => found.lost.push(DecodeError::wrong("the value has no effect").moved(&keys)),
            }
        }
    }

    /// Whether the values have an effect in the meanings in which they are taken.
    fn rescue(
        &mut self,
        table: &Keys,
        lost: &[Lost],
        scene: &PrunedValue,
        is_typed: bool,
        found: &mut Examination,
    ) -> bool {
        let taken = lost.iter().filter_map(|lost| Some((&lost.name, lost.taken.as_ref().ok()?)));
        let changed =
            taken.filter(|(name, value)| tree::get(&scene.tree, &scene.at.name(name).0) != Some(*value));
        let changed: Vec<_> = changed.map(|(name, value)| (name, value.clone())).collect();
        if changed.is_empty() && !is_typed {
            return false;
        }
        let trial = changed.iter().map(|(name, value)| (scene.at.name(name), value.clone())).collect();
        let run = self.run(&tree::with_all(&scene.tree, &trial), false);
        let has_effect = run.is_some_and(|run| run.error.is_none() && !run.same);
        if has_effect {
            found.is_rescued = true;
            found.changes.extend(changed.into_iter().map(|(name, value)| (table.name(name), value)));
        }
        has_effect
    }

    /// The value of a key in the meaning in which what asks for it takes it. That is the case if a struct refuses a second
    /// value for the field, and if nothing in it is refused.
    fn taken(&mut self, scene: &PrunedValue, name: &Arc<str>) -> Result<Value, DecodeError> {
        let (keys, mut tree, mut left) = (scene.at.name(name), scene.tree.clone(), Left::new());
        let mut first: Option<DecodeError> = None;
        for _ in 0..MAX_MEANINGS {
            let Some(run) = self.run_ahead(&tree, false, scene.ahead([Arc::clone(name)], 2)) else { break };
            let places = ErrorSites::below(&tree, &keys);
            let refusals = run.log.iter().filter(|error| places.has(error) && !run.took_twice());
            let refusals: Vec<_> = refusals.collect();
            let Some(refusal) = refusals.first() else {
                if let Some(error) = self.refused_without_place(scene, &tree, name, &run) {
                    return Err(error);
                }
                let value = tree::get(&tree, &keys.0).cloned();
                return value.ok_or_else(DecodeError::missing);
            };
            let place = places.of_value(refusal.cause()).first().or(places.of_name(refusal.cause()));
            first.get_or_insert_with(|| (*refusal).clone().moved(place.unwrap_or(&keys)));
            let mut changes = refusals.iter();
            match changes.find_map(|refusal| self.other_meaning(&tree, &places, refusal, &mut left)) {
                Some(Some((keys, value))) => tree = tree::with(&tree, &keys.0, Some(&value)),
                Some(None) => {}
                None => break,
            }
        }
        Err(first.unwrap_or_else(|| DecodeError::wrong("the value has no effect").moved(&keys)))
    }

    /// The error of a type that refuses the value of a key, and does not say which value it refuses: with a message of its
    /// own, or because a field is missing in the value.
    fn refused_without_place(
        &mut self,
        scene: &PrunedValue,
        tree: &Value,
        name: &Arc<str>,
        twice: &Run,
    ) -> Option<DecodeError> {
        let is_vague = |error: &&DecodeError| matches!(error.cause(), Cause::Other | Cause::Missing(_));
        if twice.took_twice() || !twice.log.iter().any(|error| is_vague(&error)) {
            return None;
        }
        let keys = scene.at.name(name);
        let ahead = scene.ahead([Arc::clone(name)], 1);
        let once = self.run_ahead(tree, false, ahead.clone())?;
        let without = self.run(&tree::with(tree, &keys.0, None), false)?;
        // An error beside values that no type reads is about this one, even if another value has the same error.
        let beside = tree::get(tree, &scene.at.0)?.inside().as_table()?.keys().filter(|other| *other != name);
        let poisons = beside.map(|other| (scene.at.name(other), Poison::new().value())).collect();
        let poisoned = tree::with_all(tree, &poisons);
        let alone = self.run_ahead(&poisoned, false, ahead)?;
        let none = self.run(&tree::with(&poisoned, &keys.0, None), false)?;
        let is_about = |error: &&DecodeError| {
            let is_alone = is_in(error, &alone.log) && !is_in(error, &none.log);
            // A value that is taken is read once more the second time.
            let is_refused = count(error, &twice.log) == count(error, &once.log);
            is_refused && (is_alone || !is_in(error, &without.log))
        };
        let error = twice.log.iter().filter(is_vague).find(is_about)?.clone();
        Some(match error.cause() {
            Cause::Missing(missing) => {
                let table = self.table_without(tree, &keys, missing)?;
                error.moved(&table.name(missing))
            }
            _ => error.moved(&keys),
        })
    }

    /// The first table at or below a place that is asked for a key that it lacks.
    fn table_without(&mut self, tree: &Value, keys: &Keys, missing: &str) -> Option<Keys> {
        let mut tables = Vec::new();
        tree::walk(tree::get(tree, &keys.0)?, keys, &mut |keys| tables.push(keys.clone()));
        tables.retain(|keys| {
            let table = tree::get(tree, &keys.0).and_then(|value| value.inside().as_table());
            table.is_some_and(|table| !table.contains_key(missing))
        });
        let asks = |keys: &&Keys| {
            let poison = Poison::new();
            let changed = tree::with(tree, &keys.name(missing).0, Some(&poison.value()));
            self.run(&changed, false).is_some_and(|run| run.refused(&poison))
        };
        tables.iter().find(asks).or(tables.first()).cloned()
    }

    /// A place with another value there, `Some(None)` if the keys of a table are read as what they spell.
    fn other_meaning(
        &mut self,
        tree: &Value,
        places: &ErrorSites,
        refusal: &DecodeError,
        left: &mut Left,
    ) -> Option<Option<(Keys, Value)>> {
        if let Some(table) = places.of_name(refusal.cause()) {
            let before = self.typed.clone();
            self.typed.add(numbers(tree, table));
            return (before != self.typed).then_some(None);
        }
        places.of_value(refusal.cause()).iter().find_map(|keys| {
            if !left.contains_key(keys) {
                left.insert(keys.clone(), others(tree::get(tree, &keys.0)?, refusal));
            }
            let meanings = left.get_mut(keys).filter(|meanings| !meanings.is_empty())?;
            Some(Some((keys.clone(), meanings.remove(0))))
        })
    }

    /// Whether any plain value at the key changes the result.
    fn has_effect(&mut self, scene: &PrunedValue, name: &str) -> bool {
        type_errors::samples().iter().any(|sample| {
            let run = self.run(&scene.with(name, Some(sample)), false);
            run.is_none_or(|run| run.error.is_some() || !run.same)
        })
    }
}

/// How often an error occurred.
fn count(error: &DecodeError, log: &[DecodeError]) -> usize {
    log.iter().filter(|other| is_same(other, error)).count()
}

fn missing(dropped: &[DecodeError]) -> Option<&'static str> {
    dropped.iter().find_map(|error| match error.cause() {
        Cause::Missing(missing) => Some(missing),
        _ => None,
    })
}

fn without_effect(keys: Keys, missing: Option<&str>) -> Ignored {
    let reason = match missing {
        Some(missing) => format!("it has no effect without `{missing}`"),
        None => "it has no effect".to_owned(),
    };
    Ignored { keys, known: &[], also: Vec::new(), reason: Some(reason) }
}
