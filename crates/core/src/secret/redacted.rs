//! The types that a field marked as secret may have.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

use super::{Secret, SecretValue};

/// A type whose `Debug`, `Display` and `Serialize` do not reveal a secret. `#[hot(secret)]` requires it
/// of the field's type.
///
/// [`Secret`] implements it, and so do options, lists and maps of `Secret`. An implementation for your
/// own type is a promise:
///
/// ```
/// use hotswap::{HotConfig, Redacted, Secret};
/// use serde::Deserialize;
///
/// #[derive(Clone, Debug, PartialEq, Deserialize)]
/// struct Login {
///     user: String,
///     password: Secret<String>,
/// }
///
/// impl Redacted for Login {}
///
/// #[derive(Deserialize, HotConfig)]
/// struct Config {
///     #[hot(secret)]
///     logins: Vec<Login>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a `{Self}` would show its value, but the field is marked as secret",
    label = "prints what it holds",
    note = "write `hotswap::Secret<{Self}>`, or implement `hotswap::Redacted` for a type of your own that shows nothing"
)]
pub trait Redacted {}

impl<T: SecretValue> Redacted for Secret<T> {}

macro_rules! redacted {
    ($([$($generics:tt)*] $holder:ty;)*) => {
        $(impl<$($generics)*> Redacted for $holder {})*
    };
}

redacted! {
    [T: Redacted] Option<T>;
    [T: Redacted + ?Sized] Box<T>;
    [T: Redacted + ?Sized] Arc<T>;
    [T: Redacted] [T];
    [T: Redacted, const N: usize] [T; N];
    [T: Redacted] Vec<T>;
    [T: Redacted] VecDeque<T>;
    [K, T: Redacted, S] HashMap<K, T, S>;
    [K, T: Redacted] BTreeMap<K, T>;
}
