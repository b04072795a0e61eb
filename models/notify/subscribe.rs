//! The checked source files.

#[path = "../../crates/core/src/subscribe/notifier.rs"]
mod notifier;
#[path = "../../crates/core/src/subscribe/registry.rs"]
mod registry;
#[path = "../../crates/core/src/subscribe/subscription.rs"]
mod subscription;

pub(crate) use notifier::Notifier;
pub(crate) use registry::{Delivery, Registry, Subscriber, Topic};
pub(crate) use subscription::Subscription;
