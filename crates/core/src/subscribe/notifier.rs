//! The thread that calls subscribers, and the one that stands by in case a callback is slow.
//!
//! One worker leads and calls one subscriber after the other. If a call takes longer than [`SLOW_CALLBACK_AFTER`] and others
//! wait, the worker that stands by takes the lead; the slow one finishes its call and steps back.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::OnceLock,
    time::Duration,
};

use super::{
    Subscription,
    registry::{Delivery, Registry, Subscriber, Topic},
};
use crate::{
    panics::{catch_panic, drop_quietly},
    sync::{
        Arc, AtomicU64, Instant, Monitor, MutexGuard, Ordering,
        thread::{self, JoinHandle, ThreadId},
    },
};

/// How long the others wait for a slow callback.
const SLOW_CALLBACK_AFTER: Duration = Duration::from_millis(100);

#[derive(Default)]
struct Queue {
    /// What happened and has not been looked up yet.
    topics: BTreeSet<Topic>,
    ready: VecDeque<Arc<Subscriber>>,
    /// Since when the leader is inside a callback.
    busy: Option<Instant>,
    leader: Option<ThreadId>,
    standby: bool,
    workers: HashMap<ThreadId, JoinHandle<()>>,
    /// Workers that have ended since the queue was closed.
    ended: Vec<JoinHandle<()>>,
    /// Workers whose callbacks wait for the other workers.
    leaving: usize,
    /// The system had no thread for a worker.
    starved: bool,
    closed: bool,
}

impl Queue {
    fn waiting(&self) -> bool {
        !self.ready.is_empty() || !self.topics.is_empty()
    }
}

struct Shared {
    registry: Arc<Registry>,
    queue: Monitor<Queue>,
    panics: AtomicU64,
    /// Called when a worker cannot be started.
    on_starved: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

/// Tells subscribers what happened, on threads of its own.
pub(crate) struct Notifier(Arc<Shared>);

impl Notifier {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Shared {
            registry: Arc::default(),
            queue: Monitor::default(),
            panics: AtomicU64::new(0),
            on_starved: OnceLock::new(),
        }))
    }

    /// `call` is called, under the queue's lock, when a worker cannot be started: somebody has to [`retry`](Self::retry).
    pub(crate) fn on_starved(&self, call: impl Fn() + Send + Sync + 'static) {
        // There is one engine for each notifier.
        let _ = self.0.on_starved.set(Box::new(call));
    }

    /// Starts the worker that could not be started. Returns whether nothing waits for one any more.
    pub(crate) fn retry(&self) -> bool {
        let mut queue = self.0.queue.lock();
        if queue.starved && !queue.closed {
            let waiting = queue.waiting();
            match queue.leader {
                None if waiting => queue.leader = start(&self.0, &mut queue, lead),
                Some(_) if waiting && queue.busy.is_some() => ensure_standby(&self.0, &mut queue),
                _ => queue.starved = false,
            }
        }
        !queue.starved || queue.closed
    }

    /// Starts a worker before there is anything to deliver, for a configuration in which nobody could retry later.
    pub(crate) fn start_early(&self) {
        let mut queue = self.0.queue.lock();
        if queue.leader.is_none() && !queue.closed {
            queue.leader = start(&self.0, &mut queue, lead);
        }
    }

    /// Registers a delivery. If something happened between the moment it took for "last seen" and now, which
    /// `moved` tells, it is called for that; whatever happens later finds it registered.
    pub(crate) fn subscribe(
        &self,
        topics: Vec<Topic>,
        delivery: Box<dyn Delivery>,
        moved: impl FnOnce() -> bool,
    ) -> Subscription {
        let registry = &self.0.registry;
        let Some(subscriber) = registry.add(topics, delivery) else { return Subscription::none() };
        let subscription = Subscription::new(registry, &subscriber);
        if moved() && subscriber.enqueue() {
            self.wake(|queue| queue.ready.push_back(subscriber));
        }
        subscription
    }

    /// Leaves word of what happened; never blocks on a callback.
    pub(crate) fn announce(&self, topics: impl IntoIterator<Item = Topic>) {
        // Whoever subscribes after this look finds out by itself that something happened.
        if self.subscribers() > 0 {
            self.wake(|queue| queue.topics.extend(topics));
        }
    }

    fn wake(&self, add: impl FnOnce(&mut Queue)) {
        let mut queue = self.0.queue.lock();
        if queue.closed {
            return;
        }
        add(&mut queue);
        if queue.leader.is_none() {
            queue.leader = start(&self.0, &mut queue, lead);
        } else if queue.busy.is_some() {
            ensure_standby(&self.0, &mut queue);
        }
        self.0.queue.notify_all();
    }

    /// How many callbacks panicked.
    pub(crate) fn panics(&self) -> u64 {
        self.0.panics.load(Ordering::Relaxed)
    }

    pub(crate) fn subscribers(&self) -> usize {
        self.0.registry.len()
    }

    /// No callback starts after this. The registry is emptied, so that nothing keeps what callbacks own.
    pub(crate) fn close(&self) {
        let unheard = {
            let mut queue = self.0.queue.lock();
            queue.closed = true;
            queue.topics.clear();
            std::mem::take(&mut queue.ready)
        };
        self.0.queue.notify_all();
        self.0.registry.close();
        unheard.into_iter().for_each(drop_quietly);
    }

    /// Waits until the workers of a closed notifier are gone, or `bound` has passed. A worker that calls this from
    /// a callback waits for the others only.
    pub(crate) fn join(&self, bound: Duration) {
        let start = Instant::now();
        let mut queue = self.0.queue.lock();
        let own = usize::from(queue.workers.contains_key(&thread::current().id()));
        queue.leaving += own;
        self.0.queue.notify_all();
        while queue.workers.len() > queue.leaving && start.elapsed() < bound {
            queue = self.0.queue.wait(queue, Some(bound.saturating_sub(start.elapsed())));
        }
        queue.leaving -= own;
        let ended = std::mem::take(&mut queue.ended);
        drop(queue);
        // They are past everything but their own end.
        ended.into_iter().for_each(|worker| drop(worker.join()));
    }
}

/// Starts a worker. If the system has no thread for it, whoever waits for [`Notifier::on_starved`] is called, and the next
/// announcement tries again too.
fn start(shared: &Arc<Shared>, queue: &mut Queue, work: fn(&Arc<Shared>)) -> Option<ThreadId> {
    let owned = Arc::clone(shared);
    let run = move || {
        let _ = catch_panic(|| work(&owned));
        leave(&owned);
    };
    match thread::Builder::new().name("hotswap-notify".into()).spawn(run) {
        Ok(handle) => {
            let id = handle.thread().id();
            queue.workers.insert(id, handle);
            queue.starved = false;
            Some(id)
        }
        Err(error) => {
            if !std::mem::replace(&mut queue.starved, true) {
                log::error!(target: "hotswap", "hotswap: cannot spawn a thread for subscribers, trying again: {error}");
                shared.on_starved.get().into_iter().for_each(|call| call());
            }
            None
        }
    }
}

/// The end of a worker.
fn leave(shared: &Shared) {
    let id = thread::current().id();
    let mut queue = shared.queue.lock();
    queue.leader = queue.leader.filter(|leader| *leader != id);
    let me = queue.workers.remove(&id);
    if queue.closed {
        queue.ended.extend(me);
    }
    shared.queue.notify_all();
}

fn ensure_standby(shared: &Arc<Shared>, queue: &mut Queue) {
    if !queue.standby {
        queue.standby = start(shared, queue, stand_by).is_some();
    }
}

/// Calls subscribers until the notifier closes or another worker has taken the lead.
fn lead(shared: &Arc<Shared>) {
    let me = Some(thread::current().id());
    let mut queue = shared.queue.lock();
    while !queue.closed && queue.leader == me {
        if let Some(subscriber) = queue.ready.pop_front() {
            queue = call(shared, queue, subscriber);
        } else if queue.topics.is_empty() {
            queue = shared.queue.wait(queue, None);
        } else {
            queue = look_up(shared, queue);
        }
    }
}

fn call<'q>(
    shared: &'q Arc<Shared>,
    mut queue: MutexGuard<'q, Queue>,
    subscriber: Arc<Subscriber>,
) -> MutexGuard<'q, Queue> {
    queue.busy = Some(Instant::now());
    if queue.waiting() {
        ensure_standby(shared, &mut queue);
        shared.queue.notify_all();
    }
    drop(queue);
    let again = subscriber.call(&shared.panics).then(|| Arc::clone(&subscriber));
    // The last owner of a callback may drop anything, even a handle: never under the lock.
    drop_quietly(subscriber);
    let mut queue = shared.queue.lock();
    if queue.leader == Some(thread::current().id()) {
        queue.busy = None;
    }
    put(shared, queue, again)
}

/// Finds who subscribed to what happened.
fn look_up<'q>(shared: &'q Shared, mut queue: MutexGuard<'q, Queue>) -> MutexGuard<'q, Queue> {
    let topics = std::mem::take(&mut queue.topics);
    drop(queue);
    let mut ready = Vec::new();
    for subscriber in shared.registry.subscribers_of(topics) {
        if subscriber.enqueue() {
            ready.push(subscriber);
        } else {
            drop_quietly(subscriber);
        }
    }
    put(shared, shared.queue.lock(), ready)
}

/// Adds to the queue, unless it was closed meanwhile: then nothing may keep what callbacks own.
fn put<'q>(
    shared: &'q Shared,
    mut queue: MutexGuard<'q, Queue>,
    ready: impl IntoIterator<Item = Arc<Subscriber>>,
) -> MutexGuard<'q, Queue> {
    if queue.closed {
        drop(queue);
        ready.into_iter().for_each(drop_quietly);
        return shared.queue.lock();
    }
    // Nobody need be told: it is the leader that adds, or one that was and ends now, which all are told.
    queue.ready.extend(ready);
    queue
}

/// Watches the leader, and takes the lead when it is stuck while others wait.
fn stand_by(shared: &Arc<Shared>) {
    let mut queue = shared.queue.lock();
    while !queue.closed {
        let since = queue.busy.filter(|_| queue.waiting());
        match since.map(|since| SLOW_CALLBACK_AFTER.saturating_sub(since.elapsed())) {
            Some(Duration::ZERO) => {
                queue.standby = false;
                queue.busy = None;
                queue.leader = Some(thread::current().id());
                drop(queue);
                return lead(shared);
            }
            left => queue = shared.queue.wait(queue, left),
        }
    }
}
