//! The same core with one bug each: a model that does not find the bugs proves nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Core, Snapshots, cells_never_go_back, explore, no_way_of_reading_goes_back};
use crate::sync::{AtomicU64, Ordering};

const PENDING: u64 = u64::MAX;

#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    /// No bug: the copy below is faithful.
    Sound,
    NoMark,
    MarkAfterTheSwap,
    StoreBeforeTheSwap,
    RelaxedSwap,
    RelaxedStore,
    RelaxedRead,
}

struct Broken {
    cells: [AtomicU64; 3],
    flaw: Flaw,
}

impl Broken {
    fn new(flaw: Flaw) -> Self {
        Self { cells: [1; 3].map(AtomicU64::new), flaw }
    }

    fn store(&self, bits: u64, order: Ordering) {
        self.cells.iter().for_each(|cell| cell.store(bits, order));
    }

    fn mark(&self) {
        if self.flaw != Flaw::NoMark {
            self.store(PENDING, Ordering::Relaxed);
        }
    }

    fn swap(&self, version: u64, slot: &Snapshots) {
        let relaxed = self.flaw == Flaw::RelaxedSwap;
        slot.0.swap(version, if relaxed { Ordering::Relaxed } else { Ordering::Release });
    }
}

impl Core for Broken {
    fn read(&self, cell: usize) -> Option<u64> {
        let relaxed = self.flaw == Flaw::RelaxedRead;
        let bits = self.cells[cell].load(if relaxed { Ordering::Relaxed } else { Ordering::Acquire });
        (bits != PENDING).then_some(bits)
    }

    fn version(&self) -> Option<u64> {
        self.read(0)
    }

    fn publish(&self, version: u64, slot: &Snapshots) {
        let order = if self.flaw == Flaw::RelaxedStore { Ordering::Relaxed } else { Ordering::Release };
        match self.flaw {
            Flaw::MarkAfterTheSwap => {
                self.swap(version, slot);
                self.mark();
                self.store(version, order);
            }
            Flaw::StoreBeforeTheSwap => {
                self.mark();
                self.store(version, order);
                self.swap(version, slot);
            }
            _ => {
                self.mark();
                self.swap(version, slot);
                self.store(version, order);
            }
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
    a_missing_mark_is_found: NoMark in cells_never_go_back;
    a_mark_after_the_swap_is_found: MarkAfterTheSwap in no_way_of_reading_goes_back;
    a_store_before_the_swap_is_found: StoreBeforeTheSwap in no_way_of_reading_goes_back;
    a_relaxed_swap_is_found: RelaxedSwap in no_way_of_reading_goes_back;
    a_relaxed_store_is_found: RelaxedStore in cells_never_go_back;
    a_relaxed_read_is_found: RelaxedRead in cells_never_go_back;
}

#[test]
fn the_copy_without_a_mistake_passes() {
    assert!(!found(|| no_way_of_reading_goes_back(|| Broken::new(Flaw::Sound))));
}
