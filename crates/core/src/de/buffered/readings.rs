//! What a text can mean.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

use super::{
    super::cause::{Cause, Span},
    DecodeError, Decoder,
    tree::sealed_as,
};
use crate::value::{Dialect, Untyped, Value};

/// The other meanings of a value that was refused, the likeliest first.
pub(super) fn others(value: &Value, refusal: &DecodeError) -> Vec<Value> {
    let inside = value.inside();
    let mut found = Vec::new();
    if refusal.of_bytes() {
        let text = inside.as_text().filter(|_| !inside.is_null());
        found.extend(text.map(|text| Value::list(text.bytes().map(|byte| Value::Int(byte.into())))));
    }
    found.extend(by_rules(inside));
    found.into_iter().map(|other| sealed_as(value, other)).collect()
}

fn by_rules(value: &Value) -> Vec<Value> {
    let untyped = match value {
        Value::Untyped(untyped) => untyped.clone(),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Untyped::new(text, Dialect::Interpolated),
            Err(_) => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    if untyped.dialect.is_null(&untyped.text) {
        return Vec::new();
    }
    let plain = plainest(&untyped);
    let text = Value::Text(untyped.text.clone());
    let shown = if untyped.dialect == Dialect::Interpolated { text.clone() } else { plain.clone() };
    let mut found: Vec<Value> = Vec::new();
    for other in [plain, text].into_iter().chain(as_scalars(&untyped)).chain(as_structure(&untyped)) {
        if other != shown && !found.contains(&other) {
            found.push(other);
        }
    }
    found
}

/// The meaning for a type that takes any value.
pub(super) fn plainest(untyped: &Untyped) -> Value {
    let value = Value::Untyped(Untyped { dialect: untyped.dialect.rules(), ..untyped.clone() });
    match untyped.json() {
        Some(Ok(structure)) => structure.clone(),
        Some(Err(_)) => Value::Text(untyped.text.clone()),
        None => match Plain::deserialize(Decoder::new(Some(&value), None)) {
            Ok(Plain(plain)) => plain,
            Err(_) => Value::Text(untyped.text.clone()),
        },
    }
}

/// The scalar that a type for any value receives; infinity and NaN, which JSON lacks, among them.
struct Plain(Value);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Scalars).map(Self)
    }
}

struct Scalars;

impl Visitor<'_> for Scalars {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scalar")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Int(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value.into()))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::text(text))
    }
}

/// For a type that asks for one of them.
pub(crate) fn as_scalars(untyped: &Untyped) -> impl Iterator<Item = Value> {
    let value = Value::Untyped(untyped.clone());
    let integer = i128::deserialize(Decoder::new(Some(&value), None)).ok().map(Value::Int);
    let float = f64::deserialize(Decoder::new(Some(&value), None)).ok().map(Value::Float);
    let truth = bool::deserialize(Decoder::new(Some(&value), None)).ok().map(Value::Bool);
    [integer, float, truth].into_iter().flatten()
}

/// For a type that asks for a list or a table.
pub(super) fn as_structure(untyped: &Untyped) -> Option<Value> {
    untyped.list()?.ok().cloned()
}

/// What an error can be about that refuses this value.
pub(super) fn causes_of(value: &Value) -> Vec<Cause> {
    match value.inside() {
        Value::Text(text) | Value::Template(text) => vec![Cause::Text(Span::new(text.as_bytes()))],
        Value::Bytes(bytes) => vec![Cause::Bytes(Span::new(bytes))],
        Value::Untyped(untyped) => {
            let plain = (untyped.dialect != Dialect::Interpolated).then(|| plainest(untyped));
            let text = Cause::Text(Span::new(untyped.text.as_bytes()));
            plain.iter().filter_map(cause_of_plain).chain([text]).collect()
        }
        plain => cause_of_plain(plain).into_iter().collect(),
    }
}

fn cause_of_plain(value: &Value) -> Option<Cause> {
    Some(match value {
        Value::Bool(value) => Cause::Bool(*value),
        Value::Int(value) => Cause::Integer(*value),
        Value::Float(value) => Cause::Float(value.to_bits()),
        Value::Null => Cause::Null,
        Value::List(_) => Cause::List,
        Value::Table(_) => Cause::Table,
        _ => return None,
    })
}

/// Whether an error is about this value.
pub(super) fn is_about(cause: Cause, value: &Value) -> bool {
    causes_of(value).contains(&cause)
}
