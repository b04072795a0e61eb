//! Subscribers: which ones are called, when, and what they saw last.
//!
//! A publish passes the numbers of the changed fields to the [`Notifier`] and continues. The notifier's thread
//! looks up the subscribers of those numbers, so that the cost of delivery depends on the changes, not on the
//! number of subscribers. A subscriber has no queue: it is woken, and compares the newest snapshot with what it
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
