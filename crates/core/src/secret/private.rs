//! The value of a variable, which may be a secret.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    ops::Deref,
    sync::Arc,
};

use zeroize::Zeroize;

use super::MASK;

/// A redacted text, which is wiped when its last owner is dropped.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Private(Arc<Wiped>);

#[derive(PartialEq, Eq)]
struct Wiped(OsString);

impl Drop for Wiped {
    fn drop(&mut self) {
        std::mem::take(&mut self.0).into_encoded_bytes().zeroize();
    }
}

impl From<OsString> for Private {
    fn from(text: OsString) -> Self {
        Self(Arc::new(Wiped(text)))
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
