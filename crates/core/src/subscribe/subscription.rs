//! The guard of a subscription.

use std::fmt;

use super::{Registry, Subscriber};
use crate::{
    process::Process,
    sync::{Arc, Weak},
};

/// The interface of a prepare hook for its subscription.
pub(crate) trait Prepared: Send + Sync {
    /// Removes the hook.
    fn leave(&self);
    /// Sets the function that is called when a change to which the hook agreed is not published.
    fn on_abort(&self, told: Arc<dyn Fn() + Send + Sync>);
}

/// Keeps a subscription alive: dropping it unsubscribes.
///
/// After the drop has returned, no new call of the callback starts; a running call is not waited for. Dropping it
/// inside its own callback is allowed. It does not keep the handle alive.
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
    process: Process,
    member: Member,
    detached: bool,
}

/// The kind of subscriber.
enum Member {
    Nobody,
    Subscriber(Weak<Registry>, Weak<Subscriber>),
    Hook(Weak<dyn Prepared>),
}

impl Subscription {
    pub(super) fn new(registry: &Arc<Registry>, subscriber: &Arc<Subscriber>) -> Self {
        Self::for_member(Member::Subscriber(Arc::downgrade(registry), Arc::downgrade(subscriber)))
    }

    /// A subscription of a prepare hook.
    pub(crate) fn hook(hook: Weak<dyn Prepared>) -> Self {
        Self::for_member(Member::Hook(hook))
    }

    fn for_member(member: Member) -> Self {
        Self { process: Process::current(), member, detached: false }
    }

    /// An empty subscription.
    pub(crate) fn none() -> Self {
        Self { process: Process::current(), member: Member::Nobody, detached: true }
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

    /// Calls `told` when a change to which a [prepare hook](crate::Handle::prepare) agreed is not published because
    /// another hook refused it, so that prepared resources can be released.
    ///
    /// It runs before the next change is prepared, with the same timeout as the hook. It is also called for a hook
    /// that agreed after the timeout. Only subscriptions of prepare hooks call it.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use std::sync::mpsc::channel;
    ///
    /// let config = Config::hot_load()?;
    /// let (tell, told) = channel();
    /// let agrees = config.prepare(|_| Ok::<_, hotswap::Error>(())).on_abort(move || tell.send("never mind").unwrap());
    /// let refuses = config.prepare(|_| Err("not now"));
    ///
    /// assert!(config.set_rate_limit_max(5).is_err());
    /// assert_eq!(told.recv_timeout(BOUND)?, "never mind");
    /// # drop((agrees, refuses));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_abort(self, told: impl Fn() + Send + Sync + 'static) -> Self {
        if self.process.is_current()
            && let Member::Hook(hook) = &self.member
            && let Some(hook) = hook.upgrade()
        {
            hook.on_abort(Arc::new(told));
        }
        self
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // In a fork nothing is delivered, and the locks may be held by threads that do not exist.
        if self.detached || !self.process.is_current() {
            return;
        }
        match &self.member {
            Member::Nobody => {}
            Member::Subscriber(registry, subscriber) => {
                if let (Some(registry), Some(subscriber)) = (registry.upgrade(), subscriber.upgrade()) {
                    registry.remove(&subscriber);
                }
            }
            Member::Hook(hook) => hook.upgrade().iter().for_each(|hook| hook.leave()),
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subscription")
    }
}
