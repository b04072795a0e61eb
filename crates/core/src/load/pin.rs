//! Puts values of whole leaves into a tree.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use super::{Model, default_of, merge, place, taken_beside};
use crate::{
    issue::Issue,
    keys::Keys,
    member::Share,
    pins::{Pin, Pins},
    resolve::interpolate,
    shape::Shape,
    source::holds_template,
    value::Value,
};

/// The pins as values. One that was kept over a restart has templates, since what is stored has no variable in it.
///
/// A template that cannot be resolved stays, and is reported at its place.
pub(super) fn resolved<'p>(
    pins: &'p Pins,
    variables: interpolate::Lookup<'_>,
) -> (Cow<'p, Pins>, Vec<Issue>) {
    let waiting = |pin: &Pin| pin.value.as_ref().is_some_and(holds_template);
    if !pins.values().any(waiting) {
        return (Cow::Borrowed(pins), Vec::new());
    }
    let (mut pins, mut issues) = (pins.clone(), Vec::new());
    for (keys, pin) in pins.iter_mut().filter(|(_, pin)| waiting(pin)) {
        match pin.value.as_ref().map(|value| interpolate::resolve(value, variables, &|_, _| 0)) {
            Some(Ok(value)) => pin.value = Some(value),
            Some(Err(found)) => issues.extend(found.into_iter().map(|issue| issue.below(keys))),
            None => {}
        }
    }
    (Cow::Owned(pins), issues)
}

/// The tree with the pins in it. What one takes away falls back to the default of the field.
///
/// `given` is what the layers say, on which some defaults depend.
pub(super) fn pin(tree: Value, model: Model, given: &Value, pins: &Pins) -> Value {
    let shape = model.shape;
    pins.iter().fold(tree, |tree, (keys, pin)| match &pin.value {
        None => {
            let others = keys.find(given).map(|_| place(given, keys, None));
            put(&tree, shape, keys, None, Some(others.as_ref().unwrap_or(given)))
        }
        Some(value) => {
            let asked = asked_beside(model, &tree, keys, value);
            if asked.is_empty() {
                return put(&tree, shape, keys, Some(value), None);
            }
            let taken = taken_beside(shape, keys).into_iter().chain(asked).collect();
            beside(&tree, keys, &taken, Some(value))
        }
    })
}

/// The keys that other flattened leaves ask for beside the one at `keys` that takes every key that is left.
fn asked_beside(model: Model, tree: &Value, keys: &Keys, value: &Value) -> BTreeSet<Arc<str>> {
    let shape = model.shape;
    let at = |slot: usize| model.is_flattened(slot) && shape.keys_of(slot) == *keys;
    let slots: BTreeSet<_> = shape.leaves().iter().map(|leaf| leaf.slot).filter(|slot| at(*slot)).collect();
    if slots.len() < 2 {
        return BTreeSet::new();
    }
    let own = keys.find(tree).cloned().unwrap_or_else(Value::empty);
    let shares = model.shares(&place(tree, keys, Some(&merge(value.clone(), &own))));
    let (open, closed): (Vec<_>, Vec<_>) =
        shares.into_iter().filter(|share| share.keys == *keys).partition(|share| share.takes_all);
    if open.is_empty() { BTreeSet::new() } else { closed.into_iter().flat_map(|share| share.asked).collect() }
}

/// What must be put where to give a leaf a value: at the place of the leaf, or, for a flattened leaf that does not take every
/// key, each key on its own. `None` in the result takes a key away. The leaf loses the keys that it takes of any of the trees.
pub(crate) fn spread(
    model: Model,
    trees: &[&Value],
    slot: usize,
    value: Option<Value>,
) -> Vec<(Keys, Option<Value>)> {
    let keys = model.shape.keys_of(slot);
    let trees = if model.is_flattened(slot) { trees } else { &[] };
    let shares = trees.iter().flat_map(|tree| model.shares(tree));
    let shares: Vec<Share> = shares.filter(|share| share.slot == slot && !share.takes_all).collect();
    if shares.is_empty() {
        return vec![(keys, value)];
    }
    let given = value.as_ref().and_then(Value::as_table).cloned().unwrap_or_default();
    let asked: BTreeSet<Arc<str>> = shares.into_iter().flat_map(|share| share.asked).collect();
    let gone = asked.into_iter().filter(|name| !given.contains_key(name));
    let gone: Vec<_> = gone.map(|name| (keys.name(&name), None)).collect();
    given.iter().map(|(name, value)| (keys.name(name), Some(value.clone()))).chain(gone).collect()
}

/// What must be put where to give all flattened leaves of one table their values, which `value` holds together. `before` is the
/// document that holds the running values.
pub(crate) fn spread_table(
    model: Model,
    before: &Value,
    keys: &Keys,
    value: &Value,
) -> Vec<(Keys, Option<Value>)> {
    let (old, new) = (keys.find(before).and_then(Value::as_table), value.as_table());
    let after = place(before, keys, Some(value));
    let shares = [before, &after].into_iter().flat_map(|tree| model.shares(tree));
    let (open, closed): (Vec<_>, Vec<_>) =
        shares.filter(|share| share.keys == *keys).partition(|share| share.takes_all);
    let (Some(new), false) = (new, closed.is_empty()) else {
        return vec![(keys.clone(), Some(value.clone()))];
    };
    let asked: BTreeSet<Arc<str>> = closed.into_iter().flat_map(|share| share.asked).collect();
    let taken = taken_beside(model.shape, keys);
    let names = old.into_iter().flat_map(|old| old.keys()).chain(new.keys());
    let names: BTreeSet<_> = names.filter(|name| !taken.contains(*name)).collect();
    let changed = names.into_iter().filter(|name| old.and_then(|old| old.get(*name)) != new.get(*name));
    let (own, rest): (Vec<_>, Vec<_>) = changed.partition(|name| open.is_empty() || asked.contains(*name));
    let mut places: Vec<_> = own.into_iter().map(|name| (keys.name(name), new.get(name).cloned())).collect();
    if !rest.is_empty() {
        let left = new.iter().filter(|(name, _)| !asked.contains(*name));
        let left = Value::table(left.map(|(name, value)| (Arc::clone(name), value.clone())));
        places.push((keys.clone(), Some(left)));
    }
    places
}

/// Whether the leaf with this number is flattened.
pub(super) fn is_flattened(shape: &'static Shape, slot: usize) -> bool {
    shape.trail(slot).last().is_some_and(|field| field.flatten)
}

/// The tree with the value of one leaf in it, or without it but for its default.
pub(crate) fn put(
    tree: &Value,
    shape: &'static Shape,
    keys: &Keys,
    value: Option<&Value>,
    given: Option<&Value>,
) -> Value {
    let taken = taken_beside(shape, keys);
    if !taken.is_empty() {
        return beside(tree, keys, &taken, value);
    }
    match value {
        Some(value) => place(tree, keys, Some(value)),
        None => place(tree, keys, default_of(shape, keys, given).as_ref()),
    }
}

/// Replaces what a flattened leaf takes, and leaves the fields beside it alone.
fn beside(tree: &Value, keys: &Keys, taken: &BTreeSet<Arc<str>>, value: Option<&Value>) -> Value {
    let mut level = keys.find(tree).cloned().unwrap_or_else(Value::empty);
    let entries = level.entries_mut();
    entries.retain(|key, _| taken.contains(key));
    let given = value.and_then(Value::as_table).into_iter().flatten();
    entries.extend(
        given.filter(|(key, _)| !taken.contains(*key)).map(|(key, value)| (Arc::clone(key), value.clone())),
    );
    place(tree, keys, Some(&level))
}
