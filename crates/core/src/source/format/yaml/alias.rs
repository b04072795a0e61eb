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

/// How many bytes of text the aliases of one text may add: this, and a multiple of its size. A decoded value owns its text.
const MIN_ADDED_BYTES: usize = 1 << 20;
const ADDED_BYTES_PER_BYTE: usize = 64;

/// A value with its size.
#[derive(Clone)]
pub(super) struct Anchor {
    pub(super) value: Value,
    /// How many values it holds, itself included.
    count: usize,
    /// How many bytes the texts and keys in it have.
    bytes: usize,
    /// How many levels of lists and tables it holds.
    height: usize,
}

impl Anchor {
    pub(super) fn scalar(value: Value) -> Self {
        Self { value, count: 1, bytes: 0, height: 0 }
    }

    /// A scalar with a text of its own.
    pub(super) fn text(value: Value, text: &str) -> Self {
        Self { bytes: text.len(), ..Self::scalar(value) }
    }

    /// Adds the size of an element.
    pub(super) fn add(&mut self, element: Anchor) -> Value {
        self.count = self.count.saturating_add(element.count);
        self.bytes = self.bytes.saturating_add(element.bytes);
        self.height = self.height.max(element.height);
        element.value
    }

    /// Adds the size of a key.
    pub(super) fn add_key(&mut self, key: &str) {
        self.bytes = self.bytes.saturating_add(key.len());
    }

    /// The list or table of the elements added.
    pub(super) fn with(self, value: Value) -> Self {
        Self { value, height: self.height + 1, ..self }
    }
}

pub(super) struct Anchors {
    known: HashMap<usize, Anchor>,
    room: usize,
    room_of_bytes: usize,
}

impl Anchors {
    pub(super) fn new(bytes: usize) -> Self {
        let room = bytes.saturating_mul(ADDED_PER_BYTE).clamp(MIN_ADDED, MAX_ADDED);
        let room_of_bytes = bytes.saturating_mul(ADDED_BYTES_PER_BYTE).saturating_add(MIN_ADDED_BYTES);
        Self { known: HashMap::new(), room, room_of_bytes }
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
    /// The anchor is not complete, or the value is too deep, one too many or too long.
    pub(super) fn expand(&mut self, anchor: usize, depth: usize) -> Result<Anchor, String> {
        let found = self.known.get(&anchor).ok_or("the alias stands within its own anchor")?;
        if depth + found.height > MAX_DEPTH + 1 {
            return Err(too_deep());
        }
        let added = self.room.checked_sub(found.count);
        self.room = added.ok_or("the aliases of this file expand to too many values")?;
        let added = self.room_of_bytes.checked_sub(found.bytes);
        self.room_of_bytes = added.ok_or("the aliases of this file expand to too much text")?;
        Ok(found.clone())
    }
}
