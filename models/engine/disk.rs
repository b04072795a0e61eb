//! Commits, the thread that writes them down, and a disk that is a number.

use crate::{
    ledger::{Job, Ledger},
    sync::{Arc, AtomicU64, Instant, Mutex, Ordering, lock, thread},
};

/// What is done wrong, to see whether that is found.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mistake {
    None,
    /// A commit is noted before it can be seen.
    NotesBeforeItShows,
    /// What is in force is looked at before the number is taken.
    LooksBeforeItTakesTheNumber,
}

struct Scene {
    /// The last number that was given, and the writer lock.
    writer: Mutex<u64>,
    board: AtomicU64,
    disk: AtomicU64,
    ledger: Ledger,
    mistake: Mistake,
}

impl Scene {
    fn commit(&self) {
        let mut last = lock(&self.writer);
        *last += 1;
        let version = *last;
        let noted = if self.mistake == Mistake::NotesBeforeItShows {
            let noted = self.ledger.note();
            self.board.store(version, Ordering::SeqCst);
            noted
        } else {
            self.board.store(version, Ordering::SeqCst);
            self.ledger.note()
        };
        drop(last);
        // It may give up waiting: then nothing is promised.
        if self.ledger.await_overrides(noted) {
            let there = self.disk.load(Ordering::SeqCst);
            assert!(there >= version, "{version} was told, and {there} is on the disk");
        }
    }

    fn keep(&self) {
        loop {
            let early = self.board.load(Ordering::SeqCst);
            let job = self.ledger.next();
            if job == Job::End {
                return self.ledger.end();
            }
            let begun = Instant::now();
            let looks_early = self.mistake == Mistake::LooksBeforeItTakesTheNumber;
            let seen = if looks_early { early } else { self.board.load(Ordering::SeqCst) };
            self.disk.store(seen, Ordering::SeqCst);
            self.ledger.done(job, begun, Ok(seen));
        }
    }
}

/// Two who write, and an end that comes once they have.
pub(crate) fn commits(mistake: Mistake) {
    let scene = Arc::new(Scene {
        writer: Mutex::new(0),
        board: AtomicU64::new(0),
        disk: AtomicU64::new(0),
        ledger: Ledger::new(None),
        mistake,
    });
    let spawn = |work: fn(&Scene)| {
        let scene = Arc::clone(&scene);
        thread::spawn(move || work(&scene))
    };
    let keeper = spawn(Scene::keep);
    let writers = [spawn(Scene::commit), spawn(Scene::commit)];
    for writer in writers {
        writer.join().expect("nothing that was told is missing");
    }
    scene.ledger.close();
    keeper.join().expect("the keeper ends");
    assert_eq!(scene.disk.load(Ordering::SeqCst), 2, "the last commit is on the disk");
}
