//! What a text can mean.

use serde::Deserialize;

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
    match serde_json::Value::deserialize(Decoder::new(Some(&value), None)) {
        Ok(json) => Value::from(json),
        Err(_) => Value::Text(untyped.text.clone()),
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

/// Whether an error is about this value.
pub(super) fn is_about(cause: Cause, value: &Value) -> bool {
    match value.inside() {
        Value::Text(text) | Value::Template(text) => cause == Cause::Text(Span::of(text.as_bytes())),
        Value::Bytes(bytes) => cause == Cause::Bytes(Span::of(bytes)),
        Value::Untyped(untyped) => {
            cause == Cause::Text(Span::of(untyped.text.as_bytes()))
                || untyped.dialect != Dialect::Interpolated && is_about_plain(cause, &plainest(untyped))
        }
        plain => is_about_plain(cause, plain),
    }
}

fn is_about_plain(cause: Cause, value: &Value) -> bool {
    match (cause, value) {
        (Cause::Bool(one), Value::Bool(other)) => one == *other,
        (Cause::Integer(one), Value::Int(other)) => one == *other,
        (Cause::Float(one), Value::Float(other)) => one == other.to_bits(),
        (Cause::Null, Value::Null) | (Cause::List, Value::List(_)) | (Cause::Table, Value::Table(_)) => true,
        _ => false,
    }
}
