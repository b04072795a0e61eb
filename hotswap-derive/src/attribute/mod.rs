//! Attributes as written: `#[hot(key, key = value, key(list))]`, item by item, so that one bad item hides no other.

pub(crate) mod docs;
pub(crate) mod field;
pub(crate) mod item;
pub(crate) mod keys;
pub(crate) mod literal;
pub(crate) mod merge;
pub(crate) mod reference;
pub(crate) mod rule;
pub(crate) mod serde;
pub(crate) mod structure;
