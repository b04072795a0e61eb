//! Other meanings for many texts at once, where a type takes no part of the value alone.

use std::collections::BTreeMap;

use super::{
    Inquiry, Run,
    readings::{is_about, others},
    search::{Change, Left, Refusal},
    tree,
};
use crate::{
    keys::{Key, Keys},
    value::Value,
};

const MAX_ROUNDS: usize = 64;
/// In how many groups the changed texts are given their old meaning again.
const GROUPS: usize = 16;

impl Inquiry<'_> {
    /// All texts at once that stand where a refused one does: an element of the same list, the same key of an element.
    pub(super) fn at_once(&mut self, value: Value, is_large: bool) -> Result<(Value, Run), Refusal> {
        let (mut tree, mut left) = (value.clone(), Left::new());
        for _ in 0..MAX_ROUNDS {
            let Some(run) = self.run(&tree, false) else { return Err(Refusal::undecided()) };
            let Some(error) = run.error.clone() else { return self.narrowed(&value, tree, run, &left) };
            let mut changes = BTreeMap::new();
            for change in self.changes_to(&tree, &run, &error, &left) {
                match change {
                    Change::Text(keys, meanings) => {
                        self.add_alike(&tree, &run, (keys, meanings), &mut left, &mut changes)
                    }
                    Change::Names(table) => self.typed.add(super::error_sites::numbers(&tree, &table)),
                }
            }
            if changes.is_empty() {
                return Err(if is_large {
                    self.refusal(&value, &tree, run)
                } else {
                    self.first_refusal(&value)
                });
            }
            tree = tree::with_all(&tree, &changes);
        }
        if is_large { Err(Refusal::undecided()) } else { Err(self.first_refusal(&value)) }
    }

    fn first_refusal(&mut self, value: &Value) -> Refusal {
        match self.run(value, false) {
            Some(run) => self.refusal(value, value, run),
            None => Refusal::undecided(),
        }
    }

    /// Adds the first of the meanings of a text, and that of every text like it.
    fn add_alike(
        &self,
        tree: &Value,
        run: &Run,
        (keys, mut meanings): (Keys, Vec<Value>),
        left: &mut Left,
        changes: &mut BTreeMap<Keys, Value>,
    ) {
        let Some(refused) = tree::get(tree, &keys.0) else { return };
        let (kind, place) = (kind(refused), pattern(tree, &keys));
        let refusal = run.log.iter().find(|error| is_about(error.cause(), refused));
        let is_alike = |other: &&Keys| **other != keys && pattern(tree, other) == place;
        for other in run.buffered.iter().filter(is_alike) {
            let value = tree::get(tree, &other.0).filter(|value| self::kind(value) == kind);
            let Some((value, refusal)) = value.filter(|_| !left.contains_key(other)).zip(refusal) else {
                continue;
            };
            let mut meanings = others(value, refusal);
            if !meanings.is_empty() {
                changes.insert(other.clone(), meanings.remove(0));
                left.insert(other.clone(), meanings);
            }
        }
        changes.insert(keys.clone(), meanings.remove(0));
        left.insert(keys, meanings);
    }

    /// The value with as many texts as they were as a few runs find out.
    fn narrowed(
        &mut self,
        before: &Value,
        mut tree: Value,
        mut run: Run,
        changed: &Left,
    ) -> Result<(Value, Run), Refusal> {
        let keys: Vec<_> = changed.keys().collect();
        for group in keys.chunks(keys.len().div_ceil(GROUPS).max(1)) {
            let old =
                group.iter().filter_map(|keys| Some(((*keys).clone(), tree::get(before, &keys.0)?.clone())));
            let trial = tree::with_all(&tree, &old.collect());
            match self.run(&trial, false) {
                Some(next) if next.error.is_none() => (tree, run) = (trial, next),
                Some(_) => {}
                None => break,
            }
        }
        Ok((tree, run))
    }
}

/// Where a text stands, the same for all elements of a list and for all entries of a large table.
fn pattern(tree: &Value, keys: &Keys) -> Vec<Option<Key>> {
    let steps = keys.0.iter().enumerate().map(|(depth, key)| match key {
        Key::Index(_) => None,
        Key::Name(_) => {
            let around = tree::get(tree, &keys.0[..depth]);
            around.is_some_and(|around| !tree::is_wide(around)).then(|| key.clone())
        }
    });
    steps.collect()
}

/// What a value most plainly is.
fn kind(value: &Value) -> Option<std::mem::Discriminant<Value>> {
    match value.inside() {
        Value::Untyped(untyped) => Some(std::mem::discriminant(&super::readings::plainest(untyped))),
        _ => None,
    }
}
