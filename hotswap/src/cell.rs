//! The published snapshot and the cells of scalar leaves: the only place with memory orderings.
//!
//! A reader of a scalar pays two loads of the sequence and one of the cell. The sequence is twice the version,
//! and odd while a publish is under way:
//!
//! ```text
//! reader                          writer (one at a time)
//! s = sequence   acquire          sequence = 2v + 1   relaxed
//! x = cell       relaxed          fence               release
//! fence          acquire          cells               relaxed
//! sequence == s  relaxed          snapshot.swap       (its own, at least release)
//!                                 sequence = 2v + 2   release
//! ```
//!
//! *No torn read.* If the reader's `x` was stored by a publish, the two fences synchronise and its second load
//! sees that publish's odd mark or something later; it equals `s` only if `s` was already the even mark after it.
//! *No stale read.* An even `s` read with acquire makes every cell stored before that mark visible.
//! *Monotonic.* The slow path, taken when the sequence is odd or moved, reads the snapshot once. Whoever saw the
//! new snapshot sees at least the odd mark, since the swap releases it; so no later read of that thread goes
//! back to the cells of the version before.
//!
//! `models/publish` checks all of this under loom, and that each step left out is found.
//!
//! Nothing of the user runs in the odd window: the bits are computed before it, and the old snapshot is handed
//! out to be dropped after it.

use crate::sync::{AtomicU64, Ordering, fence};

/// A leaf whose value fits a cell.
pub trait Scalar: Copy + 'static {
    #[doc(hidden)]
    fn to_bits(self) -> u64;
    #[doc(hidden)]
    fn from_bits(bits: u64) -> Self;
}

macro_rules! integers {
    ($($int:ident)*) => {
        $(impl Scalar for $int {
            #[inline]
            fn to_bits(self) -> u64 {
                self as u64
            }
            #[inline]
            fn from_bits(bits: u64) -> Self {
                bits as Self
            }
        })*
    };
}

integers! { u8 u16 u32 u64 usize i8 i16 i32 i64 isize }

impl Scalar for bool {
    #[inline]
    fn to_bits(self) -> u64 {
        self.into()
    }
    #[inline]
    fn from_bits(bits: u64) -> Self {
        bits != 0
    }
}

impl Scalar for char {
    #[inline]
    fn to_bits(self) -> u64 {
        u32::from(self).into()
    }
    #[inline]
    fn from_bits(bits: u64) -> Self {
        // Only the bits of a `char` are ever stored in the cell of a `char`.
        u32::try_from(bits).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

impl Scalar for f32 {
    #[inline]
    fn to_bits(self) -> u64 {
        f32::to_bits(self).into()
    }
    #[inline]
    fn from_bits(bits: u64) -> Self {
        f32::from_bits(bits as u32)
    }
}

impl Scalar for f64 {
    #[inline]
    fn to_bits(self) -> u64 {
        f64::to_bits(self)
    }
    #[inline]
    fn from_bits(bits: u64) -> Self {
        f64::from_bits(bits)
    }
}

/// Where the current snapshot stands; a trait so that a model checker can put its own cell in place of arc-swap.
pub(crate) trait Slot<S> {
    /// Makes `new` the current snapshot and hands out the one before.
    fn swap(&self, new: S) -> S;
}

/// The sequence and the cells.
#[derive(Debug)]
pub(crate) struct Cells {
    sequence: AtomicU64,
    cells: Box<[AtomicU64]>,
}

impl Cells {
    pub(crate) fn new(version: u64, bits: &[u64]) -> Self {
        Self {
            sequence: AtomicU64::new(version * 2),
            cells: bits.iter().map(|bits| AtomicU64::new(*bits)).collect(),
        }
    }

    /// The bits of a cell; `None` while a publish is under way: take the snapshot then.
    #[inline]
    pub(crate) fn read(&self, slot: usize) -> Option<u64> {
        let before = self.sequence.load(Ordering::Acquire);
        let bits = self.cells.get(slot)?.load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        (before.is_multiple_of(2) && self.sequence.load(Ordering::Relaxed) == before).then_some(bits)
    }

    /// The version; `None` while a publish is under way: ask the snapshot then.
    pub(crate) fn version(&self) -> Option<u64> {
        let sequence = self.sequence.load(Ordering::Acquire);
        sequence.is_multiple_of(2).then_some(sequence / 2)
    }

    /// Publishes snapshot and bits as `version`; the caller is the only writer and drops what comes back.
    pub(crate) fn publish<S>(&self, version: u64, bits: &[u64], slot: &impl Slot<S>, snapshot: S) -> S {
        self.sequence.store(version * 2 - 1, Ordering::Relaxed);
        fence(Ordering::Release);
        for (cell, bits) in self.cells.iter().zip(bits) {
            cell.store(*bits, Ordering::Relaxed);
        }
        let old = slot.swap(snapshot);
        self.sequence.store(version * 2, Ordering::Release);
        old
    }
}
