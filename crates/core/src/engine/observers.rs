//! Delivers events to observers: in order, each to a thread of its own, with no lock held.
//!
//! A number is assigned under the writer lock, and the event enters every queue there, so that the order of events is the
//! order of versions. Writers wait for a full queue after they have released that lock.

mod log;
mod queue;

use std::{
    fmt, io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc::channel,
    },
    thread,
    time::{Duration, Instant},
};

use self::queue::{CAPACITY, Queue, QueuedEvent};
use crate::worker::WorkerThread;
use crate::{
    error::Error,
    history::Record,
    observe::{Event, Observe},
    panics::{catch_panic, drop_quietly},
    snapshot::Cause,
    status::ObserverStatus,
    sync::{Monitor, lock},
};

/// How long a writer waits for a full queue.
const WRITERS_WAIT: Duration = Duration::from_secs(1);

/// The outcome of an attempt.
#[derive(Debug)]
pub(crate) enum AttemptOutcome {
    Published { record: Record },
    RolledBack { from: u64, to: u64, record: Record },
    Accepted { cause: Cause, by: Option<Arc<str>>, changed: Vec<String>, duration: Duration, version: u64 },
    Refused { cause: Cause, by: Option<Arc<str>>, error: Error, duration: Duration, version: u64 },
}

impl AttemptOutcome {
    /// `record` replaces version `from`.
    pub(crate) fn published(from: u64, record: Record) -> Self {
        match record.cause {
            Cause::Rollback(to) | Cause::Health(to) => Self::RolledBack { from, to, record },
            _ => Self::Published { record },
        }
    }

    /// Sets the duration of the change, which is known only at the end.
    pub(super) fn took(mut self, time: Duration) -> Self {
        match &mut self {
            Self::Published { record } | Self::RolledBack { record, .. } => record.duration = time,
            Self::Accepted { duration, .. } | Self::Refused { duration, .. } => *duration = time,
        }
        self
    }

    fn event(&self, number: u64) -> Event<'_> {
        match self {
            Self::Published { record } => Event::Published { number, record },
            Self::RolledBack { from, to, record } => {
                Event::RolledBack { number, from: *from, to: *to, record }
            }
            Self::Accepted { cause, by, changed, duration, version } => Event::Accepted {
                number,
                cause,
                by: by.as_deref(),
                changed,
                duration: *duration,
                version: *version,
            },
            Self::Refused { cause, by, error, duration, version } => Event::Refused {
                number,
                cause,
                by: by.as_deref(),
                error,
                duration: *duration,
                version: *version,
            },
        }
    }
}

/// An outcome with its number.
#[derive(Debug)]
struct Numbered {
    number: u64,
    outcome: AttemptOutcome,
}

/// One observer, with its queue.
struct Observer {
    observe: Box<dyn Observe>,
    queue: Monitor<Queue<Arc<Numbered>>>,
    thread: WorkerThread,
    missed: AtomicU64,
    panics: AtomicU64,
}

/// All observers of a configuration.
#[derive(Default)]
pub(crate) struct Observers {
    /// The number of the last event.
    last: Mutex<u64>,
    observers: Vec<Arc<Observer>>,
    /// Writes accepted changes to the log.
    log: log::LogObserver,
}

impl Observers {
    pub(crate) fn new(observers: Vec<Box<dyn Observe>>) -> Self {
        let observers = observers.into_iter().map(|observe| Arc::new(Observer::new(observe))).collect();
        Self { observers, ..Self::default() }
    }

    pub(crate) fn start(&self) -> io::Result<()> {
        self.observers.iter().try_for_each(Observer::start)
    }

    /// Whether there is an observer or a log for events.
    pub(super) fn are_interested(&self) -> bool {
        !self.observers.is_empty() || log::is_enabled()
    }

    /// Numbers an outcome and adds it to every queue. A publish calls it under the writer lock.
    pub(crate) fn record(&self, outcome: AttemptOutcome) {
        let mut last = lock(&self.last);
        *last += 1;
        let numbered = Arc::new(Numbered { number: *last, outcome });
        self.observers.iter().for_each(|observer| observer.push(&numbered));
        self.log.push(numbered);
    }

    /// Writes the log lines, and waits for full queues. Called with no lock held.
    pub(crate) fn deliver(&self) {
        self.log.deliver();
        let deadline = Instant::now() + WRITERS_WAIT;
        self.observers.iter().for_each(|observer| observer.wait_for_room(deadline));
    }

    /// The same inside a write, which cannot wait: events that exceed a queue are dropped immediately.
    pub(super) fn deliver_later(&self) {
        let now = Instant::now();
        self.observers.iter().for_each(|observer| observer.wait_for_room(now));
    }

    pub(crate) fn statuses(&self) -> Vec<ObserverStatus> {
        self.observers.iter().map(|observer| observer.status()).collect()
    }

    pub(crate) fn panics(&self) -> u64 {
        self.observers.iter().map(|observer| observer.panics.load(Ordering::Relaxed)).sum()
    }

    /// No more events are accepted after this call.
    pub(super) fn close(&self) {
        for observer in &self.observers {
            observer.queue.lock().close();
            observer.queue.notify_all();
        }
    }

    /// Waits until the queues are empty, or `bound` has passed.
    pub(super) fn join(&self, bound: Duration) {
        let deadline = Instant::now() + bound;
        let left = || deadline.saturating_duration_since(Instant::now());
        self.observers.iter().for_each(|observer| observer.thread.join(left()));
    }
}

impl Observer {
    fn new(observe: Box<dyn Observe>) -> Self {
        let (queue, thread, missed, panics) = Default::default();
        Self { observe, queue, thread, missed, panics }
    }

    fn start(self: &Arc<Self>) -> io::Result<()> {
        let (end, ended) = channel::<()>();
        let observer = Arc::clone(self);
        let run = move || {
            observer.run();
            // Dropping the last reference drops the observer, which is code of the program.
            drop_quietly(observer);
            drop(end);
        };
        let thread = thread::Builder::new().name("hotswap-observer".into()).spawn(run)?;
        self.thread.adopt(thread, ended);
        Ok(())
    }

    fn push(&self, numbered: &Arc<Numbered>) {
        if self.queue.lock().push(Arc::clone(numbered)) {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
        self.queue.notify_all();
    }

    fn wait_for_room(&self, deadline: Instant) {
        // An observer that writes cannot wait for itself.
        let deadline = if self.thread.is_me() { Instant::now() } else { deadline };
        let mut queue = self.queue.lock();
        while queue.is_over_full() && !queue.is_closed() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let missed = queue.give_up();
                self.missed.fetch_add(missed, Ordering::Relaxed);
                return;
            }
            queue = self.queue.wait(queue, Some(left));
        }
    }

    fn run(&self) {
        while let Some(entry) = self.next() {
            let observed = catch_panic(|| match &entry {
                QueuedEvent::Event(numbered) => {
                    self.observe.observe(&numbered.outcome.event(numbered.number))
                }
                QueuedEvent::Missed(missed) => self.observe.observe(&Event::Missed(*missed)),
            });
            if observed.is_none() {
                self.panics.fetch_add(1, Ordering::Relaxed);
                let _ = catch_panic(|| ::log::error!(target: "hotswap", "hotswap: an observer panicked"));
            }
        }
    }

    /// The next entry; `None` if the queue is closed and empty.
    fn next(&self) -> Option<QueuedEvent<Arc<Numbered>>> {
        let mut queue = self.queue.lock();
        loop {
            if let Some(entry) = queue.pop() {
                drop(queue);
                self.queue.notify_all();
                return Some(entry);
            }
            if queue.is_closed() {
                return None;
            }
            queue = self.queue.wait(queue, None);
        }
    }

    fn status(&self) -> ObserverStatus {
        let waiting = self.queue.lock().len();
        let (missed, panics) = (self.missed.load(Ordering::Relaxed), self.panics.load(Ordering::Relaxed));
        ObserverStatus { waiting, capacity: CAPACITY, missed, panics }
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Observers({})", self.observers.len())
    }
}
