//! The subscribers of each topic, and the state of each subscriber: waiting, being called, gone.

use std::collections::{BTreeMap, HashMap};

use crate::{
    panics::{catch_panic, drop_quietly},
    sync::{Arc, AtomicU64, Mutex, Ordering, lock},
};

/// Calls the subscriber if what it watches differs from what it saw last.
///
/// Called by one thread at a time.
pub(crate) trait Delivery: Send + Sync {
    /// `wanted` is called after the current snapshot was read and right before each call of the subscriber, so
    /// that a callback is never called for a version published after it was unsubscribed.
    fn deliver(&self, wanted: &dyn Fn() -> bool);
}

/// A kind of event to which a subscriber can subscribe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Topic {
    /// The field or struct with this number.
    Slot(usize),
    /// Refused reloads.
    ReloadError,
    /// Warnings of `Warn` policies.
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
    /// Whether it is in the queue.
    queued: bool,
    /// Whether it was enqueued again while it was running.
    again: bool,
}

impl Subscriber {
    /// Records that there is an event for it. Returns whether it must be put in the queue now.
    pub(super) fn enqueue(&self) -> bool {
        let mut state = lock(&self.state);
        if state.running {
            state.again = true;
            return false;
        }
        !std::mem::replace(&mut state.queued, true) && !state.removed
    }

    /// Calls it, unless it is gone. Returns whether it must be put in the queue again.
    pub(super) fn call(&self, panics: &AtomicU64) -> bool {
        if !self.begin() {
            return false;
        }
        let wanted = || !lock(&self.state).removed;
        if catch_panic(|| self.delivery.deliver(&wanted)).is_none() {
            panics.fetch_add(1, Ordering::Relaxed);
            log::error!(target: "hotswap", "hotswap: a subscriber panicked; the others go on");
        }
        self.end()
    }

    fn begin(&self) -> bool {
        let mut state = lock(&self.state);
        state.queued = false;
        state.running = !state.removed;
        state.running
    }

    fn end(&self) -> bool {
        let mut state = lock(&self.state);
        state.running = false;
        state.queued = std::mem::take(&mut state.again) && !state.removed;
        state.queued
    }

    fn remove(&self) {
        lock(&self.state).removed = true;
    }
}

/// All subscribers.
#[derive(Default)]
pub(crate) struct Registry {
    members: Mutex<Members>,
    next: AtomicU64,
}

#[derive(Default)]
struct Members {
    by_topic: HashMap<Topic, HashMap<u64, Arc<Subscriber>>>,
    closed: bool,
}

impl Registry {
    /// `None` once the registry is closed; the delivery is dropped then.
    pub(super) fn add(&self, topics: Vec<Topic>, delivery: Box<dyn Delivery>) -> Option<Arc<Subscriber>> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let subscriber = Arc::new(Subscriber { id, topics, delivery, state: Mutex::default() });
        let mut members = lock(&self.members);
        if members.closed {
            // Not under the lock: the last reference drops the captured values of the callback.
            drop(members);
            return None;
        }
        for topic in &subscriber.topics {
            members.by_topic.entry(*topic).or_default().insert(id, Arc::clone(&subscriber));
        }
        drop(members);
        Some(subscriber)
    }

    pub(super) fn remove(&self, subscriber: &Subscriber) {
        subscriber.remove();
        let mut removed = Vec::new();
        {
            let mut members = lock(&self.members);
            for topic in &subscriber.topics {
                removed
                    .extend(members.by_topic.get_mut(topic).and_then(|group| group.remove(&subscriber.id)));
            }
        }
        // The callback may own anything, even a handle, so it is dropped with no lock held.
        drop(removed);
    }

    /// Every subscriber of any of these topics, once, in the order of subscription.
    pub(super) fn subscribers_of(
        &self,
        topics: impl IntoIterator<Item = Topic>,
    ) -> impl Iterator<Item = Arc<Subscriber>> {
        let members = lock(&self.members);
        let groups = topics.into_iter().filter_map(|topic| members.by_topic.get(&topic));
        let found: BTreeMap<_, _> =
            groups.flatten().map(|(id, subscriber)| (*id, Arc::clone(subscriber))).collect();
        drop(members);
        found.into_values()
    }

    pub(super) fn len(&self) -> usize {
        lock(&self.members).by_topic.values().map(HashMap::len).sum()
    }

    /// After this call no subscriber is called, and the captured values of callbacks are dropped.
    pub(super) fn close(&self) {
        let everybody = {
            let mut members = lock(&self.members);
            members.closed = true;
            std::mem::take(&mut members.by_topic)
        };
        let everybody: Vec<_> = everybody.into_values().flat_map(HashMap::into_values).collect();
        everybody.iter().for_each(|subscriber| subscriber.remove());
        everybody.into_iter().for_each(drop_quietly);
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
