//! Values that are redacted when they are displayed.

pub(crate) mod marker;
pub(crate) mod policy;
mod read;
pub(crate) mod tracking;
mod value;
mod write;

use zeroize::Zeroize;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    ffi::{OsStr, OsString},
    fmt,
    ops::Deref,
    sync::Arc,
};

pub use self::value::SecretValue;
pub(crate) use self::{
    read::{BYTES, NAME},
    write::reveal,
};

/// Replaces a value that is not shown.
pub(crate) const MASK: &str = "***";

/// A value that is redacted when it is displayed: a password, a token, a key.
///
/// `Debug`, `Display` and `Serialize` give `***`; only [`expose`](Self::expose) returns the value. A struct with
/// secrets may therefore derive `Debug` and be logged. Clones share the value, which is wiped when the last one
/// is dropped. Comparison takes as long for a wrong value as for the right one.
///
/// ```
/// use hotswap::{HotConfig, Secret};
///
/// #[derive(Debug, serde::Deserialize, HotConfig)]
/// struct Database {
///     #[hot(default = "localhost")]
///     host: String,
///     #[hot(secret)]
///     password: Secret<String>,
/// }
///
/// # let folder = tempfile::tempdir()?;
/// # std::env::set_current_dir(&folder)?;
/// std::fs::write(".env", "DB_PASSWORD=hunter2")?;
/// let config = Database::hot_builder().env("DB").dotenv(".env").load()?;
/// assert_eq!(config.password().expose(), "hunter2");
/// assert_eq!(format!("{:?}", *config.load()), r#"Database { host: "localhost", password: *** }"#);
/// assert_eq!(serde_json::to_string(&*config.password())?, r#""***""#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Fields of type `Secret` are secret wherever a value could be shown, with `#[hot(secret)]` or without: in reports,
/// [`explain`](crate::Handle::explain), the [status](crate::Handle::status) and
/// [patterns](crate::Handle::watch_pattern). So are secrets inside lists, maps and structs that are a field.
///
/// Its earlier copies are wiped too: the text of the file, and the parsed tree. [The limits](crate::guide::limits)
/// list what is not protected.
pub struct Secret<T: SecretValue>(Arc<Wiped<T>>);

/// Wipes the value when it is dropped.
struct Wiped<T: SecretValue>(T);

impl<T: SecretValue> Drop for Wiped<T> {
    fn drop(&mut self) {
        self.0.wipe();
    }
}

impl<T: SecretValue> Secret<T> {
    /// Keeps a value secret.
    ///
    /// ```
    /// let token = hotswap::Secret::new("abc".to_owned());
    /// assert_eq!(token.to_string(), "***");
    /// ```
    pub fn new(value: T) -> Self {
        // In a function that serde calls, the decoder does not learn of the secret in any other way.
        tracking::record_converted(&value);
        Self::of(value)
    }

    fn of(value: T) -> Self {
        Self(Arc::new(Wiped(value)))
    }

    /// The value itself. The program is responsible for keeping it secret.
    ///
    /// ```
    /// let token = hotswap::Secret::new("abc".to_owned());
    /// assert_eq!(token.expose(), "abc");
    /// ```
    pub fn expose(&self) -> &T {
        &self.0.0
    }
}

impl<T: SecretValue> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: SecretValue + Default> Default for Secret<T> {
    fn default() -> Self {
        Self::of(T::default())
    }
}

impl<T: SecretValue> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl From<&str> for Secret<String> {
    fn from(value: &str) -> Self {
        Self::new(value.to_owned())
    }
}

impl<T: SecretValue> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T: SecretValue> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// A redacted text, which is wiped when its last owner is dropped.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Private(Arc<WipedText>);

#[derive(PartialEq, Eq)]
struct WipedText(OsString);

impl Drop for WipedText {
    fn drop(&mut self) {
        std::mem::take(&mut self.0).into_encoded_bytes().zeroize();
    }
}

impl From<OsString> for Private {
    fn from(text: OsString) -> Self {
        Self(Arc::new(WipedText(text)))
    }
}

impl From<&str> for Private {
    fn from(text: &str) -> Self {
        OsString::from(text).into()
    }
}

impl Deref for Private {
    type Target = OsStr;

    fn deref(&self) -> &OsStr {
        &self.0.0
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

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

#[cfg(test)]
mod tests;
