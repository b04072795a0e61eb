//! Keys in serde's buffers that nothing asks for, and values that have no effect because serde dropped an error.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    DecodeError, Examination, Ignored, Inquiry, Run,
    poison::Poison,
    pruned::PrunedValue,
    tree::{self, LARGE},
};
use crate::{
    keys::{Key, Keys},
    value::Value,
};

/// What a probe of one key shows.
pub(super) enum Probe {
    /// It has an effect.
    Used,
    /// Nothing asks for it.
    Ignored,
    /// Something asks for it and fails, and serde goes on without it; with the errors that it dropped.
    Lost(Vec<DecodeError>),
}

/// The keys of one table by what the probes show.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) used: BTreeSet<Arc<str>>,
    pub(super) ignored: Vec<Arc<str>>,
    pub(super) lost: Vec<(Arc<str>, Vec<DecodeError>)>,
}

impl Sorted {
    pub(super) fn add(&mut self, name: &Arc<str>, probe: Option<Probe>) {
        match probe {
            Some(Probe::Ignored) => self.ignored.push(Arc::clone(name)),
            Some(Probe::Lost(dropped)) => self.lost.push((Arc::clone(name), dropped)),
            Some(Probe::Used) | None => drop(self.used.insert(Arc::clone(name))),
        }
    }
}

impl Inquiry<'_> {
    /// Looks at every key in a buffer of the value, which the type takes. What lost values need to have an effect comes
    /// back as `changes`.
    pub(super) fn strays(&mut self, whole: &Value, run: &Run) -> Examination {
        let mut found = Examination::default();
        let buffered: BTreeSet<_> = run.buffered.iter().collect();
        for (table, names) in tables(run) {
            if found.covers(&table) {
                continue;
            }
            let is_flat = !buffered.contains(&table);
            let sorted = match names.len() > LARGE {
                true => self.sort_large(whole, &table, &names),
                false => self.scene(whole, &table).map(|mut scene| (self.sort(&mut scene, &names), scene)),
            };
            let Some((sorted, scene)) = sorted else { continue };
            self.report(&table, &sorted, &scene, &mut found);
            self.judge(&table, sorted, &scene, is_flat, &mut found);
        }
        found
    }

    fn sort(&mut self, scene: &mut PrunedValue, names: &[Arc<str>]) -> Sorted {
        let mut sorted = Sorted::default();
        for name in names {
            let probe = self.probe(scene, name);
            sorted.add(name, probe);
        }
        sorted
    }

    pub(super) fn probe(&mut self, scene: &mut PrunedValue, name: &Arc<str>) -> Option<Probe> {
        let poison = Poison::new();
        let changed = scene.with(name, Some(&poison.value()));
        let run = self.run(&changed, false)?;
        if self.has_changed(scene, &run, &poison) {
            return Some(Probe::Used);
        }
        let run = match run.refused(&poison) {
            true => run,
            // What fails before it is asked for hides the question.
            false => self.run_ahead(&changed, false, scene.ahead([Arc::clone(name)], 1))?,
        };
        if !run.refused(&poison) || self.has_changed(scene, &run, &poison) {
            return Some(Probe::Ignored);
        }
        let dropped = scene.run.log.iter().filter(|error| !is_in(error, &run.log)).cloned();
        Some(Probe::Lost(dropped.collect()))
    }

    fn has_changed(&mut self, scene: &mut PrunedValue, run: &Run, poison: &Poison) -> bool {
        run.error.is_some() || (!run.same && (run.refused(poison) || self.is_reflexive(scene)))
    }

    /// Reports the keys that nothing asks for.
    fn report(&mut self, table: &Keys, sorted: &Sorted, scene: &PrunedValue, found: &mut Examination) {
        for name in &sorted.ignored {
            let also = match found.has_room_for_hints() {
                true => self.hints(scene, name, &sorted.used),
                false => Vec::new(),
            };
            found.ignore(Ignored { keys: table.name(name), known: &[], also, reason: None });
        }
    }
}

impl Examination {
    pub(super) fn ignore(&mut self, ignored: Ignored) {
        self.places.insert(ignored.keys.clone());
        self.ignored.push(ignored);
    }

    /// Whether a place is inside of something that was found already.
    fn covers(&self, keys: &Keys) -> bool {
        !self.places.is_empty()
            && (0..=keys.0.len()).any(|depth| self.places.contains(&Keys(keys.0[..depth].to_vec())))
    }
}

pub(super) fn is_in(error: &DecodeError, log: &[DecodeError]) -> bool {
    log.iter().any(|other| is_same(other, error))
}

/// Whether two errors have the same cause, place and message.
pub(super) fn is_same(one: &DecodeError, other: &DecodeError) -> bool {
    one.cause() == other.cause() && one.keys() == other.keys() && one.to_string() == other.to_string()
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
