//! Typed configuration that changes while the program runs.
//!
//! A struct defines the schema: its fields, with their types, defaults and validation rules. Files, environment variables
//! and custom sources are layered over the defaults and watched. When a source changes, the configuration is read, merged,
//! decoded and validated as a whole. Then it is published to every reader in one atomic step, or it is refused with a report
//! of all problems and nothing changes. Subscribers of a value that changed receive the old and the new value.
//!
//! Start with the [guide]: [getting started](guide::getting_started), then [loading](guide::loading),
//! [reading](guide::reading), [reacting](guide::reacting), [writing](guide::writing), [history](guide::history),
//! [state](guide::state), [gates](guide::gates), [secrets](guide::secrets), [errors](guide::errors), [files](guide::files),
//! [describing](guide::describing), [testing](guide::testing) and [limits](guide::limits). The attributes are documented at
//! the derive macro [`HotConfig`](derive@HotConfig).
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
//!     assert_eq!(config.port(), 9000); // from `app.toml`, unless APP_PORT is set
//!     Ok(())
//! }
//! ```
//!
//! # Overview
//!
//! | task | items |
//! | --- | --- |
//! | define a configuration | [`HotConfig`](derive@HotConfig), the derive macro; [`CheckError`]; [`duration`] |
//! | load it | [`HotConfig::hot_load`], [`Builder`], [`Source`], [`UnknownKeys`], [`Restart`], [`OverrideConflict`], [`LastGood`], [`priority`] |
//! | read it, write it | [`Handle`], [`Guard`], [`Ref`], [`Path`], [`WeakHandle`] |
//! | subscribe to changes | [`Subscription`], [`Change`], [`FieldChange`], [`Watch`] |
//! | redact a secret value | [`Secret`], [`SecretValue`], [`Redacted`] |
//! | report problems | [`Error`], [`Report`], [`Issue`], [`IssueKind`], [`Origin`] |
//! | generate schema, template and reference | [`HotConfig::schema`], [`HotConfig::template`], [`HotConfig::reference`] |
//! | inspect a running configuration | [`Observe`], [`Event`], [`Status`], [`Explanation`], [`Explanations`], [`Record`], [`Override`], [`PendingRestart`] |
//!
//! # Features
//!
//! | feature | default | adds |
//! | --- | --- | --- |
//! | `derive` | on | the derive macro |
//! | `toml`, `yaml`, `json` | on | the file format of that name |
//! | `cli` | off | the module `cli`: a subcommand that any program can mount |
//! | `age` | off | the module [`secrets`]`::age`: encrypted secrets, and files that are encrypted as a whole |
//! | `vault` | off | secrets from HashiCorp Vault and OpenBao |
//! | `aws` | off | secrets from AWS Secrets Manager and the Parameter Store |
//! | `gcp` | off | secrets from Google Secret Manager |
//!
//! hotswap needs no async runtime, and works inside any of them: see [reacting](guide::reacting).

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
mod revision;
mod root;
mod rule;
mod save;
mod scan;
mod schema;
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
#[cfg(feature = "derive")]
#[doc(inline)]
#[doc = include_str!("derive.md")]
pub use hotswap_derive::HotConfig;
pub use issue::{Issue, IssueKind, Origin};
pub use observe::{Event, Observe};
pub use path::{AsPath, Path};
pub use pins::Override;
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

// Compiles the program in the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
