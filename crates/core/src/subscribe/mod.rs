//! Subscribers: who is told, when, and what they saw last.
//!
//! A publish leaves the numbers of what changed with the [`Notifier`] and goes on. The notifier's thread looks up
//! who subscribed to those numbers, so that delivery costs what changed, not how many subscribers there are.
//! A subscriber has no queue: it is told that there is something, and compares the newest snapshot with what it
//! saw last. So memory is bounded by the number of subscribers, and the last value always arrives.

mod delivery;
mod notifier;
mod pattern;
mod registry;
#[cfg(test)]
mod registry_tests;
mod subscription;
mod watch;

pub use delivery::Change;
pub(crate) use delivery::{FieldDelivery, LastSeen, LatestReport, ReportDelivery, WholeDelivery};
pub(crate) use notifier::Notifier;
pub use pattern::FieldChange;
pub(crate) use pattern::Shown;
pub(crate) use pattern::{Pattern, PatternDelivery};
pub(crate) use registry::{Delivery, Registry, Subscriber, Topic};
pub(crate) use subscription::Prepared;
pub use subscription::Subscription;
pub use watch::{Closed, Watch, WatchRef};
