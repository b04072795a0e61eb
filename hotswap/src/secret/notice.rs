//! Which leaves hold secrets that only the decoder meets: inside lists, maps and structs of the program.
//!
//! A secret that is read counts itself, and the decoder takes the count over together with the place. Where serde
//! buffers a value first (flatten, untagged), the decoder is not asked; the count then stays until the next step up,
//! and everything below that step is taken for secret.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, HashSet},
    hash::{BuildHasher, RandomState},
    sync::LazyLock,
};

use super::SecretValue;
use crate::{keys::Keys, shape::Shape, value::Value};

thread_local! {
    /// Secrets that were read and of which no place is known.
    static UNPLACED: Cell<usize> = const { Cell::new(0) };
    /// Where secrets were met, while somebody wants to know.
    static MET: RefCell<Option<Met>> = const { RefCell::new(None) };
}

/// Under which texts are compared; nobody outside of the process knows it.
static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Where secrets were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Met {
    /// Places that hold a secret and nothing else.
    pub(crate) exact: BTreeSet<Keys>,
    /// Places below which one stands, where serde buffered the value.
    pub(crate) regions: BTreeSet<Keys>,
    /// Digests of the texts that were read as secrets there.
    pub(crate) read: HashSet<u64>,
}

impl Met {
    pub(crate) fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.regions.is_empty()
    }

    pub(crate) fn places(&self) -> impl Iterator<Item = &Keys> {
        self.exact.iter().chain(&self.regions)
    }

    pub(crate) fn extend(&mut self, more: Self) {
        self.exact.extend(more.exact);
        self.regions.extend(more.regions);
        self.read.extend(more.read);
    }
}

/// A digest of a scalar as a secret shows it to [`read`]; `None` for what is no scalar.
pub(crate) fn digest(value: &Value) -> Option<u64> {
    match value.inside() {
        Value::Bool(value) => Some(KEY.hash_one(value.to_string())),
        Value::Int(value) => Some(KEY.hash_one(value.to_string())),
        Value::Float(value) => Some(KEY.hash_one(value.to_string())),
        other => other.as_text().map(|text| KEY.hash_one(text)),
    }
}

/// A secret is being read.
pub(super) fn met() {
    UNPLACED.set(UNPLACED.get() + 1);
}

/// A secret was read. Where serde buffered the value, nothing but its text tells where it stood.
pub(super) fn read(value: &impl SecretValue) {
    if UNPLACED.get() == 0 {
        return;
    }
    MET.with_borrow_mut(|met| {
        if let Some(met) = met {
            value.scalars(&mut |text| met.read.extend([KEY.hash_one(text)]));
        }
    });
}

/// The decoder was asked for a secret, and knows where it stands.
pub(crate) fn place(keys: impl FnOnce() -> Keys) {
    UNPLACED.set(UNPLACED.get().saturating_sub(1));
    note(|met| met.exact.extend([keys()]));
}

/// Reads what stands one step down; secrets that nobody placed stand somewhere in it.
pub(crate) fn within<R>(keys: impl FnOnce() -> Keys, read: impl FnOnce() -> R) -> R {
    let before = UNPLACED.get();
    let result = read();
    if UNPLACED.replace(before) > before {
        note(|met| met.regions.extend([keys()]));
    }
    result
}

fn note(note: impl FnOnce(&mut Met)) {
    MET.with_borrow_mut(|met| {
        if let Some(met) = met {
            note(met);
        }
    });
}

/// Whether `read` met a secret.
pub(crate) fn any<R>(read: impl FnOnce() -> R) -> (R, bool) {
    let (result, met) = places(read);
    (result, !met.is_empty())
}

/// The places where `read` met a secret; where serde buffers, those in which it stands.
pub(crate) fn places<R>(read: impl FnOnce() -> R) -> (R, Met) {
    let outer = MET.replace(Some(Met::default()));
    let result = within(Keys::root, read);
    (result, MET.replace(outer).unwrap_or_default())
}

/// The places of the leaves in which secrets were met.
pub(crate) fn leaves(shape: &'static Shape, met: &Met) -> BTreeSet<Keys> {
    if met.is_empty() {
        return BTreeSet::new();
    }
    let leaves = shape.leaves().into_iter().filter(|leaf| {
        met.places().any(|met| match leaf.field().flatten {
            // It has the place of its struct, where its neighbours stand too.
            true => *met == leaf.keys,
            false => met.starts_with(&leaf.keys),
        })
    });
    leaves.map(|leaf| leaf.keys).collect()
}
