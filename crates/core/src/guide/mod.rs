//! The pages of the guide that are about the runtime. `hotswap::guide` lists all of them, also those about stores and the
//! command line.

#[doc = include_str!("getting_started.md")]
pub mod getting_started {}

#[doc = include_str!("loading.md")]
pub mod loading {}

#[doc = include_str!("reading.md")]
pub mod reading {}

#[doc = include_str!("reacting.md")]
pub mod reacting {}

#[doc = include_str!("writing.md")]
pub mod writing {}

#[doc = include_str!("history.md")]
pub mod history {}

#[doc = include_str!("state.md")]
pub mod state {}

#[doc = include_str!("gates.md")]
pub mod gates {}

#[doc = include_str!("secrets.md")]
pub mod secrets {}

#[doc = include_str!("errors.md")]
pub mod errors {}

#[doc = include_str!("files.md")]
pub mod files {}

#[doc = include_str!("describing.md")]
///
/// The template, as TOML and as YAML:
///
/// ```toml
#[doc = include_str!("described/template.toml")]
/// ```
///
/// ```yaml
#[doc = include_str!("described/template.yaml")]
/// ```
///
/// The schema:
///
/// ```json
#[doc = include_str!("described/schema.json")]
/// ```
///
/// The reference, as text:
///
/// ```md
#[doc = include_str!("described/reference.md")]
/// ```
pub mod describing {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("limits.md")]
pub mod limits {}
