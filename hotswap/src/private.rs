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
