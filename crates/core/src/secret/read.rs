//! A secret is read like its value, but errors do not contain the value.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

use super::{Secret, SecretValue, tracking};
use crate::de::of_bytes;

/// The name that announces a secret to the decoder and the encoder; no type of the program has this
/// name.
pub(crate) const NAME: &str = "$hotswap::Secret";

/// The same for a secret that is read from the bytes of a text.
pub(crate) const BYTES: &str = "$hotswap::Secret of bytes";

impl<'de, T: SecretValue + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tracking::begin_read();
        let name = if T::IS_BYTES { BYTES } else { NAME };
        deserializer.deserialize_newtype_struct(name, Inside(PhantomData))
    }
}

struct Inside<T>(PhantomData<T>);

impl<'de, T: SecretValue + Deserialize<'de>> Visitor<'de> for Inside<T> {
    type Value = Secret<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret")
    }

    /// An error of the value's own type may contain the value.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Secret<T>, D::Error> {
        let read = || T::deserialize(deserializer);
        let read = if T::IS_BYTES { of_bytes(read) } else { read() };
        let value = read.map_err(|_| {
            tracking::refused();
            D::Error::custom("the value does not fit the type of the secret")
        })?;
        tracking::read(&value);
        Ok(Secret::of(value))
    }
}
