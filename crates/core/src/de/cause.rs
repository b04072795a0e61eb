//! The subject of an error according to serde. An error from one of serde's buffers has no path; its subject is
//! enough to find the value in the tree again.

use std::cell::{Cell, RefCell};

use serde::de::Unexpected;

use super::DecodeError;

/// The memory of a text or of bytes. serde borrows them from the tree, so the address identifies the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Span {
    start: usize,
    length: usize,
}

impl Span {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self { start: bytes.as_ptr().addr(), length: bytes.len() }
    }
}

/// The subject of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Cause {
    /// Unknown.
    Other,
    Text(Span),
    Bytes(Span),
    /// Bytes that were taken for the name of a variant: the number of a poison.
    Variant(u64),
    Bool(bool),
    Integer(i128),
    /// The bits, so that a NaN equals itself.
    Float(u64),
    Null,
    List,
    Table,
    Missing(&'static str),
    UnknownKey,
    /// A list with too few or too many items: their number.
    Length(usize),
    /// A struct received a field twice.
    Twice,
    /// An integer of 128 bits, which serde's buffer cannot hold.
    Wide,
}

impl From<Unexpected<'_>> for Cause {
    fn from(unexpected: Unexpected<'_>) -> Self {
        match unexpected {
            Unexpected::Bool(value) => Self::Bool(value),
            Unexpected::Unsigned(value) => Self::Integer(value.into()),
            Unexpected::Signed(value) => Self::Integer(value.into()),
            Unexpected::Float(value) => Self::Float(value.to_bits()),
            Unexpected::Str(text) => Self::Text(Span::new(text.as_bytes())),
            Unexpected::Bytes(bytes) => Self::Bytes(Span::new(bytes)),
            Unexpected::Unit => Self::Null,
            Unexpected::Seq => Self::List,
            Unexpected::Map => Self::Table,
            _ => Self::Other,
        }
    }
}

/// The maximum number of errors of one run that are kept.
const MAX_LOGGED: usize = 65_536;

thread_local! {
    /// Every error of the run, while a run is being examined: serde drops those of variants that do not match.
    static LOG: RefCell<Option<Vec<DecodeError>>> = const { RefCell::new(None) };
    /// Whether a secret of bytes is being read.
    static OF_BYTES: Cell<bool> = const { Cell::new(false) };
}

/// Runs `read`, and returns every error that occurred in it, including those that serde dropped.
pub(super) fn collect_errors<R>(read: impl FnOnce() -> R) -> (R, Vec<DecodeError>) {
    let outer = LOG.replace(Some(Vec::new()));
    let result = read();
    (result, LOG.replace(outer).unwrap_or_default())
}

pub(super) fn log(error: &DecodeError) {
    LOG.with_borrow_mut(|log| {
        if let Some(log) = log.as_mut().filter(|log| log.len() < MAX_LOGGED) {
            log.push(error.clone());
        }
    });
}

/// Runs `read`, which reads a secret of bytes: a text that it refuses may be taken as the bytes of that text.
pub(crate) fn of_bytes<R>(read: impl FnOnce() -> R) -> R {
    let _scope = OfBytes(OF_BYTES.replace(true));
    read()
}

/// The previous state outside of [`of_bytes`], which is restored even after a panic of the program.
struct OfBytes(bool);

impl Drop for OfBytes {
    fn drop(&mut self) {
        OF_BYTES.set(self.0);
    }
}

pub(super) fn wants_bytes() -> bool {
    OF_BYTES.get()
}
