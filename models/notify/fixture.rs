//! A published number, and its subscribers.

use std::time::Duration;

use crate::{
    subscribe::{Delivery, Notifier, Subscription, Topic},
    sync::{Arc, AtomicU64, Monitor, Mutex, Ordering, lock, thread},
};

const TOPIC: Topic = Topic::Slot(0);

pub(crate) struct Fixture {
    current: Arc<AtomicU64>,
    writer: Mutex<()>,
    pub(crate) notifier: Notifier,
    pub(crate) mistake: Mistake,
}

/// The bugs that the model must find.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mistake {
    None,
    AnnounceBeforePublish,
    NoSecondLookOnSubscribing,
    CallWithoutAsking,
}

impl Fixture {
    pub(crate) fn new() -> Arc<Self> {
        Self::with(Mistake::None)
    }

    pub(crate) fn with(mistake: Mistake) -> Arc<Self> {
        let current = Arc::new(AtomicU64::new(0));
        Arc::new(Self { current, writer: Mutex::new(()), notifier: Notifier::new(), mistake })
    }

    pub(crate) fn version(&self) -> u64 {
        self.current.load(Ordering::SeqCst)
    }

    pub(crate) fn publish(&self, version: u64) {
        let _one_at_a_time = lock(&self.writer);
        if self.mistake == Mistake::AnnounceBeforePublish {
            self.notifier.announce([TOPIC]);
        }
        self.current.store(version, Ordering::SeqCst);
        if self.mistake != Mistake::AnnounceBeforePublish {
            self.notifier.announce([TOPIC]);
        }
    }

    /// Publishes up to `last` on a thread of its own.
    pub(crate) fn publishing(self: &Arc<Self>, last: u64) -> thread::JoinHandle<()> {
        let fixture = Arc::clone(self);
        thread::spawn(move || (1..=last).for_each(|version| fixture.publish(version)))
    }

    pub(crate) fn subscribe(&self, ear: &Arc<Ear>) -> Subscription {
        self.subscribe_with(ear, |_| ())
    }

    pub(crate) fn subscribe_with(
        &self,
        ear: &Arc<Ear>,
        callback: impl Fn(u64) + Send + Sync + 'static,
    ) -> Subscription {
        let now = self.version();
        ear.begin(now);
        let delivery = Listening {
            current: Arc::clone(&self.current),
            last: Mutex::new(now),
            ear: Arc::clone(ear),
            callback,
            asks: self.mistake != Mistake::CallWithoutAsking,
        };
        let looks = self.mistake != Mistake::NoSecondLookOnSubscribing;
        self.notifier.subscribe(vec![TOPIC], Box::new(delivery), || looks && self.version() != now)
    }

    pub(crate) fn end(&self) {
        self.notifier.close();
        self.join();
    }

    pub(crate) fn join(&self) {
        self.notifier.join(Duration::from_secs(1));
    }
}

/// Like the delivery of fields.
struct Listening<C> {
    current: Arc<AtomicU64>,
    last: Mutex<u64>,
    ear: Arc<Ear>,
    callback: C,
    asks: bool,
}

impl<C: Fn(u64) + Send + Sync> Delivery for Listening<C> {
    fn deliver(&self, wanted: &dyn Fn() -> bool) {
        let now = self.current.load(Ordering::SeqCst);
        let mut last = lock(&self.last);
        if *last == now || (self.asks && !wanted()) {
            return;
        }
        *last = now;
        self.ear.hear(now);
        let _inside = Inside::of(&self.ear);
        (self.callback)(now);
    }
}

/// The values that one subscriber received.
#[derive(Default)]
pub(crate) struct Ear {
    state: Monitor<Heard>,
    inside: AtomicU64,
}

#[derive(Default)]
struct Heard {
    last: Option<u64>,
    limit: Option<u64>,
}

impl Ear {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    fn begin(&self, version: u64) {
        self.state.lock().last = Some(version);
        self.state.notify_all();
    }

    fn hear(&self, version: u64) {
        let mut heard = self.state.lock();
        if heard.last >= Some(version) {
            fail(format!("{version} was delivered after {:?}", heard.last));
        }
        if heard.limit.is_some_and(|limit| version > limit) {
            fail(format!("{version} was delivered after the end of the subscription"));
        }
        heard.last = Some(version);
        drop(heard);
        self.state.notify_all();
    }

    pub(crate) fn is_there(&self) -> bool {
        self.state.lock().last.is_some()
    }

    /// Blocks forever if the value never arrives.
    pub(crate) fn wait_for(&self, version: u64) {
        let mut heard = self.state.lock();
        while heard.last < Some(version) {
            heard = self.state.wait(heard, None);
        }
    }

    pub(crate) fn hears_nothing_after(&self, version: u64) {
        self.state.lock().limit = Some(version);
    }
}

/// One call at a time.
struct Inside<'e>(&'e Ear);

impl<'e> Inside<'e> {
    fn of(ear: &'e Ear) -> Self {
        if ear.inside.fetch_add(1, Ordering::SeqCst) > 0 {
            fail("two calls of one subscriber at a time".to_owned());
        }
        Self(ear)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Panics in callbacks are caught, so a violation is reported to the thread that runs the model.
fn fail(what: String) {
    FAILURES.with(|failures| failures.borrow_mut().push(what));
}

std::thread_local! {
    // All threads of a model run on one system thread.
    static FAILURES: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
}

pub(crate) fn failures() -> Vec<String> {
    FAILURES.with(|failures| failures.borrow_mut().drain(..).collect())
}
