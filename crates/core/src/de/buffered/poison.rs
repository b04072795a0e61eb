//! Values that no type reads by accident, and that a refusal identifies.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::super::cause::{Cause, Span};
use crate::value::Value;

/// What serde makes of the first bytes of a poison where it words a variant that is not known.
const LOSSY: &str = "\u{fffd}\u{fffd}poison ";

/// Bytes that are no text.
pub(in super::super) struct Poison {
    bytes: Arc<[u8]>,
    number: u64,
}

impl Poison {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let bytes: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(format!("poison {number}").into_bytes()).collect();
        Self { bytes: bytes.into(), number }
    }

    pub(super) fn value(&self) -> Value {
        Value::Bytes(Arc::clone(&self.bytes))
    }

    /// Whether an error is about this value.
    pub(super) fn is_refused_by(&self, cause: Cause) -> bool {
        cause == Cause::Bytes(Span::new(&self.bytes)) || cause == Cause::Variant(self.number)
    }

    /// What an error is about whose text serde made of a poison, where an enum asked for the name of a variant.
    pub(in super::super) fn cause_of(variant: &str) -> Option<Cause> {
        variant.strip_prefix(LOSSY)?.parse().ok().map(Cause::Variant)
    }
}
