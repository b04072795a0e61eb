//! Commits, the thread that writes them, and a disk that is a number.

use crate::{
    sync::{Arc, AtomicU64, Instant, Mutex, Ordering, lock, thread},
    write_queue::{Job, WriteQueue},
};

/// The bugs that the model must find.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mistake {
    None,
    /// A commit takes its number before it is visible.
    NotesBeforeItShows,
    /// The state in force is read before the number.
    LooksBeforeItTakesTheNumber,
}

struct Fixture {
    /// The last assigned number, and the writer lock.
    writer: Mutex<u64>,
    shared_status: AtomicU64,
    disk: AtomicU64,
    write_queue: WriteQueue,
    mistake: Mistake,
}

impl Fixture {
    fn commit(&self) {
        let mut last = lock(&self.writer);
        *last += 1;
        let version = *last;
        let noted = if self.mistake == Mistake::NotesBeforeItShows {
            let noted = self.write_queue.mark_dirty();
            self.shared_status.store(version, Ordering::SeqCst);
            noted
        } else {
            self.shared_status.store(version, Ordering::SeqCst);
            self.write_queue.mark_dirty()
        };
        drop(last);
        // The wait may time out; then there is no guarantee.
        if self.write_queue.wait_for_overrides(noted) {
            let there = self.disk.load(Ordering::SeqCst);
            assert!(there >= version, "{version} was told, and {there} is on the disk");
        }
    }

    fn write_state(&self) {
        loop {
            let early = self.shared_status.load(Ordering::SeqCst);
            let job = self.write_queue.next();
            if job == Job::End {
                return self.write_queue.end();
            }
            let begun = Instant::now();
            let looks_early = self.mistake == Mistake::LooksBeforeItTakesTheNumber;
            let seen = if looks_early { early } else { self.shared_status.load(Ordering::SeqCst) };
            self.disk.store(seen, Ordering::SeqCst);
            self.write_queue.complete(job, begun, Ok(seen));
        }
    }
}

/// Two writers, and an end after both have finished.
pub(crate) fn commits(mistake: Mistake) {
    let fixture = Arc::new(Fixture {
        writer: Mutex::new(0),
        shared_status: AtomicU64::new(0),
        disk: AtomicU64::new(0),
        write_queue: WriteQueue::new(None),
        mistake,
    });
    let spawn = |work: fn(&Fixture)| {
        let fixture = Arc::clone(&fixture);
        thread::spawn(move || work(&fixture))
    };
    let state_writer = spawn(Fixture::write_state);
    let writers = [spawn(Fixture::commit), spawn(Fixture::commit)];
    for writer in writers {
        writer.join().expect("nothing that was told is missing");
    }
    fixture.write_queue.close();
    state_writer.join().expect("the state writer ends");
    assert_eq!(fixture.disk.load(Ordering::SeqCst), 2, "the last commit is on the disk");
}
