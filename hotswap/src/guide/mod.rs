//! The guide: how to use the crate, page by page.
//!
//! | page | answers |
//! | --- | --- |
//! | [`getting_started`] | how a program gets a configuration, and what a reload looks like |
//! | [`loading`] | where values come from, and which one wins |
//! | [`reading`] | how to read values, what a read costs, and what not to hold for long |
//! | [`reacting`] | how to subscribe to changes, and what callbacks can rely on |
//! | [`writing`] | how to change values at run time, and how long they last |
//! | [`history`] | how to inspect old versions and roll back to them, and which sources are suppressed then |
//! | [`state`] | what survives a restart, and where it is stored |
//! | [`gates`] | what can block or revert a valid change |
//! | [`secrets`] | where secrets are stored, how they are fetched, and what happens when they change |
//! | [`errors`] | how to read a report, and what counts as an error |
//! | [`files`] | how configuration files change on real file systems, and how the crate handles it |
//! | `encryption` | with the features `age` and `cli`: how to keep encrypted secrets in files that anyone may read |
//! | [`describing`] | how to generate schema, template and reference |
//! | [`testing`] | how to test code that reads a configuration |
//! | `google` | with the feature `gcp`: how to fetch secrets from Google Secret Manager |
//! | `vault` | with the feature `vault`: how to fetch secrets from HashiCorp Vault or OpenBao |
//! | `aws` | with the feature `aws`: how to fetch secrets from AWS Secrets Manager and the Parameter Store |
//! | [`limits`] | what the crate does not do, and why |
//!
//! Every example on these pages is compiled and run by the tests of the crate.

#[doc(inline)]
pub use hotswap_core::guide::{
    describing, errors, files, gates, getting_started, history, limits, loading, reacting, reading, secrets,
    state, testing, writing,
};

#[cfg(all(feature = "age", feature = "cli"))]
#[doc = include_str!("encryption.md")]
pub mod encryption {}

#[cfg(feature = "gcp")]
#[doc = include_str!("google.md")]
pub mod google {}

#[cfg(feature = "vault")]
#[doc = include_str!("vault.md")]
pub mod vault {}

#[cfg(feature = "aws")]
#[doc = include_str!("aws.md")]
pub mod aws {}
