//! The keys of a table that flattened leaves take.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    erased_config::ErasedConfig,
    keys::Keys,
    load::{is_shared_key, taken_beside},
    member::Share,
    shape::Shape,
    value::Value,
};

/// The keys that flattened leaves take from several trees, because a leaf asks for other keys if
/// its value changes.
pub(crate) struct SharedLeaves {
    shape: &'static Shape,
    found: Vec<Share>,
}

impl SharedLeaves {
    pub(crate) fn new<'v>(root: &dyn ErasedConfig, trees: impl IntoIterator<Item = &'v Value>) -> Self {
        let found = trees.into_iter().flat_map(|tree| root.shares(tree)).collect();
        Self { shape: root.shape(), found }
    }

    /// The entries of `level`, the table at `keys`, that a flattened leaf takes.
    pub(crate) fn part(&self, slot: usize, keys: &Keys, level: Option<&Value>) -> Value {
        let beside = self.beside(slot, keys);
        let own = level.and_then(Value::as_table).into_iter().flatten();
        let own = own.filter(|(name, _)| match &beside {
            Some(beside) => !beside.contains(*name),
            None => self.of_leaf(slot).any(|share| share.asked.contains(*name)),
        });
        Value::table(own.map(|(name, value)| (Arc::clone(name), value.clone())))
    }

    /// For a leaf that takes all remaining keys, the keys of other leaves.
    fn beside(&self, slot: usize, keys: &Keys) -> Option<BTreeSet<Arc<str>>> {
        if !self.of_leaf(slot).any(|share| share.takes_all) {
            return None;
        }
        let others = self.found.iter().filter(|share| share.keys == *keys && !share.takes_all);
        let asked = others.flat_map(|share| share.asked.iter().cloned());
        Some(taken_beside(self.shape, keys).into_iter().chain(asked).chain(["$schema".into()]).collect())
    }

    /// Whether an override at `keys` belongs to this leaf. An override at the path of the table is the value of the leaf
    /// that takes all remaining keys; each key of another leaf has an override of its own.
    pub(crate) fn has_override(&self, slot: usize, keys: &Keys) -> bool {
        let table = self.shape.keys_of(slot);
        let is_key = keys.parent() == table && is_shared_key(self.shape, keys);
        if *keys != table && !is_key {
            return false;
        }
        let takes_all = self.of_leaf(slot).any(|share| share.takes_all);
        let is_alone = !self.found.iter().any(|share| share.keys == table && share.slot != slot);
        if is_alone {
            return true;
        }
        if takes_all || !is_key {
            return takes_all && !is_key;
        }
        let closed = self.found.iter().filter(|share| share.keys == table && !share.takes_all);
        let asks = |share: &&Share| keys.0.last().is_some_and(|key| share.asks(key));
        let asking: BTreeSet<usize> = closed.filter(asks).map(|share| share.slot).collect();
        asking.is_empty() || asking.contains(&slot)
    }

    fn of_leaf(&self, slot: usize) -> impl Iterator<Item = &Share> {
        self.found.iter().filter(move |share| share.slot == slot)
    }
}
