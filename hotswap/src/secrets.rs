//! Where secrets come from: references, and the providers that resolve them.
//!
//! A reference is a text `scheme:location#key`, for example `vault:secret/data/app#db_password`.
//! `#[hot(secret = "..")]` sets it, or any layer supplies it instead of the value.
//! [The guide](crate::guide::secrets) describes how they are used, and what happens when they change.

#[cfg(feature = "age")]
#[doc(inline)]
pub use hotswap_age as age;
#[cfg(feature = "aws")]
#[doc(inline)]
pub use hotswap_aws as aws;
#[doc(inline)]
pub use hotswap_core::secrets::{
    BoxFuture, FetchError, FetchErrorKind, Fetched, File, Lease, Location, Payload, SecretProvider,
    SecretStatus,
};
#[cfg(feature = "gcp")]
#[doc(inline)]
pub use hotswap_gcp as google;
#[cfg(feature = "vault")]
#[doc(inline)]
pub use hotswap_vault as vault;
