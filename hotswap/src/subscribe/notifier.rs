//! The thread that calls subscribers, and the one that stands by in case a callback is slow.
//!
//! One worker leads and calls one subscriber after the other. If a call takes longer than [`PATIENCE`] and others
//! wait, the worker that stands by takes the lead; the slow one finishes its call and steps back.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

use super::{Delivery, Subscription};

/// How long the others wait for a slow callback.
const PATIENCE: Duration = Duration::from_millis(100);

/// What a subscriber is told about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Topic {
    /// The field or struct with this number.
    Slot(usize),
    /// Refused reloads.
    ReloadError,
    /// What `Warn` policies found.
    Warning,
}

/// One callback, and whether it is being called.
pub(crate) struct Subscriber {
    id: u64,
    topics: Vec<Topic>,
    delivery: Box<dyn Delivery>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    removed: bool,
    running: bool,
    /// Stands in the queue.
    queued: bool,
    /// Something came up while it was running.
    again: bool,
}

/// Everybody who subscribed.
pub(crate) struct Registry {
    by_topic: Mutex<HashMap<Topic, HashMap<u64, Arc<Subscriber>>>>,
    next: AtomicU64,
    panics: AtomicU64,
}

#[derive(Default)]
struct Queue {
    /// What happened and has not been looked up yet.
    topics: BTreeSet<Topic>,
    ready: VecDeque<Arc<Subscriber>>,
    /// Since when the leader is inside a callback.
    busy: Option<Instant>,
    /// Changes with every call, so that the one standing by knows whether it is still the same.
    call: u64,
    leader: Option<ThreadId>,
    standby: bool,
    workers: usize,
    closed: bool,
}

impl Queue {
    fn waiting(&self) -> bool {
        !self.ready.is_empty() || !self.topics.is_empty()
    }
}

struct Shared {
    registry: Arc<Registry>,
    queue: Mutex<Queue>,
    changed: Condvar,
}

/// Tells subscribers what happened, on threads of its own.
pub(crate) struct Notifier(Arc<Shared>);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Registry {
    pub(crate) fn remove(&self, subscriber: &Arc<Subscriber>) {
        lock(&subscriber.state).removed = true;
        let mut removed = Vec::new();
        {
            let mut by_topic = lock(&self.by_topic);
            for topic in &subscriber.topics {
                removed.extend(by_topic.get_mut(topic).and_then(|group| group.remove(&subscriber.id)));
            }
        }
        // The callback may own anything, even a handle: it is dropped with no lock held.
        drop(removed);
    }

    fn of(&self, topic: Topic) -> Vec<Arc<Subscriber>> {
        let by_topic = lock(&self.by_topic);
        let mut group: Vec<_> = by_topic.get(&topic).into_iter().flat_map(HashMap::values).cloned().collect();
        group.sort_unstable_by_key(|subscriber| subscriber.id);
        group
    }
}

impl Notifier {
    pub(crate) fn new() -> Self {
        let registry =
            Registry { by_topic: Mutex::default(), next: AtomicU64::new(0), panics: AtomicU64::new(0) };
        Self(Arc::new(Shared {
            registry: Arc::new(registry),
            queue: Mutex::default(),
            changed: Condvar::new(),
        }))
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
        let id = registry.next.fetch_add(1, Ordering::Relaxed);
        let subscriber = Arc::new(Subscriber { id, topics, delivery, state: Mutex::default() });
        {
            let mut by_topic = lock(&registry.by_topic);
            for topic in &subscriber.topics {
                by_topic.entry(*topic).or_default().insert(id, Arc::clone(&subscriber));
            }
        }
        if moved() && enqueue(&subscriber) {
            self.wake(|queue| queue.ready.push_back(Arc::clone(&subscriber)));
        }
        Subscription::new(Arc::downgrade(registry), Arc::downgrade(&subscriber))
    }

    /// Leaves word of what happened; never blocks on a callback.
    pub(crate) fn announce(&self, topics: impl IntoIterator<Item = Topic>) {
        self.wake(|queue| queue.topics.extend(topics));
    }

    fn wake(&self, add: impl FnOnce(&mut Queue)) {
        let mut queue = lock(&self.0.queue);
        if queue.closed {
            return;
        }
        add(&mut queue);
        if queue.workers == 0 {
            spawn(&self.0, &mut queue, lead);
        } else if queue.busy.is_some() {
            ensure_standby(&self.0, &mut queue);
        }
        self.0.changed.notify_all();
    }

    pub(crate) fn panics(&self) -> u64 {
        self.0.registry.panics.load(Ordering::Relaxed)
    }

    pub(crate) fn subscribers(&self) -> usize {
        lock(&self.0.registry.by_topic).values().map(HashMap::len).sum()
    }

    /// No callback starts after this. The registry is emptied, so that nothing keeps what callbacks own.
    pub(crate) fn close(&self) {
        let unheard = {
            let mut queue = lock(&self.0.queue);
            queue.closed = true;
            queue.topics.clear();
            std::mem::take(&mut queue.ready)
        };
        self.0.changed.notify_all();
        let everybody = std::mem::take(&mut *lock(&self.0.registry.by_topic));
        everybody
            .values()
            .flat_map(HashMap::values)
            .for_each(|subscriber| lock(&subscriber.state).removed = true);
        drop((unheard, everybody));
    }

    /// Waits until the workers are gone, or `bound` has passed.
    pub(crate) fn join(&self, bound: Duration) {
        let deadline = Instant::now() + bound;
        let mut queue = lock(&self.0.queue);
        let own = usize::from(is_worker());
        while queue.workers > own {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else { return };
            queue = self.0.changed.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

thread_local! {
    static WORKER: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether the caller runs inside a callback.
pub(crate) fn is_worker() -> bool {
    WORKER.get()
}

/// Starts a worker; if the system has no thread to give, the next announcement tries again.
fn spawn(shared: &Arc<Shared>, queue: &mut Queue, work: fn(&Arc<Shared>)) -> bool {
    let owned = Arc::clone(shared);
    let run = move || {
        WORKER.set(true);
        work(&owned);
        lock(&owned.queue).workers -= 1;
        owned.changed.notify_all();
    };
    let started = thread::Builder::new().name("hotswap-notify".into()).spawn(run);
    queue.workers += usize::from(started.is_ok());
    if let Err(error) = &started {
        log::error!("hotswap: no thread for subscribers, they wait for the next change: {error}");
    }
    started.is_ok()
}

fn ensure_standby(shared: &Arc<Shared>, queue: &mut Queue) {
    if !queue.standby {
        queue.standby = spawn(shared, queue, stand_by);
    }
}

/// Calls subscribers until the notifier closes or another worker has taken the lead.
fn lead(shared: &Arc<Shared>) {
    let me = thread::current().id();
    let mut queue = lock(&shared.queue);
    queue.leader = Some(me);
    loop {
        if queue.closed || queue.leader != Some(me) {
            return;
        }
        if let Some(subscriber) = queue.ready.pop_front() {
            queue.busy = Some(Instant::now());
            queue.call += 1;
            if queue.waiting() {
                ensure_standby(shared, &mut queue);
            }
            shared.changed.notify_all();
            drop(queue);
            call(shared, &subscriber);
            // The last owner of a callback may drop anything, even a handle: never under the lock.
            drop(subscriber);
            queue = lock(&shared.queue);
            if queue.leader == Some(me) {
                queue.busy = None;
            }
        } else if queue.topics.is_empty() {
            queue = shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        } else {
            let topics = std::mem::take(&mut queue.topics);
            drop(queue);
            let told = topics.into_iter().flat_map(|topic| shared.registry.of(topic));
            let ready: Vec<_> = told.filter(|subscriber| enqueue(subscriber)).collect();
            queue = lock(&shared.queue);
            queue.ready.extend(ready);
        }
    }
}

/// Whether the subscriber must be put in the queue now.
fn enqueue(subscriber: &Subscriber) -> bool {
    let mut state = lock(&subscriber.state);
    if state.running {
        state.again = true;
        return false;
    }
    !std::mem::replace(&mut state.queued, true) && !state.removed
}

fn call(shared: &Shared, subscriber: &Arc<Subscriber>) {
    {
        let mut state = lock(&subscriber.state);
        state.queued = false;
        if state.removed {
            return;
        }
        state.running = true;
    }
    if catch_unwind(AssertUnwindSafe(|| subscriber.delivery.deliver())).is_err() {
        shared.registry.panics.fetch_add(1, Ordering::Relaxed);
        log::error!("hotswap: a subscriber panicked; the others go on");
    }
    let again = {
        let mut state = lock(&subscriber.state);
        state.running = false;
        let again = std::mem::take(&mut state.again) && !state.removed;
        state.queued |= again;
        again
    };
    if again {
        lock(&shared.queue).ready.push_back(Arc::clone(subscriber));
        shared.changed.notify_all();
    }
}

/// Watches the leader, and takes the lead when it is stuck while others wait.
fn stand_by(shared: &Arc<Shared>) {
    let mut queue = lock(&shared.queue);
    loop {
        if queue.closed {
            return;
        }
        let Some(since) = queue.busy.filter(|_| queue.waiting()) else {
            queue = shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        let call = queue.call;
        match (since + PATIENCE).checked_duration_since(Instant::now()) {
            Some(left) if !left.is_zero() => {
                queue = shared.changed.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
            }
            _ if queue.call == call => {
                queue.standby = false;
                queue.busy = None;
                queue.leader = Some(thread::current().id());
                drop(queue);
                return lead(shared);
            }
            _ => {}
        }
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Registry")
    }
}

impl std::fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscriber")
            .field("id", &self.id)
            .field("topics", &self.topics)
            .finish_non_exhaustive()
    }
}
