//! Typed configuration that changes while the program runs.
//!
//! A struct is the schema: its fields, with their types, defaults and rules. Files, environment variables and
//! sources of the program are layered over the defaults, and watched. A change is read whole, merged, decoded and
//! validated. Then one atomic step publishes it to every reader, or it is refused with a report of everything that
//! is wrong and nothing changes. Whoever subscribed to a value that changed is told, with old and new.
//!
//! Start with the [guide]: [getting started](guide::getting_started), then [loading](guide::loading),
//! [reading](guide::reading), [reacting](guide::reacting), [gates](guide::gates), [history](guide::history),
//! [state](guide::state),
//! [errors](guide::errors), [files](guide::files), [describing](guide::describing), [testing](guide::testing) and
//! [limits](guide::limits). The attributes are described at the derive macro [`HotConfig`](derive@HotConfig).
//!
//! # The smallest program
//!
//! ```
//! use hotswap::HotConfig;
//!
//! #[derive(serde::Deserialize, HotConfig)]
//! #[hot(file = "app.toml", env = "APP")]
//! struct Config {
//!     #[hot(default = 8080)]
//!     port: u16,
//! }
//!
//! fn main() -> Result<(), hotswap::Error> {
//! #   let folder = tempfile::tempdir().unwrap();
//! #   std::env::set_current_dir(&folder).unwrap();
//! #   std::fs::write("app.toml", "port = 9000").unwrap();
//!     let config = Config::hot_load()?;
//!     let _subscription = config.on_port_change(|old, new| println!("{old} -> {new}"));
//!     assert_eq!(config.port(), 9000); // what `app.toml` says, unless APP_PORT is set
//!     Ok(())
//! }
//! ```
//!
//! # The pieces
//!
//! | to | see |
//! | --- | --- |
//! | describe a configuration | [`HotConfig`](derive@HotConfig), the derive macro; [`CheckError`]; [`duration`] |
//! | load it | [`HotConfig::hot_load`], [`Builder`], [`Source`], [`UnknownKeys`], [`Restart`], [`OverrideConflict`], [`LastGood`], [`priority`] |
//! | read it, write it | [`Handle`], [`Guard`], [`Ref`], [`Path`], [`WeakHandle`] |
//! | be told of changes | [`Subscription`], [`Change`], [`FieldChange`], [`Watch`] |
//! | keep a value from being shown | [`Secret`], [`SecretValue`], [`Redacted`] |
//! | know what is wrong | [`Error`], [`Report`], [`Issue`], [`IssueKind`], [`Origin`] |
//! | let it describe itself | [`HotConfig::schema`], [`HotConfig::template`], [`HotConfig::reference`] |
//! | know what is going on | [`Observe`], [`Event`], [`Status`], [`Explanation`], [`Explanations`], [`Record`], [`Override`], [`PendingRestart`] |
//!
//! # Features
//!
//! | feature | default | brings |
//! | --- | --- | --- |
//! | `derive` | on | the derive macro |
//! | `toml`, `yaml`, `json` | on | the file format of that name |
//! | `cli` | off | the module `cli`: a command line that any program can mount |
//! | `age` | off | the module [`secrets`]`::age`: secrets and whole files that are encrypted |
//! | `vault` | off | secrets from HashiCorp Vault and OpenBao |
//! | `aws` | off | secrets from AWS Secrets Manager and the Parameter Store |
//! | `gcp` | off | secrets from Google Secret Manager |
//!
//! No async runtime is needed, and none is in the way: see [reacting](guide::reacting).

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod backoff;
mod builder;
mod cell;
#[cfg(feature = "cli")]
pub mod cli;
mod config;
mod de;
mod describe;
pub mod duration;
mod effective;
mod engine;
mod error;
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
mod panics;
mod patch;
mod path;
mod pins;
mod process;
mod report;
mod resolve;
mod root;
mod rule;
mod save;
mod scan;
mod secret;
pub mod secrets;
mod ser;
mod settling;
mod shape;
mod snapshot;
mod source;
mod state;
mod status;
mod structure;
mod subscribe;
mod suggest;
mod suppressions;
mod sync;
mod template;
mod timestamp;
mod value;
mod variables;
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
#[cfg(feature = "derive")]
#[doc(inline)]
#[doc = include_str!("derive.md")]
pub use hotswap_derive::HotConfig;
pub use issue::{Issue, IssueKind, Origin};
pub use observe::{Event, Observe};
pub use path::{AsPath, Path};
pub use pins::Override;
pub use report::Report;
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

// The program of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
