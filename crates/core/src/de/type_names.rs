//! The names of types in messages, in the words of somebody who writes configuration files.

use serde::de::{Expected, Unexpected};

use crate::value::Value;

/// What serde's own types expect, in the words of [`expectation`].
pub(super) const KINDS: [&str; 9] = [
    "a boolean",
    "an integer",
    "a number",
    "a string",
    "a character",
    "a list",
    "a table",
    "the name of a variant",
    "any value",
];

/// The bounds of an integer type that serde names in "expected u16".
pub(super) fn range_of(name: &str) -> Option<(&'static str, String, String)> {
    macro_rules! bounds {
        ($($int:ident)*) => {
            match name {
                $(stringify!($int) => Some((stringify!($int), $int::MIN.to_string(), $int::MAX.to_string())),)*
                _ => None,
            }
        };
    }
    bounds!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize)
}

pub(super) fn kind_of_value(found: &Value) -> &'static str {
    match found.inside() {
        // A plain YAML scalar says it by its text.
        Value::Untyped(untyped) if untyped.dialect.is_null(&untyped.text) => "null",
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::Uint(_) => "an integer",
        Value::Float(_) => "a float",
        Value::Text(_) | Value::Untyped(_) | Value::Template(_) => "a string",
        Value::Bytes(_) => "bytes",
        Value::List(_) => "a list",
        Value::Table(_) => "a table",
        Value::Secret(_) => "a secret",
    }
}

/// Whether the type takes values of any kind, such as `serde_json::Value`.
pub(super) fn takes_any(expected: &dyn Expected) -> bool {
    let text = expected.to_string();
    text.starts_with("any ") && text.ends_with("value")
}

/// What serde expects, in the words of somebody who writes configuration files.
pub(super) fn expectation(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    if range_of(&text).is_some() {
        return "an integer".into();
    }
    match text.as_str() {
        "f32" | "f64" => "a number".into(),
        "a sequence" => "a list".into(),
        "a map" => "a table".into(),
        other if other.starts_with("struct ") => "a table".into(),
        other if other.starts_with("enum ") || other == "variant identifier" => {
            "the name of a variant".into()
        }
        other => other.into(),
    }
}

pub(super) fn kind_of(unexpected: Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Bool(_) => "a boolean".into(),
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer".into(),
        Unexpected::Float(_) => "a float".into(),
        Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::Bytes(_) => "a string".into(),
        Unexpected::Unit | Unexpected::Option => "null".into(),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "a table".into(),
        // serde's words for more than 64 bits repeat the value.
        Unexpected::Other(other) if other.starts_with("integer `") => "an integer".into(),
        other => other.to_string(),
    }
}
