//! The thread that calls subscribers, and a standby thread for slow callbacks.
//!
//! One worker is the leader and calls one subscriber after the other. If a call takes longer than
//! [`SLOW_CALLBACK_AFTER`] and others wait, the standby worker becomes the leader; the slow one finishes its call and
//! stops leading.

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

/// How long other callbacks wait for a slow one.
const SLOW_CALLBACK_AFTER: Duration = Duration::from_millis(100);

#[derive(Default)]
struct Queue {
    /// Topics whose subscribers have not been looked up yet.
    topics: BTreeSet<Topic>,
    ready: VecDeque<Arc<Subscriber>>,
    /// When the current callback of the leader started.
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
    /// Called when no worker can be spawned.
    on_starved: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

/// Calls subscribers on threads of its own.
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

    /// Sets the function that is called, under the queue's lock, when a worker cannot be started, so that it can
    /// schedule a [`retry`](Self::retry).
    pub(crate) fn on_starved(&self, call: impl Fn() + Send + Sync + 'static) {
        // Set only once, because each notifier has one engine.
        let _ = self.0.on_starved.set(Box::new(call));
    }

    /// Tries again to start a worker. Returns whether no work waits for a worker any more.
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

    /// Starts a worker before there is anything to deliver, for a configuration that cannot retry later.
    pub(crate) fn start_early(&self) {
        let mut queue = self.0.queue.lock();
        if queue.leader.is_none() && !queue.closed {
            queue.leader = start(&self.0, &mut queue, lead);
        }
    }

    /// Registers a delivery. If `moved` reports a change between its "last seen" value and the registration,
    /// it is called for that change; later changes find it registered.
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

    /// Queues topics; never blocks on a callback.
    pub(crate) fn announce(&self, topics: impl IntoIterator<Item = Topic>) {
        // A subscriber that is added after this check detects the change by itself.
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

    /// The number of callbacks that panicked.
    pub(crate) fn panics(&self) -> u64 {
        self.0.panics.load(Ordering::Relaxed)
    }

    pub(crate) fn subscribers(&self) -> usize {
        self.0.registry.len()
    }

    /// No callback starts after this call. The registry is emptied, so that the captured values of callbacks
    /// are dropped.
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

    /// Waits until the workers of a closed notifier have ended, or `bound` has passed. A worker that calls this
    /// from a callback waits for the others only.
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
        // These threads are about to end.
        ended.into_iter().for_each(|worker| drop(worker.join()));
    }
}

/// Starts a worker. If the thread cannot be spawned, the function of [`Notifier::on_starved`] is called, and the next
/// announcement tries again, too.
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

/// Called at the end of a worker.
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
    // Not under the lock: dropping the last reference to a callback may drop anything, even a handle.
    drop_quietly(subscriber);
    let mut queue = shared.queue.lock();
    if queue.leader == Some(thread::current().id()) {
        queue.busy = None;
    }
    put(shared, queue, again)
}

/// Looks up the subscribers of the queued topics.
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

/// Adds to the queue, unless it was closed in the meantime and must not keep callbacks alive.
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
    // No notification is needed: only the leader adds, or a former leader that ends now, which notifies all.
    queue.ready.extend(ready);
    queue
}

/// Watches the leader, and replaces it if it is stuck while others wait.
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
