//! What a subscriber holds.

use std::fmt;

use super::{Registry, Subscriber};
use crate::sync::{Arc, Weak};

/// Keeps a subscription alive: dropping it unsubscribes.
///
/// After the drop returns no new call of the callback starts, and none is told of anything published later; one
/// that is running is not waited for. Dropping it inside its own callback is fine. It does not keep the handle alive.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let config = Config::hot_load()?;
/// let subscription = config.on_log_level_change(|old, new| println!("{old} -> {new}"));
/// assert_eq!(config.status().counts.subscribers, 1);
/// drop(subscription);
/// assert_eq!(config.status().counts.subscribers, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "dropping a subscription unsubscribes; call `detach` to keep it for the life of the handle"]
pub struct Subscription {
    registry: Weak<Registry>,
    subscriber: Weak<Subscriber>,
    detached: bool,
}

impl Subscription {
    pub(super) fn new(registry: &Arc<Registry>, subscriber: &Arc<Subscriber>) -> Self {
        Self { registry: Arc::downgrade(registry), subscriber: Arc::downgrade(subscriber), detached: false }
    }

    /// Subscribes to nothing.
    pub(crate) fn none() -> Self {
        Self { registry: Weak::new(), subscriber: Weak::new(), detached: true }
    }

    /// Keeps the subscription for the life of the handle, or until it is shut down.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// config.on_log_level_change(|old, new| println!("{old} -> {new}")).detach();
    /// assert_eq!(config.status().counts.subscribers, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
