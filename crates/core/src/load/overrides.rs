//! Sets values of whole leaves in a tree.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use super::{ConfigType, default_of, merge, place_at, taken_beside};
use crate::{
    issue::Issue,
    keys::Keys,
    member::Share,
    overrides::{OverrideEntry, Overrides},
    resolve::interpolate,
    shape::Shape,
    source::holds_template,
    value::Value,
};

/// The overrides as values. An override from before a restart contains templates, because the values of variables are
/// not stored.
///
/// A template that cannot be resolved stays, and is reported at its path.
pub(super) fn resolved<'p>(
    overrides: &'p Overrides,
    variables: interpolate::Lookup<'_>,
) -> (Cow<'p, Overrides>, Vec<Issue>) {
    let waiting = |entry: &OverrideEntry| entry.value.as_ref().is_some_and(holds_template);
    if !overrides.values().any(waiting) {
        return (Cow::Borrowed(overrides), Vec::new());
    }
    let (mut overrides, mut issues) = (overrides.clone(), Vec::new());
    for (keys, entry) in overrides.iter_mut().filter(|(_, entry)| waiting(entry)) {
        match entry.value.as_ref().map(|value| interpolate::resolve(value, variables, &|_, _| 0)) {
            Some(Ok(value)) => entry.value = Some(value),
            Some(Err(found)) => issues.extend(found.into_iter().map(|issue| issue.below(keys))),
            None => {}
        }
    }
    (Cow::Owned(overrides), issues)
}

/// The tree with the overrides. A value that is removed falls back to the default of the field.
///
/// `given` is the merged tree of the layers, on which some defaults depend.
pub(super) fn entry(tree: Value, config_type: ConfigType, given: &Value, overrides: &Overrides) -> Value {
    let shape = config_type.shape;
    overrides.iter().fold(tree, |tree, (keys, entry)| match &entry.value {
        None => {
            let others = keys.find(given).map(|_| place_at(given, keys, None));
            put(&tree, shape, keys, None, Some(others.as_ref().unwrap_or(given)))
        }
        Some(value) => {
            let asked = asked_beside(config_type, &tree, keys, value);
            if asked.is_empty() {
                return put(&tree, shape, keys, Some(value), None);
            }
            let taken = taken_beside(shape, keys).into_iter().chain(asked).collect();
            beside(&tree, keys, &taken, Some(value))
        }
    })
}

/// The keys that other flattened leaves ask for, next to the leaf at `keys` that takes all remaining keys.
fn asked_beside(config_type: ConfigType, tree: &Value, keys: &Keys, value: &Value) -> BTreeSet<Arc<str>> {
    let shape = config_type.shape;
    let at = |slot: usize| config_type.is_flattened(slot) && shape.keys_of(slot) == *keys;
    let slots: BTreeSet<_> = shape.leaves().iter().map(|leaf| leaf.slot).filter(|slot| at(*slot)).collect();
    if slots.len() < 2 {
        return BTreeSet::new();
    }
    let own = keys.find(tree).cloned().unwrap_or_else(Value::empty);
    let shares = config_type.shares(&place_at(tree, keys, Some(&merge(value.clone(), &own))));
    let (open, closed): (Vec<_>, Vec<_>) =
        shares.into_iter().filter(|share| share.keys == *keys).partition(|share| share.takes_all);
    if open.is_empty() { BTreeSet::new() } else { closed.into_iter().flat_map(|share| share.asked).collect() }
}

/// The values to set, by path, to give a leaf a value: at the path of the leaf, or, for a flattened leaf that does not
/// take every key, each key separately. `None` removes a key. The leaf loses the keys that it takes from any of the
/// trees.
pub(crate) fn spread(
    config_type: ConfigType,
    trees: &[&Value],
    slot: usize,
    value: Option<Value>,
) -> Vec<(Keys, Option<Value>)> {
    let keys = config_type.shape.keys_of(slot);
    let trees = if config_type.is_flattened(slot) { trees } else { &[] };
    let shares = trees.iter().flat_map(|tree| config_type.shares(tree));
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

/// The values to set, by path, to give all flattened leaves of one table their values, which `value` contains
/// together. `before` is the document with the running values.
pub(crate) fn spread_table(
    config_type: ConfigType,
    before: &Value,
    keys: &Keys,
    value: &Value,
) -> Vec<(Keys, Option<Value>)> {
    let (old, new) = (keys.find(before).and_then(Value::as_table), value.as_table());
    let after = place_at(before, keys, Some(value));
    let shares = [before, &after].into_iter().flat_map(|tree| config_type.shares(tree));
    let (open, closed): (Vec<_>, Vec<_>) =
        shares.filter(|share| share.keys == *keys).partition(|share| share.takes_all);
    let (Some(new), false) = (new, closed.is_empty()) else {
        return vec![(keys.clone(), Some(value.clone()))];
    };
    let asked: BTreeSet<Arc<str>> = closed.into_iter().flat_map(|share| share.asked).collect();
    let taken = taken_beside(config_type.shape, keys);
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

/// The tree with the value of one leaf, or with only its default.
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
        Some(value) => place_at(tree, keys, Some(value)),
        None => place_at(tree, keys, default_of(shape, keys, given).as_ref()),
    }
}

/// Replaces the keys that a flattened leaf takes, and does not change the fields next to it.
fn beside(tree: &Value, keys: &Keys, taken: &BTreeSet<Arc<str>>, value: Option<&Value>) -> Value {
    let mut level = keys.find(tree).cloned().unwrap_or_else(Value::empty);
    let entries = level.entries_mut();
    entries.retain(|key, _| taken.contains(key));
    let given = value.and_then(Value::as_table).into_iter().flatten();
    entries.extend(
        given.filter(|(key, _)| !taken.contains(*key)).map(|(key, value)| (Arc::clone(key), value.clone())),
    );
    place_at(tree, keys, Some(&level))
}
