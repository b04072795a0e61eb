//! The runtime of [hotswap](https://docs.rs/hotswap): sources, load, publish, subscribe, write.
//!
//! Programs use the crate `hotswap`, which re-exports the public items of this crate and adds the secret stores and
//! the command line. The packages of the stores implement [`SecretProvider`], and use [`support`] for everything else.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod backoff;
mod builder;
mod cell;
mod config;
mod de;
mod defaults;
mod describe;
pub mod duration;
mod effective;
mod engine;
mod erased_config;
mod error;
mod examinations;
mod excerpt;
mod explain;
mod generated;
mod guard;
pub mod guide;
mod handle;
mod health;
mod history;
mod issue;
mod json_text;
mod keys;
mod load;
mod member;
mod number;
mod observe;
mod overrides;
mod panics;
mod patch;
mod path;
mod problems;
mod process;
mod report;
mod resolve;
mod revision;
mod rule;
mod save;
mod scan;
mod schema;
mod secret;
pub mod secrets;
mod ser;
mod shape;
mod snapshot;
mod source;
mod state;
mod status;
mod structure;
mod subscribe;
mod suggest;
pub mod support;
mod suppressions;
mod sync;
mod template;
mod timestamp;
mod unknown_keys;
mod value;
mod variables;
mod variant;
mod watch;
mod worker;

pub use builder::{Builder, LastGood};
pub use config::HotConfig;
pub use engine::OverrideConflict;
pub use error::Error;
pub use explain::{Explanation, Explanations, Given};
pub use guard::{Guard, Ref};
pub use handle::{Handle, WeakHandle};
pub use history::Record;
pub use issue::{Issue, IssueKind, Origin};
pub use observe::{Event, Observe};
pub use overrides::Override;
pub use path::{AsPath, OverridePath, Path};
pub use report::Report;
pub use revision::Revision;
pub use rule::CheckError;
pub use scan::ScanCredentials;
pub use secret::{
    Redacted, Secret, SecretValue,
    policy::{PlaintextSecrets, SecretSources},
};
pub use secrets::{SecretProvider, SecretStatus};
pub use snapshot::Cause;
pub use source::{Changed, Reading, Source, SourceError, UnknownKeys, format::Format, priority};
pub use status::{
    Counts, Health, ObserverStatus, PendingRestart, Restart, SourceStatus, StateStatus, Status,
    WatcherHealth, WatcherMode,
};
pub use subscribe::{Change, Closed, FieldChange, Subscription, Watch, WatchRef};
