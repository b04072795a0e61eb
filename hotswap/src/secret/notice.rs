//! Which leaves hold secrets that only the decoder meets: inside lists, maps and structs of the program.
//!
//! A secret that is read counts itself, and the decoder takes the count over together with the place. Where serde
//! buffers a value first (flatten, untagged), the decoder is not asked; the count then stays until the next step up,
//! and everything below that step is taken for secret.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
};

use crate::{keys::Keys, shape::Shape};

thread_local! {
    /// Secrets that were read and of which no place is known.
    static UNPLACED: Cell<usize> = const { Cell::new(0) };
    /// Where secrets were met, while somebody wants to know.
    static MET: RefCell<Option<Vec<Keys>>> = const { RefCell::new(None) };
}

/// A secret is being read.
pub(super) fn met() {
    UNPLACED.set(UNPLACED.get() + 1);
}

/// The decoder was asked for a secret, and knows where it stands.
pub(crate) fn place(keys: impl FnOnce() -> Keys) {
    UNPLACED.set(UNPLACED.get().saturating_sub(1));
    note(keys);
}

/// Reads what stands one step down; secrets that nobody placed stand somewhere in it.
pub(crate) fn within<R>(keys: impl FnOnce() -> Keys, read: impl FnOnce() -> R) -> R {
    let before = UNPLACED.get();
    let result = read();
    if UNPLACED.replace(before) > before {
        note(keys);
    }
    result
}

fn note(keys: impl FnOnce() -> Keys) {
    MET.with_borrow_mut(|met| {
        if let Some(met) = met {
            met.push(keys());
        }
    });
}

/// Whether `read` met a secret.
pub(crate) fn any<R>(read: impl FnOnce() -> R) -> (R, bool) {
    let outer = MET.replace(Some(Vec::new()));
    let result = within(Keys::root, read);
    let met = MET.replace(outer).unwrap_or_default();
    (result, !met.is_empty())
}

/// The places where `read` met a secret; where serde buffers, those in which it stands.
pub(crate) fn places<R>(read: impl FnOnce() -> R) -> (R, BTreeSet<Keys>) {
    let outer = MET.replace(Some(Vec::new()));
    let result = within(Keys::root, read);
    (result, MET.replace(outer).unwrap_or_default().into_iter().collect())
}

/// The places of the leaves in which secrets were met.
pub(crate) fn leaves(shape: &'static Shape, met: &BTreeSet<Keys>) -> BTreeSet<Keys> {
    if met.is_empty() {
        return BTreeSet::new();
    }
    let leaves = shape.leaves().into_iter().filter(|leaf| {
        met.iter().any(|met| match leaf.field().flatten {
            // It has the place of its struct, where its neighbours stand too.
            true => *met == leaf.keys,
            false => met.starts_with(&leaf.keys),
        })
    });
    leaves.map(|leaf| leaf.keys).collect()
}
