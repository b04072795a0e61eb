//! Configuration that changes while the program runs: checked, atomic, observable.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod builder;
mod cell;
mod config;
mod de;
pub mod duration;
mod engine;
mod error;
mod explain;
mod guard;
mod handle;
mod history;
mod issue;
mod keys;
mod load;
mod member;
mod panics;
mod path;
mod resolve;
mod root;
mod rule;
mod ser;
mod shape;
mod snapshot;
mod source;
mod status;
mod subscribe;
mod suggest;
mod sync;
mod value;
mod watch;

pub use builder::Builder;
pub use config::HotConfig;
pub use error::Error;
pub use explain::{Explanation, Given};
pub use guard::{Guard, Ref};
pub use handle::{Handle, WeakHandle};
pub use history::Record;
#[cfg(feature = "derive")]
pub use hotswap_derive::HotConfig;
pub use issue::{Issue, IssueKind, Origin};
pub use path::{AsPath, Path};
pub use rule::CheckError;
pub use snapshot::Cause;
pub use source::{Changed, Reading, Source, SourceError, UnknownKeys, format::Format, priority};
pub use status::{Counts, Health, PendingRestart, SourceStatus, Status, WatcherHealth, WatcherMode};
pub use subscribe::{Change, Closed, FieldChange, Subscription, Watch, WatchRef};
