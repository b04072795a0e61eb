//! Subscribers: who is told, when, and what they saw last.
//!
//! A publish leaves the numbers of what changed with the [`Notifier`] and goes on. The notifier's thread looks up
//! who subscribed to those numbers, so that delivery costs what changed, not how many subscribers there are.
//! A subscriber has no queue: it is told that there is something, and compares the newest snapshot with what it
//! saw last. So memory is bounded by the number of subscribers, and the last value always arrives.

mod delivery;
mod notifier;
mod pattern;
mod watch;

use std::{fmt, sync::Weak};

pub use delivery::Change;
pub(crate) use delivery::{Delivery, FieldDelivery, ReportDelivery, Reports, Seen, WholeDelivery};
pub(crate) use notifier::{Notifier, Subscriber, Topic};
pub use pattern::FieldChange;
pub(crate) use pattern::{Pattern, PatternDelivery};
pub use watch::{Closed, Watch, WatchRef};

/// Keeps a subscription alive: dropping it unsubscribes.
///
/// After the drop returns no new call of the callback starts; one that is running is not waited for. Dropping it
/// inside its own callback is fine.
#[must_use = "dropping a subscription unsubscribes; call `detach` to keep it for the life of the handle"]
pub struct Subscription {
    registry: Weak<notifier::Registry>,
    subscriber: Weak<Subscriber>,
    detached: bool,
}

impl Subscription {
    pub(crate) fn new(registry: Weak<notifier::Registry>, subscriber: Weak<Subscriber>) -> Self {
        Self { registry, subscriber, detached: false }
    }

    /// Subscribes to nothing.
    pub(crate) fn none() -> Self {
        Self::new(Weak::new(), Weak::new())
    }

    /// Keeps the subscription for the life of the handle.
    pub fn detach(mut self) {
        self.detached = true;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if self.detached {
            return;
        }
        if let (Some(registry), Some(subscriber)) = (self.registry.upgrade(), self.subscriber.upgrade()) {
            registry.remove(&subscriber);
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subscription")
    }
}
