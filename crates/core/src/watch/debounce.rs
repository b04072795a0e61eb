//! When to read: after a pause, or when there was no pause for long enough, but not under a writer's hands.
//!
//! A pure state machine. It is told what happened and when, and says when it wants to be asked again; it never
//! looks at a clock, so that every schedule can be tested, and no clock that is set can disturb it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::watch::hint::Hint;

/// Polling more often than this would keep a processor busy with nothing.
const SHORTEST_POLL: Duration = Duration::from_millis(10);

/// How long to wait for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timing {
    /// After the last hint, before reading.
    pub(crate) quiet: Duration,
    /// After the first hint of a batch, when hints do not cease.
    pub(crate) max_wait: Duration,
    /// On top of `max_wait`, for a write that began and has not ended; for each write anew.
    pub(crate) write_wait: Duration,
    /// Between two reads when nothing is heard at all; at least 10 ms.
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

/// Leave to read, given by [`Debounce::fire`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "leave to read is given once"]
pub(crate) struct ReadPermit {
    /// When the batch began; kept through [`Debounce::defer`], so that its limits are not set anew.
    first: Instant,
    /// As in the batch.
    moved: Instant,
    /// Nothing was heard: the interval ran out.
    pub(crate) poll: bool,
    /// All waiting is used up. What is read now counts, or counts as broken.
    pub(crate) last_try: bool,
}

impl ReadPermit {
    /// For a read that nobody asked for, such as the first one.
    pub(crate) fn now(now: Instant) -> Self {
        Self { first: now, moved: now, poll: false, last_try: false }
    }
}

#[derive(Clone, Copy, Debug)]
struct Batch {
    first: Instant,
    last: Instant,
    /// When a write last began or ended: whoever rewrites without a pause is in the middle of another write at
    /// every look, and none of them has been waited for.
    moved: Instant,
    /// When what was read turned out to be unfinished.
    held: Option<Instant>,
    written: bool,
}

impl Batch {
    fn at(first: Instant) -> Self {
        Self { first, last: first, moved: first, held: None, written: false }
    }
}

/// Gathers hints into batches; see the module.
#[derive(Debug)]
pub(crate) struct Debounce {
    timing: Timing,
    batch: Option<Batch>,
    next_poll: Instant,
    /// What has been written to and not been closed since, and when that began.
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
            // After an overflow the close may be lost, but that is no sign that it happened: a reader who waits
            // too long is late, one who does not publishes half a file.
            Hint::Changed | Hint::Rescan => {}
            Hint::Writing(path) => {
                batch.written = true;
                batch.moved = batch.moved.max(*self.writers.entry(path.clone()).or_insert(now));
            }
            // A directory that went takes along the writers below it.
            Hint::Settled(path) => {
                batch.moved = now;
                self.writers.retain(|writing, _| !writing.starts_with(path));
            }
        }
    }

    /// When to call [`fire`](Self::fire), unless a hint comes before.
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

    /// When a batch is read, come what may. One who writes on and on is waited for since that write began; what
    /// others do meanwhile makes the wait no longer.
    fn end(&self, moved: Instant) -> Instant {
        let since = self.writers.values().max().copied().unwrap_or(moved);
        after(after(since, self.timing.max_wait), self.timing.write_wait)
    }

    /// Whether somebody is known to have a file open that was written to.
    pub(crate) fn is_writing(&self) -> bool {
        !self.writers.is_empty()
    }

    /// A file that somebody is known to have open and to have written to.
    pub(crate) fn written(&self) -> Option<&Path> {
        self.writers.keys().next().map(PathBuf::as_path)
    }

    /// Whether anybody wrote since the last leave to read, finished or not: a read that was going on meanwhile
    /// may have seen half of it.
    pub(crate) fn was_written(&self) -> bool {
        self.batch.is_some_and(|batch| batch.written)
    }

    /// Whether any hint came that no read has answered yet.
    pub(crate) fn is_pending(&self) -> bool {
        self.batch.is_some()
    }

    /// Leave to read, if it is time. The batch ends here: hints that come from now on are about later changes.
    pub(crate) fn fire(&mut self, now: Instant) -> Option<ReadPermit> {
        if now < self.next_deadline() {
            return None;
        }
        self.next_poll = after(now, self.timing.poll);
        let Some(batch) = self.batch.take() else {
            return Some(ReadPermit { poll: true, ..ReadPermit::now(now) });
        };
        let last_try = now >= self.end(batch.moved);
        // A writer that was not waited for any longer must not delay the next batch as well. It counts again as
        // soon as it writes again.
        self.writers.clear();
        Some(ReadPermit { first: batch.first, moved: batch.moved, poll: false, last_try })
    }

    /// Gives a leave back because what was read is unfinished (empty, torn, or written to meanwhile): there is to
    /// be another after a pause, within the limits of the same batch. Says whether there will be.
    pub(crate) fn defer(&mut self, now: Instant, permit: ReadPermit) -> bool {
        let will_be = !permit.last_try;
        if will_be {
            let batch = self.batch.unwrap_or(Batch { moved: permit.moved, ..Batch::at(now) });
            self.batch = Some(Batch { first: permit.first, held: Some(now), ..batch });
        }
        will_be
    }
}

/// A time so far away that it cannot be told is a hundred years away.
fn after(now: Instant, wait: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
    now.checked_add(wait.min(CENTURY)).unwrap_or(now)
}

#[cfg(test)]
#[path = "debounce_tests.rs"]
mod tests;
