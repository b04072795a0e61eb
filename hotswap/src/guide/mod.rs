//! The guide: how to use the crate, page by page.
//!
//! | page | answers |
//! | --- | --- |
//! | [`getting_started`] | how a program gets a configuration, and what a reload looks like |
//! | [`loading`] | where values come from, and which one wins |
//! | [`reading`] | how to read values, at what cost, and what not to hold |
//! | [`reacting`] | how to be told of changes, and what callbacks can rely on |
//! | [`writing`] | how to change values at run time, and what becomes of them |
//! | [`history`] | what happened, the way back, and what stays away |
//! | [`state`] | what survives a restart, and where it is kept |
//! | [`gates`] | what may hold a valid change back, or take it back |
//! | [`secrets`] | how secrets are fetched from where they are kept, and what happens when they change |
//! | [`errors`] | how to read a report, and what is an error at all |
//! | [`files`] | what file systems do to configuration files, and what is made of it |
//! | `encryption` | with the features `age` and `cli`: how secrets are kept in files that anybody may have |
//! | [`describing`] | what a configuration says of itself: schema, template, reference |
//! | [`testing`] | how to test code that is configured |
//! | `google`, if the crate is built with the feature `gcp` | how to set Google Secret Manager up |
//! | `vault`, if the crate is built with that feature | how to set HashiCorp Vault or OpenBao up |
//! | `aws`, likewise | how to set Secrets Manager and the Parameter Store of AWS up |
//! | [`limits`] | what the crate does not do |
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
