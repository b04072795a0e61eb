//! What anchors stand for, and how much aliases may make of it.

use std::collections::HashMap;

use crate::{
    source::format::{MAX_DEPTH, too_deep},
    value::Value,
};

/// How many values the aliases of one text may add: by the size of the text, within these bounds.
///
/// Aliases share their value, so a bomb costs nothing here; all that walks the tree afterwards would pay.
const MIN_ADDED: usize = 10_000;
const MAX_ADDED: usize = 1_000_000;
const ADDED_PER_BYTE: usize = 100;

/// A value with its size.
#[derive(Clone)]
pub(super) struct Anchor {
    pub(super) value: Value,
    /// How many values it holds, itself included.
    count: usize,
    /// How many levels of lists and tables it holds.
    height: usize,
}

impl Anchor {
    pub(super) fn scalar(value: Value) -> Self {
        Self { value, count: 1, height: 0 }
    }

    /// Adds the size of an element.
    pub(super) fn add(&mut self, element: Anchor) -> Value {
        self.count = self.count.saturating_add(element.count);
        self.height = self.height.max(element.height);
        element.value
    }

    /// The list or table of the elements added.
    pub(super) fn with(self, value: Value) -> Self {
        Self { value, count: self.count, height: self.height + 1 }
    }
}

pub(super) struct Anchors {
    known: HashMap<usize, Anchor>,
    room: usize,
}

impl Anchors {
    pub(super) fn new(bytes: usize) -> Self {
        let room = bytes.saturating_mul(ADDED_PER_BYTE).clamp(MIN_ADDED, MAX_ADDED);
        Self { known: HashMap::new(), room }
    }

    /// `anchor` is 0 for what has none.
    pub(super) fn insert(&mut self, anchor: usize, value: &Anchor) {
        if anchor != 0 {
            self.known.insert(anchor, value.clone());
        }
    }

    /// What an alias at this depth stands for.
    ///
    /// # Errors
    /// The anchor is not complete, or the value is too deep or one too many.
    pub(super) fn expand(&mut self, anchor: usize, depth: usize) -> Result<Anchor, String> {
        let found = self.known.get(&anchor).ok_or("the alias stands within its own anchor")?;
        if depth + found.height > MAX_DEPTH + 1 {
            return Err(too_deep());
        }
        let added = self.room.checked_sub(found.count);
        self.room = added.ok_or("the aliases of this file expand to too many values")?;
        Ok(found.clone())
    }
}
