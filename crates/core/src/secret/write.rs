//! A secret is written as a mask, except for this crate's own encoder.
//!
//! A write at run time encodes the leaves that it changed, and must not store the mask as a value. So when the encoder
//! sees the name of a secret, it sets a permit and calls the secret, which takes the permit before anything else and
//! writes to the encoder that called it. No other serializer ever finds a permit.

use std::cell::Cell;

use serde::{Serialize, Serializer};

use super::{MASK, NAME, Secret, SecretValue};

thread_local! {
    /// Whether the next secret is written for the encoder.
    static PERMIT: Cell<bool> = const { Cell::new(false) };
}

/// Writes a secret for the encoder; nothing else may happen in `write` first.
pub(crate) fn reveal<R>(write: impl FnOnce() -> R) -> R {
    PERMIT.set(true);
    let written = write();
    // A type of the program with the name of a secret did not take the permit.
    PERMIT.set(false);
    written
}

impl<T: SecretValue + Serialize> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(NAME, &Inside(self.expose()))
    }
}

struct Inside<'s, T>(&'s T);

impl<T: Serialize> Serialize for Inside<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match PERMIT.replace(false) {
            true => self.0.serialize(serializer),
            false => serializer.serialize_str(MASK),
        }
    }
}
