//! The log line for each accepted change. This observer has no thread: the first writer writes the lines in the queue,
//! including a bounded number of lines of other writers.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, MutexGuard},
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

use log::Level;

use super::{AttemptOutcome, Numbered};
use crate::{history::Record, observe::Summary, panics::catch_panic, sync::Monitor};

/// The number of lines that wait for a hung logger before further lines are dropped.
const CAPACITY: usize = 1024;

/// The number of lines after which a writer hands over the queue.
const TURN: usize = 256;

/// How long the next writer waits for the handover; longer than a logger takes unless it hangs.
const HANDOVER: Duration = Duration::from_millis(100);

#[derive(Default)]
pub(super) struct LogObserver {
    queue: Monitor<LogQueue>,
}

#[derive(Default)]
struct LogQueue {
    entries: VecDeque<Arc<Numbered>>,
    missed: u64,
    /// The thread that writes lines.
    writer: Option<ThreadId>,
    /// That thread has written its share, and continues only until another one takes over.
    is_overdue: bool,
    /// The number of threads that wait to take over.
    waiting: usize,
}

/// Whether the program's logger accepts the lines.
pub(super) fn is_enabled() -> bool {
    log::log_enabled!(target: "hotswap", Level::Info)
}

impl LogObserver {
    pub(super) fn push(&self, numbered: Arc<Numbered>) {
        if Line::new(&numbered.outcome).is_none() {
            return;
        }
        let mut queue = self.queue.lock();
        if queue.entries.len() < CAPACITY { queue.entries.push_back(numbered) } else { queue.missed += 1 }
    }

    /// Writes the lines in the queue, unless another thread does. A logger is code of the program, so no lock is
    /// held.
    ///
    /// While others keep adding lines, a thread hands the queue over after [`TURN`] lines.
    pub(super) fn deliver(&self) {
        let Some(mut queue) = self.take_over() else { return };
        queue.writer = Some(thread::current().id());
        let mut written = 0;
        while (!queue.entries.is_empty() || queue.missed > 0) && !(queue.is_overdue && queue.waiting > 0) {
            let entries = std::mem::take(&mut queue.entries);
            let missed = std::mem::take(&mut queue.missed);
            drop(queue);
            write(&entries, missed);
            written += entries.len();
            queue = self.queue.lock();
            queue.is_overdue = written >= TURN;
        }
        (queue.writer, queue.is_overdue) = (None, false);
        drop(queue);
        self.queue.notify_all();
    }

    /// The queue, if this thread is the one that writes now.
    fn take_over(&self) -> Option<MutexGuard<'_, LogQueue>> {
        let mut queue = self.queue.lock();
        let deadline = Instant::now() + HANDOVER;
        while let Some(writer) = queue.writer {
            let left = deadline.saturating_duration_since(Instant::now());
            // A logger that writes to the configuration cannot wait for itself.
            if !queue.is_overdue || writer == thread::current().id() || left.is_zero() {
                return None;
            }
            queue.waiting += 1;
            queue = self.queue.wait(queue, Some(left));
            queue.waiting -= 1;
        }
        Some(queue)
    }
}

fn write(entries: &VecDeque<Arc<Numbered>>, missed: u64) {
    for line in entries.iter().filter_map(|numbered| Line::new(&numbered.outcome)) {
        // A logger that panics loses this line only.
        let _ = catch_panic(|| log::info!(target: "hotswap", "hotswap: {line}"));
    }
    if missed > 0 {
        let _ = catch_panic(
            || log::warn!(target: "hotswap", "hotswap: the logger is slow, the lines of {missed} versions were left out"),
        );
    }
}

/// The line of one outcome.
struct Line<'o> {
    version: u64,
    is_published: bool,
    summary: Summary<'o>,
}

impl<'o> Line<'o> {
    /// Which outcomes are logged, and how; `None` for one that is not.
    fn new(outcome: &'o AttemptOutcome) -> Option<Self> {
        match outcome {
            AttemptOutcome::Published { record } | AttemptOutcome::RolledBack { record, .. } => {
                let Record { version, cause, by, changed, .. } = record;
                let summary = Summary { cause, by: by.as_deref(), changed };
                Some(Self { version: *version, is_published: true, summary })
            }
            AttemptOutcome::Accepted { cause, by, changed, version, .. } => {
                let summary = Summary { cause, by: by.as_deref(), changed };
                Some(Self { version: *version, is_published: false, summary })
            }
            // Refusals of sources have a warning of their own, and those of calls are returned.
            AttemptOutcome::Refused { .. } => None,
        }
    }
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stays = if self.is_published { "" } else { " stays" };
        write!(f, "version {}{stays}, {}", self.version, self.summary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_of_a_version() -> Arc<Numbered> {
        Arc::new(Numbered {
            number: 1,
            outcome: AttemptOutcome::Published { record: Record::first(1, Duration::ZERO) },
        })
    }

    /// The id of another thread, which has ended.
    fn another_writer() -> ThreadId {
        thread::spawn(|| thread::current().id()).join().unwrap()
    }

    #[test]
    fn a_line_is_left_to_the_thread_that_writes() {
        let log = LogObserver::default();
        log.push(line_of_a_version());
        log.queue.lock().writer = Some(another_writer());
        log.deliver();
        assert_eq!(log.queue.lock().entries.len(), 1);
    }

    #[test]
    fn the_next_writer_takes_over_from_one_that_has_written_enough() {
        let log = LogObserver::default();
        log.push(line_of_a_version());
        // On a slow machine the next writer may not wait long enough.
        while !log.queue.lock().entries.is_empty() {
            {
                let mut queue = log.queue.lock();
                (queue.writer, queue.is_overdue) = (Some(another_writer()), true);
            }
            thread::scope(|scope| {
                let next = scope.spawn(|| log.deliver());
                while log.queue.lock().waiting == 0 && !next.is_finished() {
                    thread::yield_now();
                }
                let mut queue = log.queue.lock();
                (queue.writer, queue.is_overdue) = (None, false);
                drop(queue);
                log.queue.notify_all();
            });
        }
        assert_eq!(log.queue.lock().writer, None);
    }
}
