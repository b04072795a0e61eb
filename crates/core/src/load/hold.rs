//! Keeps a leaf unchanged while another value of it is pending.

use std::{collections::BTreeSet, sync::Arc};

use super::{SharedLeaves, merge, place_at};
use crate::{erased_config::ErasedConfig, keys::Keys, overrides::Overrides, value::Value};

/// The values to set so that a leaf stays as in `tree`, although `waiting` has other values; `None` removes a key.
///
/// A flattened leaf keeps its own keys, and not those of the leaves in the same table.
pub(crate) fn hold(
    root: &dyn ErasedConfig,
    tree: &Value,
    slot: usize,
    waiting: &Value,
) -> Vec<(Keys, Option<Value>)> {
    let keys = root.shape().keys_of(slot);
    if !root.shape().is_flattened(slot) {
        let value = keys.find(tree).cloned();
        return vec![(keys, value)];
    }
    let running = root.shares(tree);
    if running.iter().any(|share| share.slot == slot && share.takes_all) {
        let own = SharedLeaves::new(root, [tree]).part(slot, &keys, keys.find(tree));
        return vec![(keys, Some(own))];
    }
    let shares = running.into_iter().chain(root.shares(waiting)).filter(|share| share.slot == slot);
    let asked: BTreeSet<Arc<str>> = shares.flat_map(|share| share.asked).collect();
    let places = asked.iter().map(|name| keys.name(name)).map(|key| (key.clone(), key.find(tree).cloned()));
    places.filter(|(key, value)| value.is_some() || key.find(waiting).is_some()).collect()
}

/// The running tree with all possibly pending values in it: those of the layers, and overrides.
pub(crate) fn with_waiting(
    root: &dyn ErasedConfig,
    tree: &Value,
    given: &Value,
    overrides: &Overrides,
) -> Value {
    let leaves = root.shape().leaves();
    let is_level = |keys: &Keys| {
        leaves
            .iter()
            .any(|leaf| root.shape().is_flattened(leaf.slot) && root.shape().keys_of(leaf.slot) == *keys)
    };
    overrides.iter().fold(merge(tree.clone(), given), |tree, (keys, entry)| match &entry.value {
        Some(value) if is_level(keys) => {
            let level = keys.find(&tree).cloned().unwrap_or_else(Value::empty);
            place_at(&tree, keys, Some(&merge(level, value)))
        }
        Some(value) => place_at(&tree, keys, Some(value)),
        None => tree,
    })
}
