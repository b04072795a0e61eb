//! The location of a secret in a store.

use std::{fmt, sync::Arc};

use crate::excerpt;

/// The maximum number of characters of a location that are shown; a location of `age:` is a whole
/// ciphertext.
const SHOWN: usize = 120;

/// The part of a reference between its scheme and its `#key`. The store returns the secret at a
/// location as a whole.
///
/// ```
/// use hotswap::secrets::Location;
///
/// let location = Location::new("secret/data/app?version=3");
/// assert_eq!(location.as_str(), "secret/data/app?version=3");
/// assert_eq!((location.path(), location.query()), ("secret/data/app", Some("version=3")));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location(Arc<str>);

impl Location {
    /// Creates a location from the text in a reference.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first `?`.
    pub fn path(&self) -> &str {
        self.0.split_once('?').map_or(&self.0, |(path, _)| path)
    }

    /// The part after the first `?`.
    pub fn query(&self) -> Option<&str> {
        self.0.split_once('?').map(|(_, query)| query)
    }
}

/// A long location is truncated.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(SHOWN) {
            Some((end, _)) => write!(f, "{}…", excerpt::shown(&self.0[..end])),
            None => f.write_str(&excerpt::shown(&self.0)),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}
