//! Decides when to read: after a pause, or after a maximum wait, but not during a write.
//!
//! A pure state machine. Its inputs are events with their times, and its output is the time of the next call.
//! It never reads a clock, so that every schedule can be tested, and changes of the clock have no effect.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::watch::hint::Hint;

/// Polling more often than this would keep a processor busy for nothing.
const SHORTEST_POLL: Duration = Duration::from_millis(10);

/// The time limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timing {
    /// After the last hint, before reading.
    pub(crate) quiet: Duration,
    /// After the first hint of a batch, if hints keep coming.
    pub(crate) max_wait: Duration,
    /// In addition to `max_wait`, for a write that has begun and not ended; counted for each write.
    pub(crate) write_wait: Duration,
    /// Between two reads without any event; at least 10 ms.
    pub(crate) poll: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            quiet: Duration::from_millis(50),
            max_wait: Duration::from_millis(500),
            write_wait: Duration::from_secs(2),
            poll: Duration::from_secs(5),
        }
    }
}

/// The permission to read, returned by [`Debounce::fire`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "leave to read is given once"]
pub(crate) struct ReadPermit {
    /// The start of the batch; kept by [`Debounce::defer`], so that its limits do not start again.
    first: Instant,
    /// The same as in the batch.
    moved: Instant,
    /// There was no event: the poll interval has passed.
    pub(crate) poll: bool,
    /// The maximum wait has passed. The content is now used as it is, or reported as broken.
    pub(crate) last_try: bool,
}

impl ReadPermit {
    /// For a read without a hint, such as the first one.
    pub(crate) fn now(now: Instant) -> Self {
        Self { first: now, moved: now, poll: false, last_try: false }
    }
}

#[derive(Clone, Copy, Debug)]
struct Batch {
    first: Instant,
    last: Instant,
    /// When a write last began or ended: with continuous rewrites, each read falls into another write, and
    /// none of them has been waited for.
    moved: Instant,
    /// When the content that was read turned out to be unfinished.
    held: Option<Instant>,
    written: bool,
}

impl Batch {
    fn at(first: Instant) -> Self {
        Self { first, last: first, moved: first, held: None, written: false }
    }
}

/// Collects hints into batches; see the module.
#[derive(Debug)]
pub(crate) struct Debounce {
    timing: Timing,
    batch: Option<Batch>,
    next_poll: Instant,
    /// Files that were written to and not closed since, with the start of the write.
    writers: BTreeMap<PathBuf, Instant>,
}

impl Debounce {
    pub(crate) fn new(timing: Timing, now: Instant) -> Self {
        let timing = Timing { poll: timing.poll.max(SHORTEST_POLL), ..timing };
        Self { timing, batch: None, next_poll: after(now, timing.poll), writers: BTreeMap::new() }
    }

    pub(crate) fn on_hint(&mut self, now: Instant, hint: &Hint) {
        let batch = self.batch.get_or_insert(Batch::at(now));
        batch.last = now;
        match hint {
            // After an overflow the close event may be lost, but it may also not have happened: waiting too
            // long delays a read, not waiting may publish half a file.
            Hint::Changed | Hint::Rescan => {}
            Hint::Writing(path) => {
                batch.written = true;
                batch.moved = batch.moved.max(*self.writers.entry(path.clone()).or_insert(now));
            }
            // If a directory was removed, so were the writers below it.
            Hint::Settled(path) => {
                batch.moved = now;
                self.writers.retain(|writing, _| !writing.starts_with(path));
            }
        }
    }

    /// When to call [`fire`](Self::fire), unless a hint arrives first.
    pub(crate) fn next_deadline(&self) -> Instant {
        self.batch.map_or(self.next_poll, |batch| self.deadline(&batch))
    }

    fn deadline(&self, batch: &Batch) -> Instant {
        let end = self.end(batch.moved);
        if !self.writers.is_empty() {
            return end;
        }
        let due = after(batch.last, self.timing.quiet).min(after(batch.first, self.timing.max_wait));
        let due = batch.held.map_or(due, |held| due.max(after(held, self.timing.quiet)));
        due.min(end)
    }

    /// When a batch is read in any case. The wait for a continuous write counts from the start of that write;
    /// other writers do not prolong it.
    fn end(&self, moved: Instant) -> Instant {
        let since = self.writers.values().max().copied().unwrap_or(moved);
        after(after(since, self.timing.max_wait), self.timing.write_wait)
    }

    /// Whether a file is known to be open for writing after a modification.
    pub(crate) fn is_writing(&self) -> bool {
        !self.writers.is_empty()
    }

    /// A file that is known to be open for writing after a modification.
    pub(crate) fn written(&self) -> Option<&Path> {
        self.writers.keys().next().map(PathBuf::as_path)
    }

    /// Whether there was a write since the last permission, finished or not: a read at the same time may have
    /// seen half of it.
    pub(crate) fn was_written(&self) -> bool {
        self.batch.is_some_and(|batch| batch.written)
    }

    /// Whether there is a hint after the last read.
    pub(crate) fn is_pending(&self) -> bool {
        self.batch.is_some()
    }

    /// The permission to read, if it is time. The batch ends here: later hints are about later changes.
    pub(crate) fn fire(&mut self, now: Instant) -> Option<ReadPermit> {
        if now < self.next_deadline() {
            return None;
        }
        self.next_poll = after(now, self.timing.poll);
        let Some(batch) = self.batch.take() else {
            return Some(ReadPermit { poll: true, ..ReadPermit::now(now) });
        };
        let last_try = now >= self.end(batch.moved);
        // A writer whose wait has expired must not delay the next batch as well. It counts again with its next
        // write.
        self.writers.clear();
        Some(ReadPermit { first: batch.first, moved: batch.moved, poll: false, last_try })
    }

    /// Returns a permission because the content was unfinished (empty, torn, or written to in the meantime).
    /// Another one follows after a pause, within the limits of the same batch. Returns whether there will be
    /// another one.
    pub(crate) fn defer(&mut self, now: Instant, permit: ReadPermit) -> bool {
        let will_be = !permit.last_try;
        if will_be {
            let batch = self.batch.unwrap_or(Batch { moved: permit.moved, ..Batch::at(now) });
            self.batch = Some(Batch { first: permit.first, held: Some(now), ..batch });
        }
        will_be
    }
}

/// A time beyond the range of the clock is replaced by a hundred years.
fn after(now: Instant, wait: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
    now.checked_add(wait.min(CENTURY)).unwrap_or(now)
}

#[cfg(test)]
#[path = "debounce_tests.rs"]
mod tests;
