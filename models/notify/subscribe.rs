//! The sources that are checked.

#[path = "../../hotswap/src/subscribe/notifier.rs"]
mod notifier;
#[path = "../../hotswap/src/subscribe/registry.rs"]
mod registry;
#[path = "../../hotswap/src/subscribe/subscription.rs"]
mod subscription;

pub(crate) use notifier::Notifier;
pub(crate) use registry::{Delivery, Registry, Subscriber, Topic};
pub(crate) use subscription::Subscription;
