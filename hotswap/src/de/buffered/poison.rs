//! Values that no type reads by accident. Whoever refuses one says which.

use std::sync::Arc;

use super::super::cause::{Cause, Span};
use crate::value::Value;

/// Bytes that are no text.
pub(super) struct Poison(Arc<[u8]>);

impl Poison {
    pub(super) fn new() -> Self {
        Self(Arc::new([0xff, 0xfe]))
    }

    pub(super) fn value(&self) -> Value {
        Value::Bytes(Arc::clone(&self.0))
    }

    /// What an error is about if this was asked for and refused.
    pub(super) fn cause(&self) -> Cause {
        Cause::Bytes(Span::of(&self.0))
    }
}
