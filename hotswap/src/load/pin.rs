//! Puts values of whole leaves into a tree.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use super::{default_of, place};
use crate::{
    issue::Issue,
    keys::{Key, Keys},
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
pub(super) fn pin(tree: Value, shape: &'static Shape, given: &Value, pins: &Pins) -> Value {
    pins.iter().fold(tree, |tree, (keys, pin)| match &pin.value {
        None => {
            let others = keys.find(given).map(|_| place(given, keys, None));
            put(&tree, shape, keys, None, Some(others.as_ref().unwrap_or(given)))
        }
        value => put(&tree, shape, keys, value.as_ref(), None),
    })
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

/// The keys of other fields that stand beside those of the leaf at `keys`: none, unless it is flattened.
pub(crate) fn taken_beside(shape: &'static Shape, keys: &Keys) -> BTreeSet<Arc<str>> {
    let below = shape.leaves().into_iter().filter(|leaf| leaf.keys.starts_with(keys));
    let others = below.filter(|leaf| shape.keys_of(leaf.slot) != *keys);
    let names = others.filter_map(|leaf| match leaf.keys.0.get(keys.0.len()) {
        Some(Key::Name(name)) => Some(Arc::clone(name)),
        _ => None,
    });
    names.collect()
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
