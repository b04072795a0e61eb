//! Waiting for a change in async code, with any runtime.

use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    ops::Deref,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use futures_core::Stream;

use super::{Delivery, Notifier, Subscription, Topic, delivery::LastSeen};
use crate::{
    process::Process,
    snapshot::{Current, Published},
    sync::lock,
};

/// The handle was dropped or shut down, or this is a fork of the process that loaded it: there will be no more
/// changes.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let config = Config::hot_load()?;
/// let mut level = config.watch(Config::paths().log_level());
/// drop(config);
/// assert_eq!(block_on(level.changed()), Err(hotswap::Closed));
/// assert_eq!(*level.borrow(), "info");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the configuration is closed")]
pub struct Closed;

/// The state that a [`Watch`] and the notifier share.
#[derive(Default)]
pub(crate) struct WakerCell(Mutex<WakerState>);

#[derive(Default)]
struct WakerState {
    closed: bool,
    /// A watch is polled by one task at a time, so only the last waker is kept.
    waker: Option<Waker>,
}

impl WakerCell {
    fn wake(&self, close: bool) {
        let waker = {
            let mut state = lock(&self.0);
            state.closed |= close;
            state.waker.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }

    /// Stores the waker. Returns whether it will never be woken again.
    fn register(&self, waker: &Waker) -> bool {
        // Wakers run code of the async runtime, so they are cloned and dropped with no lock held.
        let mut waker = Some(waker.clone());
        let mut state = lock(&self.0);
        if !state.closed {
            std::mem::swap(&mut state.waker, &mut waker);
        }
        let closed = state.closed;
        drop(state);
        closed
    }
}

/// Owned by the registry: when it is dropped, there will be no more changes.
struct WakeOnChange(Arc<WakerCell>);

impl Delivery for WakeOnChange {
    fn deliver(&self, _wanted: &dyn Fn() -> bool) {
        self.0.wake(false);
    }
}

impl Drop for WakeOnChange {
    fn drop(&mut self) {
        self.0.wake(true);
    }
}

/// Waits for changes of one field in async code; from [`Handle::watch`](crate::Handle::watch). Needs no particular
/// runtime, and does not keep the handle alive.
///
/// Also a [`Stream`] of the field's new values.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let config = Config::hot_load()?;
/// let mut max = config.watch(Config::paths().rate_limit().max());
/// config.set_rate_limit_max(5)?;
/// config.set_rate_limit_max(6)?;
/// block_on(max.changed())?;
/// assert_eq!(*max.borrow(), 6); // 5 was skipped
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Watch<F> {
    /// Only the data for readers, which does not keep the configuration running: the last value stays
    /// readable.
    current: Arc<Current>,
    process: Process,
    slot: usize,
    seen: LastSeen,
    waker_cell: Arc<WakerCell>,
    _subscription: Subscription,
    marker: PhantomData<fn() -> F>,
}

impl<F: 'static> Watch<F> {
    /// Without a notifier it is closed from the start.
    pub(crate) fn new(
        current: &Arc<Current>,
        process: Process,
        notifier: Option<&Notifier>,
        slot: usize,
    ) -> Self {
        let now = current.load_full();
        let waker_cell = Arc::new(WakerCell::default());
        let delivery = Box::new(WakeOnChange(Arc::clone(&waker_cell)));
        let seen = LastSeen::new(&now, slot).expect("a path is only made for a number that exists");
        let moved = || current.version() != now.version;
        let subscribe = |notifier: &Notifier| notifier.subscribe(vec![Topic::Slot(slot)], delivery, moved);
        let subscription = notifier.map_or_else(Subscription::none, subscribe);
        let current = Arc::clone(current);
        Self { current, process, slot, seen, waker_cell, _subscription: subscription, marker: PhantomData }
    }

    /// Waits until the value differs from the one that this watch saw last. Intermediate changes may be
    /// skipped, but never the last one. Dropping the future loses no change.
    ///
    /// The value at the creation of the watch counts as seen. See [`Watch`] for an example.
    ///
    /// # Errors
    /// [`Closed`] if the handle was dropped or shut down, and the last value has been seen; also in a fork of the
    /// process that loaded the configuration.
    pub fn changed(&mut self) -> impl Future<Output = Result<(), Closed>> + Send + '_ {
        std::future::poll_fn(move |context| self.poll_changed(context))
    }

    fn poll_changed(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        self.poll_next_version(context).map(|changed| changed.map(drop).ok_or(Closed))
    }

    /// The version in which the value differs; `None` if there will be no more changes.
    fn poll_next_version(&mut self, context: &mut Context<'_>) -> Poll<Option<Arc<Published>>> {
        // The waker is stored before the value is read, so that no change is missed in between.
        let closed = !self.process.is_current() || self.waker_cell.register(context.waker());
        let now = self.current.load_full();
        if !self.seen.is(&now, self.slot)
            && let Some(seen) = LastSeen::new(&now, self.slot)
        {
            self.seen = seen;
            return Poll::Ready(Some(now));
        }
        if closed { Poll::Ready(None) } else { Poll::Pending }
    }

    /// The current value. Reading it does not mark it as seen; only [`changed`](Self::changed) does.
    pub fn borrow(&self) -> WatchRef<F> {
        WatchRef { published: self.current.load_full(), slot: self.slot, marker: PhantomData }
    }
}

impl<F: 'static> Stream for Watch<F> {
    type Item = F;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<F>> {
        let slot = self.slot;
        self.poll_next_version(context).map(|now| {
            let value = LastSeen::new(&*now?, slot)?.into_value().downcast().ok()?;
            Some(*value)
        })
    }
}

// Nothing is pinned: every field may move.
impl<F> Unpin for Watch<F> {}

impl<F: fmt::Debug + 'static> fmt::Debug for Watch<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watch").field(&*self.borrow()).finish()
    }
}

/// A value that a [`Watch`] lends. `Send`; it keeps its version in memory for as long as it is held.
pub struct WatchRef<F> {
    published: Arc<Published>,
    slot: usize,
    marker: PhantomData<fn() -> F>,
}

impl<F: 'static> Deref for WatchRef<F> {
    type Target = F;

    fn deref(&self) -> &F {
        self.published.get(self.slot)
    }
}

impl<F: fmt::Debug + 'static> fmt::Debug for WatchRef<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<F: fmt::Display + 'static> fmt::Display for WatchRef<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}
