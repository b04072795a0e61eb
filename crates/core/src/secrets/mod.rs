//! Where secrets come from: references, and the providers that resolve them.
//!
//! A reference is a text `scheme:location#key`, for example `vault:secret/data/app#db_password`.
//! `#[hot(secret = "..")]` sets it, or any layer supplies it instead of the value.
//! [The guide](crate::guide::secrets) describes how they are used, and what happens when they change.

pub(crate) mod cache;
mod cache_entry;
pub(crate) mod fetch;
mod file;
mod lease;
mod location;
pub(crate) mod lookup;
pub(crate) mod payload;
mod provider;
pub(crate) mod reference;
pub(crate) mod refresher;
pub(crate) mod refusals;
pub(crate) mod registry;
mod retry;
pub(crate) mod secret_manager;
mod status;
pub(crate) mod table;
pub(crate) mod working_directory;

pub use file::File;
pub use lease::Lease;
pub use location::Location;
pub use payload::Payload;
pub use provider::{BoxFuture, FetchError, FetchErrorKind, Fetched, SecretProvider};
pub use registry::KnownStore;
pub use status::SecretStatus;
