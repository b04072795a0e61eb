//! What generated code names. Not a stable interface.

pub use crate::{
    builder::{FileSetup, PathKind, Setup},
    cell::Scalar,
    config::FieldOf,
    de::{DecodeError, Decoder, decode},
    member::{Leaf, Member, Nested, NoEncode, Optional, Probe, bits, encode_with},
    rule::*,
    ser::{EncodeError, Encoder},
    shape::{FieldShape, Kind, Shape},
    value::Value,
};
#[cfg(feature = "derive")]
pub use hotswap_derive::flatten;
use serde::{Serialize, de::DeserializeOwned};

/// What the values of a type parameter need, as leaves do.
pub trait Parameter: DeserializeOwned + PartialEq + Clone + Send + Sync + 'static {}

impl<T: DeserializeOwned + PartialEq + Clone + Send + Sync + 'static> Parameter for T {}

/// Writes a leaf by its own `Serialize`.
///
/// # Errors
/// That of the type's `Serialize`.
pub fn encode<F: Serialize>(value: &F) -> Result<Value, EncodeError> {
    crate::ser::encode(value)
}

/// A default of type `F`: a constant, or a function without arguments.
pub trait DefaultOf<F, M> {
    fn value(self) -> F;
}

/// Tells a constant from a function.
pub struct Constant;

/// Tells a function from a constant.
pub struct Function<V>(std::marker::PhantomData<V>);

impl<V: Into<F>, F> DefaultOf<F, Constant> for V {
    fn value(self) -> F {
        self.into()
    }
}

impl<V: Into<F>, F, G: FnOnce() -> V> DefaultOf<F, Function<V>> for G {
    fn value(self) -> F {
        self().into()
    }
}

/// A default as a value of a layer. One that cannot be written is reported as `null` at its field.
pub fn default_of<F, M>(
    encode: fn(&F) -> Result<Value, EncodeError>,
    default: impl DefaultOf<F, M>,
) -> Value {
    encode(&default.value()).unwrap_or(Value::Null)
}
