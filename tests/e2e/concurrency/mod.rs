//! Invariants for many threads that read, write, subscribe and unsubscribe at the same time.
//!
//! The numbers in the names of the sections are those of the list of invariants: I1 and so on.

mod clocks;
mod ends;
mod listeners;
mod order;
mod panics;
mod readers;
mod reentry;
mod reloads;
mod runtimes;
mod schedules;
mod types;
mod writers;

use std::{
    sync::{
        Arc, Condvar, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, channel},
    },
    thread,
};

use hotswap::{Changed, HotConfig, Reading, Source, SourceError};
use serde::{Deserialize, Serialize};

use crate::support::BOUND;

/// Numbers that belong together: `b` and the length of `c` follow `a` in every published version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
pub(super) struct Whole {
    #[hot(default = 0)]
    a: u64,
    #[hot(default = 0)]
    b: u64,
    #[hot(nested)]
    inner: Inner,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
pub(super) struct Inner {
    #[hot(default = "")]
    c: String,
    #[hot(default = 1.5)]
    ratio: f64,
}

impl Whole {
    pub(super) fn of(a: u64) -> Self {
        Self { a, b: a * 3, inner: Inner { c: "x".repeat((a % 100) as usize), ratio: 1.5 } }
    }

    /// Makes everything follow `a`.
    pub(super) fn become_of(&mut self, a: u64) {
        *self = Self::of(a);
    }

    #[track_caller]
    pub(super) fn assert_whole(&self) {
        assert_eq!(*self, Self::of(self.a), "torn");
    }
}

/// A configuration whose only source is a `Tap`.
pub(super) fn tapped() -> (WholeHandle, Tap<Whole>) {
    let tap = Tap::new(Whole::of(0));
    let config = Whole::hot_builder().source(tap.source()).load().unwrap();
    (config, tap)
}

/// A source that the test controls.
pub(super) struct Tap<T>(Arc<Inside<T>>);

struct Inside<T> {
    value: Mutex<T>,
    changed: OnceLock<Changed>,
    reads: AtomicUsize,
    before_read: Mutex<Option<Box<dyn FnMut() + Send>>>,
}

impl<T> Clone for Tap<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Serialize + Clone + Send + 'static> Tap<T> {
    pub(super) fn new(value: T) -> Self {
        let (value, changed, reads) = (Mutex::new(value), OnceLock::new(), AtomicUsize::new(0));
        Self(Arc::new(Inside { value, changed, reads, before_read: Mutex::new(None) }))
    }

    pub(super) fn source(&self) -> impl Source {
        self.clone()
    }

    /// Sets the result of the next read, without a notification.
    pub(super) fn put(&self, value: T) {
        *self.0.value.lock().unwrap() = value;
    }

    /// Sets another result and notifies the engine.
    pub(super) fn turn(&self, value: T) {
        self.put(value);
        self.0.changed.get().unwrap().notify();
    }

    pub(super) fn reads(&self) -> usize {
        self.0.reads.load(Ordering::SeqCst)
    }

    /// Runs on the engine's thread before every read.
    pub(super) fn before_read(&self, hook: impl FnMut() + Send + 'static) {
        *self.0.before_read.lock().unwrap() = Some(Box::new(hook));
    }
}

impl<T: Serialize + Clone + Send + 'static> Source for Tap<T> {
    fn name(&self) -> String {
        "tap".into()
    }

    fn read(&mut self) -> Result<Reading, SourceError> {
        self.0.reads.fetch_add(1, Ordering::SeqCst);
        let hook = self.0.before_read.lock().unwrap().take();
        if let Some(mut hook) = hook {
            hook();
            self.0.before_read.lock().unwrap().get_or_insert(hook);
        }
        let value = self.0.value.lock().unwrap().clone();
        Ok(Reading::values(&value)?)
    }

    fn watch(&mut self, changed: Changed) {
        let _ = self.0.changed.set(changed);
    }
}

/// Blocks threads until it is opened, and counts them.
#[derive(Default)]
pub(super) struct Gate {
    state: Mutex<(bool, usize)>,
    changed: Condvar,
}

impl Gate {
    pub(super) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(super) fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.1 += 1;
        self.changed.notify_all();
        drop(self.changed.wait_timeout_while(state, BOUND, |(open, _)| !*open).unwrap());
    }

    /// Waits until a thread is at the gate, or has passed it.
    #[track_caller]
    pub(super) fn wait_for_one(&self) {
        let state = self.state.lock().unwrap();
        let (_state, late) =
            self.changed.wait_timeout_while(state, BOUND, |(_, arrived)| *arrived == 0).unwrap();
        assert!(!late.timed_out(), "nobody came to the gate");
    }

    pub(super) fn open(&self) {
        self.state.lock().unwrap().0 = true;
        self.changed.notify_all();
    }
}

/// A write that must succeed, with any version.
#[track_caller]
pub(super) fn ok(written: Result<u64, hotswap::Error>) {
    written.unwrap();
}

/// Fails the test if `work` does not end.
#[track_caller]
pub(super) fn ends<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, heard) = channel();
    thread::spawn(move || tell.send(work()));
    hear(&heard, what)
}

#[track_caller]
pub(super) fn hear<T>(heard: &Receiver<T>, what: &str) -> T {
    heard.recv_timeout(BOUND).unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// The arguments of the calls of a callback, in order.
pub(super) struct Log<T>(Mutex<Vec<T>>);

impl<T: Clone> Log<T> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Vec::new())))
    }

    pub(super) fn push(&self, entry: T) {
        self.0.lock().unwrap().push(entry);
    }

    pub(super) fn all(&self) -> Vec<T> {
        self.0.lock().unwrap().clone()
    }

    pub(super) fn last(&self) -> Option<T> {
        self.0.lock().unwrap().last().cloned()
    }

    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}
