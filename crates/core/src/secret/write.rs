//! A secret is written as a mask, but for this crate's own encoder.
//!
//! A write at run time encodes the leaves that it changed, and a mask must never be taken for a value. So the encoder,
//! when it meets the name of a secret, puts a permit down and calls; what is called takes the permit up before it does
//! anything else, and writes into the encoder that called it. Nobody else ever finds a permit.

use std::cell::Cell;

use serde::{Serialize, Serializer};

use super::{MASK, NAME, Secret, SecretValue};

thread_local! {
    /// Whether the next secret to be written is written for the encoder.
    static PERMIT: Cell<bool> = const { Cell::new(false) };
}

/// Writes a secret for the encoder; nothing else may happen in `write` first.
pub(crate) fn reveal<R>(write: impl FnOnce() -> R) -> R {
    PERMIT.set(true);
    let written = write();
    // A type of the program with a secret's name never took it.
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
