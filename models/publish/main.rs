//! The publish core under loom: every interleaving, and every value that the memory model lets a load see.
//!
//! The snapshot slot is an atomic whose swap only releases and whose load only acquires: the least that the
//! argument in `cell.rs` asks of arc-swap. A snapshot is identified by its version, and the cells of version v
//! contain v, so that every kind of read shows which version it saw. Cell 0 contains the version itself.

mod broken;

/// The primitives of the cells.
mod sync {
    pub(crate) use loom::sync::atomic::{AtomicU64, Ordering};

    /// One cell beyond the inline ones, so that both kinds are checked.
    pub(crate) const NEAR: usize = 2;
}

#[allow(dead_code, unreachable_pub, reason = "the models need no scalars, and nobody is outside")]
#[path = "../../crates/core/src/cell.rs"]
mod cell;

use cell::{Cells, SnapshotSlot};
use loom::{
    sync::{Arc, Mutex},
    thread,
};
use sync::{AtomicU64, Ordering};

/// The correct core, and the cores with a bug.
trait Core: Send + Sync + 'static {
    fn read(&self, cell: usize) -> Option<u64>;
    fn version(&self) -> Option<u64>;
    fn publish(&self, version: u64, slot: &Snapshots);
}

impl Core for Cells {
    fn read(&self, cell: usize) -> Option<u64> {
        Cells::read(self, cell)
    }

    fn version(&self) -> Option<u64> {
        Cells::version(self)
    }

    fn publish(&self, version: u64, slot: &Snapshots) {
        cell::publish(version, &[(self, &[version; 3])], slot, version);
    }
}

/// A struct with a nested struct that has its own cells: cell 2 is read there.
struct Parts([Cells; 2]);

impl Core for Parts {
    fn read(&self, cell: usize) -> Option<u64> {
        let Self([root, nested]) = self;
        if cell == 2 { nested.read(1) } else { root.read(cell) }
    }

    fn version(&self) -> Option<u64> {
        self.0[1].version()
    }

    fn publish(&self, version: u64, slot: &Snapshots) {
        let bits = [version; 2];
        cell::publish(version, &self.0.each_ref().map(|cells| (cells, &bits[..])), slot, version);
    }
}

struct Snapshots(AtomicU64);

impl SnapshotSlot<u64> for Snapshots {
    fn swap(&self, new: u64) -> u64 {
        self.0.swap(new, Ordering::Release)
    }
}

struct Current<C> {
    snapshots: Snapshots,
    core: C,
}

impl<C: Core> Current<C> {
    fn new(core: C) -> Arc<Self> {
        Arc::new(Self { snapshots: Snapshots(AtomicU64::new(1)), core })
    }

    fn publish(&self, version: u64) {
        self.core.publish(version, &self.snapshots);
    }

    fn load(&self) -> u64 {
        self.snapshots.0.load(Ordering::Acquire)
    }

    fn scalar(&self, cell: usize) -> u64 {
        self.core.read(cell).unwrap_or_else(|| self.load())
    }

    fn version(&self) -> u64 {
        self.core.version().unwrap_or_else(|| self.load())
    }
}

fn cells() -> Cells {
    Cells::new(1, &[1; 3])
}

fn parts() -> Parts {
    Parts([(); 2].map(|()| Cells::new(1, &[1; 2])))
}

fn explore(preemptions: Option<usize>, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = preemptions;
    builder.check(model);
}

#[track_caller]
fn ascending(seen: &[u64]) {
    assert!(seen.is_sorted(), "a thread went back: {seen:?}");
}

/// Two publishes concurrent with a reader that reads one cell after the other.
fn cells_never_go_back<C: Core>(core: fn() -> C) {
    let current = Current::new(core());
    let writer = Arc::clone(&current);
    let writer = thread::spawn(move || {
        writer.publish(2);
        writer.publish(3);
    });
    ascending(&[current.scalar(1), current.scalar(2), current.scalar(1)]);
    writer.join().expect("the writer ends");
    assert_eq!((current.scalar(1), current.scalar(2), current.version(), current.load()), (3, 3, 3, 3));
}

/// One publish concurrent with a reader that uses every kind of read.
fn no_way_of_reading_goes_back<C: Core>(core: fn() -> C) {
    let current = Current::new(core());
    let writer = Arc::clone(&current);
    let writer = thread::spawn(move || writer.publish(2));
    ascending(&[
        current.load(),
        current.scalar(1),
        current.version(),
        current.scalar(2),
        current.load(),
        current.scalar(1),
    ]);
    writer.join().expect("the writer ends");
}

#[test]
fn a_reader_of_cells_never_goes_back() {
    explore(Some(2), || cells_never_go_back(cells));
}

#[test]
fn no_way_of_reading_goes_back_from_another() {
    explore(Some(3), || no_way_of_reading_goes_back(cells));
}

#[test]
fn a_reader_of_a_nested_struct_never_goes_back() {
    explore(Some(2), || cells_never_go_back(parts));
    explore(Some(2), || no_way_of_reading_goes_back(parts));
}

#[test]
fn two_readers_beside_a_publish() {
    explore(Some(1), || {
        let current = Current::new(cells());
        let readers = [1, 2].map(|first| {
            let current = Arc::clone(&current);
            thread::spawn(move || {
                ascending(&[current.scalar(first), current.scalar(3 - first)]);
            })
        });
        current.publish(2);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
}

#[test]
fn a_writer_reads_what_it_wrote() {
    explore(Some(3), || {
        let current = Current::new(cells());
        let other = Arc::clone(&current);
        // The lock represents the writer lock.
        let last = Arc::new(Mutex::new(1));
        let others = Arc::clone(&last);
        let write = |current: &Current<Cells>, last: &Mutex<u64>| {
            let written = {
                let mut last = last.lock().unwrap();
                *last += 1;
                current.publish(*last);
                *last
            };
            ascending(&[written, current.scalar(1), current.version()]);
        };
        let writer = thread::spawn(move || write(&other, &others));
        write(&current, &last);
        writer.join().unwrap();
        assert_eq!((current.scalar(2), current.load()), (3, 3));
    });
}

#[test]
fn who_is_told_of_a_read_reads_no_less() {
    explore(Some(2), || {
        let current = Current::new(cells());
        let told = Arc::new(AtomicU64::new(0));
        let (writer, teller, tells) = (Arc::clone(&current), Arc::clone(&current), Arc::clone(&told));
        let writer = thread::spawn(move || writer.publish(2));
        let teller = thread::spawn(move || tells.store(teller.scalar(1), Ordering::Release));
        ascending(&[told.load(Ordering::Acquire), current.scalar(2)]);
        writer.join().unwrap();
        teller.join().unwrap();
    });
}
