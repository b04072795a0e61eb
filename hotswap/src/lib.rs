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
pub mod guide;
pub mod secrets;
mod stores;

#[cfg(feature = "cli")]
#[doc(inline)]
pub use hotswap_cli as cli;
#[doc(inline)]
pub use hotswap_core::{
    AsPath, Builder, Cause, Change, Changed, CheckError, Closed, Counts, Error, Event, Explanation,
    Explanations, FieldChange, Format, Given, Guard, Handle, Health, HotConfig, Issue, IssueKind, LastGood,
    Observe, ObserverStatus, Origin, Override, OverrideConflict, OverridePath, Path, PendingRestart,
    PlaintextSecrets, Reading, Record, Redacted, Ref, Report, Restart, Revision, ScanCredentials, Secret,
    SecretProvider, SecretSources, SecretStatus, SecretValue, Source, SourceError, SourceStatus, StateStatus,
    Status, Subscription, UnknownKeys, Watch, WatchRef, WatcherHealth, WatcherMode, WeakHandle, duration,
    priority,
};

#[cfg(feature = "derive")]
#[doc(inline)]
#[doc = include_str!("derive.md")]
pub use hotswap_derive::HotConfig;

// Compiles the program in the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    #[test]
    fn every_public_type_of_the_runtime_is_named_here() {
        let (runtime, facade) = (include_str!("../../crates/core/src/lib.rs"), include_str!("lib.rs"));
        let words = |text: &'static str| text.split(|c: char| !c.is_alphanumeric() && c != '_');
        let exported = runtime.split("pub use ").skip(1).filter_map(|rest| rest.split(';').next());
        let types = exported.flat_map(words).filter(|name| name.starts_with(|c: char| c.is_uppercase()));
        let forgotten: Vec<_> = types.filter(|name| !words(facade).any(|word| word == *name)).collect();
        assert!(forgotten.is_empty(), "not re-exported: {forgotten:?}");
    }
}
