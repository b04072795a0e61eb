//! Where secrets come from: references, and the providers that resolve them.
//!
//! A reference is a text `scheme:location#key`, for example `vault:secret/data/app#db_password`. It is given by
//! `#[hot(secret = "..")]`, or by any layer in the place of the value.

#[cfg(feature = "age")]
pub mod age;
mod lease;
mod location;
pub(crate) mod opener;
mod payload;
mod provider;

pub use lease::Lease;
pub use location::Location;
pub use payload::Payload;
pub use provider::{BoxFuture, FetchError, FetchErrorKind, Fetched, SecretProvider};
