//! Where secrets come from: references, and the providers that resolve them.
//!
//! A reference is a text `scheme:location#key`, for example `vault:secret/data/app#db_password`. It is given by
//! `#[hot(secret = "..")]`, or by any layer in the place of the value. [The guide](crate::guide::secrets) tells
//! how they are used, and what happens when they change.

#[cfg(any(feature = "gcp", feature = "vault"))]
mod address;
#[cfg(feature = "age")]
pub mod age;
#[cfg(feature = "aws")]
pub mod aws;
pub(crate) mod book;
#[cfg(any(feature = "gcp", feature = "vault"))]
mod credential_file;
mod entry;
pub(crate) mod fetch;
mod file;
#[cfg(feature = "gcp")]
pub mod google;
pub(crate) mod known;
mod lease;
mod location;
mod pace;
mod payload;
mod provider;
pub(crate) mod reference;
pub(crate) mod refresher;
pub(crate) mod refusals;
#[cfg(any(feature = "aws", feature = "gcp", feature = "vault"))]
mod runtime;
pub(crate) mod schemes;
mod status;
pub(crate) mod stores;
pub(crate) mod table;
#[cfg(feature = "vault")]
pub mod vault;

pub use file::File;
pub use lease::Lease;
pub use location::Location;
pub use payload::Payload;
pub use provider::{BoxFuture, FetchError, FetchErrorKind, Fetched, SecretProvider};
pub use status::SecretStatus;
