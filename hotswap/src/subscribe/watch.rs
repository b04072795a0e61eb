//! Waiting for a change in async code, with any runtime.

use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    ops::Deref,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError, Weak},
    task::{Context, Poll, Waker},
};

use futures_core::Stream;

use super::{Delivery, Notifier, Subscription, Topic, delivery::Seen};
use crate::snapshot::{Current, Published};

/// The handle is gone or shut down: nothing will change any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the configuration is closed")]
pub struct Closed;

/// What a [`Watch`] and the notifier share.
#[derive(Default)]
pub(crate) struct Bell(Mutex<Ring>);

#[derive(Default)]
struct Ring {
    closed: bool,
    wakers: Vec<Waker>,
}

impl Bell {
    fn ring(&self, close: bool) {
        let wakers = {
            let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            ring.closed |= close;
            std::mem::take(&mut ring.wakers)
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Leaves the waker; true if the bell will never ring again.
    fn listen(&self, waker: &Waker) -> bool {
        let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !ring.closed && !ring.wakers.iter().any(|known| known.will_wake(waker)) {
            ring.wakers.push(waker.clone());
        }
        ring.closed
    }
}

/// Owned by the registry: when that lets go, there is nothing more to wait for.
struct Ringer(Arc<Bell>);

impl Delivery for Ringer {
    fn deliver(&self) {
        self.0.ring(false);
    }
}

impl Drop for Ringer {
    fn drop(&mut self) {
        self.0.ring(true);
    }
}

/// One field, to be awaited. Needs no particular runtime, and does not keep the handle alive.
///
/// Also a [`Stream`] of the field's new values.
pub struct Watch<F> {
    current: Weak<Current>,
    slot: usize,
    seen: Seen,
    newest: Arc<Published>,
    bell: Arc<Bell>,
    _subscription: Subscription,
    marker: PhantomData<fn() -> F>,
}

impl<F: 'static> Watch<F> {
    pub(crate) fn new(current: &Arc<Current>, notifier: &Notifier, slot: usize) -> Self {
        let newest = current.load_full();
        let bell = Arc::new(Bell::default());
        let ringer = Box::new(Ringer(Arc::clone(&bell)));
        let seen = Seen::of(&newest, slot).expect("a path is only made for a number that exists");
        let subscription =
            notifier.subscribe(vec![Topic::Slot(slot)], ringer, || current.version() != newest.version);
        let current = Arc::downgrade(current);
        Self { current, slot, seen, newest, bell, _subscription: subscription, marker: PhantomData }
    }

    /// Waits until the value differs from the one this watch saw last; earlier changes may be skipped, the last
    /// one never is. Dropping the future loses nothing.
    ///
    /// # Errors
    /// [`Closed`] when the handle is gone or shut down, and the last value has been seen.
    pub fn changed(&mut self) -> impl Future<Output = Result<(), Closed>> + Send + '_ {
        std::future::poll_fn(move |context| self.poll_changed(context))
    }

    fn poll_changed(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        // The waker is left before the value is looked at, so that no change falls between the two.
        let closed = self.bell.listen(context.waker());
        self.refresh();
        if !self.seen.is(&self.newest, self.slot)
            && let Some(seen) = Seen::of(&self.newest, self.slot)
        {
            self.seen = seen;
            return Poll::Ready(Ok(()));
        }
        if closed || self.current.strong_count() == 0 { Poll::Ready(Err(Closed)) } else { Poll::Pending }
    }

    fn refresh(&mut self) {
        if let Some(current) = self.current.upgrade() {
            self.newest = current.load_full();
        }
    }

    /// The value that is there now, whether seen or not.
    pub fn borrow(&self) -> WatchRef<F> {
        let published =
            self.current.upgrade().map_or_else(|| Arc::clone(&self.newest), |current| current.load_full());
        WatchRef { published, slot: self.slot, marker: PhantomData }
    }
}

impl<F: 'static> Stream for Watch<F> {
    type Item = F;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<F>> {
        match self.poll_changed(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(Closed)) => Poll::Ready(None),
            Poll::Ready(Ok(())) => {
                let value =
                    Seen::of(&self.newest, self.slot).and_then(|seen| seen.into_value().downcast().ok());
                Poll::Ready(value.map(|value| *value))
            }
        }
    }
}

// Nothing is pinned: every field may move.
impl<F> Unpin for Watch<F> {}

impl<F: fmt::Debug + 'static> fmt::Debug for Watch<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watch").field(&*self.borrow()).finish()
    }
}

/// A value that a [`Watch`] lends.
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
