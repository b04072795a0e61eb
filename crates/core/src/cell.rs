//! The published snapshot and the cells of scalar leaves: the only place with memory orderings.
//!
//! A reader of a scalar pays one load of its cell and a comparison. A publish first marks the cells that it will
//! change as pending; a reader that sees the mark reads the snapshot instead:
//!
//! ```text
//! reader                           writer (one at a time)
//! x = cell          acquire        changed cells = PENDING   relaxed
//! x == PENDING?                    snapshot.swap             (its own, at least release)
//!   snapshot.load   (its own,      changed cells = x         release
//!                    acquire)
//! ```
//!
//! *No torn read.* A cell is one word, and a reader that does not use the cell uses one whole snapshot.
//! *Monotonic.* A thread that saw a new value, in a cell or in the snapshot, also sees the marks of that
//! publish: they come before the swap, and the swap and every store after it release them. So no later read of
//! that thread returns a value of the version before: each cell of a changed leaf holds the mark or the new
//! value by then, and the snapshot is the new one. *Never waits.* The slow path reads the snapshot once.
//!
//! The mark needs no bit of its own. A value that happens to have the same bits is always read from the snapshot,
//! which contains it too. Cells of unchanged leaves are not written, so their readers are not affected.
//!
//! No user code runs between mark and store: the bits are computed before, and the old snapshot is returned so
//! that it is dropped afterwards.
//!
//! `models/publish` checks all of this under loom, and checks that each omitted step is detected.
//!
//! Rejected: one sequence for all cells, read before and after the cell. It costs three loads instead of one.

use std::{array, iter};

use crate::sync::{AtomicU64, NEAR, Ordering};

/// A leaf whose value fits a cell.
#[diagnostic::on_unimplemented(
    message = "`scalar` is for aliases of primitives, but `{Self}` is none that fits an atomic",
    label = "no primitive of at most 64 bits",
    note = "remove `scalar`, or write `copy` for a type that is `Copy`"
)]
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

/// Holds the current snapshot. It is a trait so that a model checker can replace arc-swap with its own cell.
pub(crate) trait SnapshotSlot<S> {
    /// Makes `new` the current snapshot and returns the previous one.
    fn swap(&self, new: S) -> S;
}

/// Marks a cell that a publish is about to change. Any bits would do; these are rare, and short enough to be an
/// immediate operand of the comparison.
const PENDING: u64 = 0xffff_ffff_9e37_79b9;

/// One cell per number of a struct, counted from the struct. The number 0 is its own, and its cell holds the version.
///
/// A nested struct has its own cells in addition to those of the enclosing structs, so that the compiler knows the
/// position of a cell wherever it is read: adding the number of the struct costs as much as reading the cell.
#[derive(Debug)]
pub(crate) struct Cells {
    /// The first cells, inline and with a length that the compiler knows: following a pointer or reading the
    /// length costs as much as reading the cell.
    near: [AtomicU64; NEAR],
    far: Box<[AtomicU64]>,
}

impl Cells {
    pub(crate) fn new(version: u64, bits: &[u64]) -> Self {
        let mut cells = with_version(version, bits).map(AtomicU64::new);
        let near = array::from_fn(|_| cells.next().unwrap_or_default());
        Self { near, far: cells.collect() }
    }

    /// The bits of a near cell; nearly every read does only this. `None` if [`read`] must be used.
    ///
    /// [`read`]: Self::read
    #[inline]
    pub(crate) fn read_near(&self, slot: usize) -> Option<u64> {
        self.near.get(slot).and_then(stable_bits)
    }

    /// The bits of a cell; `None` while a publish is in progress, when the snapshot must be read.
    pub(crate) fn read(&self, slot: usize) -> Option<u64> {
        match slot.checked_sub(NEAR) {
            None => self.read_near(slot),
            Some(far) => self.far.get(far).and_then(stable_bits),
        }
    }

    /// The version; `None` while a publish is in progress, when the snapshot must be read.
    #[inline]
    pub(crate) fn version(&self) -> Option<u64> {
        self.read_near(0)
    }

    /// The cells whose bits changed.
    fn changed<'c>(&'c self, version: u64, bits: &'c [u64]) -> impl Iterator<Item = (&'c AtomicU64, u64)> {
        let cells = self.near.iter().chain(&*self.far).zip(with_version(version, bits));
        cells.filter(|(cell, bits)| cell.load(Ordering::Relaxed) != *bits)
    }
}

/// Publishes snapshot and bits as `version`. The caller is the only writer, and drops the returned snapshot.
pub(crate) fn publish<S>(
    version: u64,
    cells: &[(&Cells, &[u64])],
    slot: &impl SnapshotSlot<S>,
    snapshot: S,
) -> S {
    let changed = || cells.iter().flat_map(|(cells, bits)| cells.changed(version, bits));
    changed().for_each(|(cell, _)| cell.store(PENDING, Ordering::Relaxed));
    let old = slot.swap(snapshot);
    changed().for_each(|(cell, bits)| cell.store(bits, Ordering::Release));
    old
}

#[inline]
fn stable_bits(cell: &AtomicU64) -> Option<u64> {
    let bits = cell.load(Ordering::Acquire);
    if bits == PENDING { None } else { Some(bits) }
}

fn with_version(version: u64, bits: &[u64]) -> impl Iterator<Item = u64> {
    iter::once(version).chain(bits.iter().skip(1).copied())
}
