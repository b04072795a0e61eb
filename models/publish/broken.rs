//! The same core with one mistake each: a model that does not find them proves nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Core, Slot, Snapshots, cells_never_go_back, explore, no_way_of_reading_goes_back};
use crate::sync::{AtomicU64, Ordering, fence};

#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    /// None: the copy below is faithful.
    Sound,
    NoOddMark,
    NoReleaseFence,
    NoAcquireFence,
    CellsAfterTheEvenMark,
    SwapAfterTheEvenMark,
    RelaxedEvenMark,
    NoSecondLook,
}

struct Broken {
    sequence: AtomicU64,
    cells: [AtomicU64; 2],
    flaw: Flaw,
}

impl Broken {
    fn new(flaw: Flaw) -> Self {
        Self { sequence: AtomicU64::new(2), cells: [AtomicU64::new(1), AtomicU64::new(1)], flaw }
    }

    fn store(&self, version: u64) {
        self.cells.iter().for_each(|cell| cell.store(version, Ordering::Relaxed));
    }
}

impl Core for Broken {
    fn read(&self, cell: usize) -> Option<u64> {
        let before = self.sequence.load(Ordering::Acquire);
        let bits = self.cells[cell].load(Ordering::Relaxed);
        if self.flaw != Flaw::NoAcquireFence {
            fence(Ordering::Acquire);
        }
        let still = self.flaw == Flaw::NoSecondLook || self.sequence.load(Ordering::Relaxed) == before;
        (before.is_multiple_of(2) && still).then_some(bits)
    }

    fn version(&self) -> Option<u64> {
        let sequence = self.sequence.load(Ordering::Acquire);
        sequence.is_multiple_of(2).then_some(sequence / 2)
    }

    fn publish(&self, version: u64, slot: &Snapshots) {
        if self.flaw != Flaw::NoOddMark {
            self.sequence.store(version * 2 - 1, Ordering::Relaxed);
        }
        if self.flaw != Flaw::NoReleaseFence {
            fence(Ordering::Release);
        }
        if self.flaw != Flaw::CellsAfterTheEvenMark {
            self.store(version);
        }
        if self.flaw != Flaw::SwapAfterTheEvenMark {
            slot.swap(version);
        }
        let order = if self.flaw == Flaw::RelaxedEvenMark { Ordering::Relaxed } else { Ordering::Release };
        self.sequence.store(version * 2, order);
        if self.flaw == Flaw::CellsAfterTheEvenMark {
            self.store(version);
        }
        if self.flaw == Flaw::SwapAfterTheEvenMark {
            slot.swap(version);
        }
    }
}

fn found(model: impl Fn() + Send + Sync + 'static) -> bool {
    catch_unwind(AssertUnwindSafe(|| explore(Some(2), model))).is_err()
}

macro_rules! flaws {
    ($($name:ident: $flaw:ident in $model:ident;)*) => {
        $(#[test]
        fn $name() {
            assert!(found(|| $model(|| Broken::new(Flaw::$flaw))), "the model does not find it");
        })*
    };
}

flaws! {
    a_missing_odd_mark_is_found: NoOddMark in cells_never_go_back;
    a_missing_release_fence_is_found: NoReleaseFence in cells_never_go_back;
    a_missing_acquire_fence_is_found: NoAcquireFence in cells_never_go_back;
    cells_after_the_even_mark_are_found: CellsAfterTheEvenMark in cells_never_go_back;
    a_swap_after_the_even_mark_is_found: SwapAfterTheEvenMark in no_way_of_reading_goes_back;
    a_relaxed_even_mark_is_found: RelaxedEvenMark in cells_never_go_back;
    a_missing_second_look_is_found: NoSecondLook in cells_never_go_back;
}

#[test]
fn the_copy_without_a_mistake_passes() {
    assert!(!found(|| no_way_of_reading_goes_back(|| Broken::new(Flaw::Sound))));
}
