//! Whether a value that was written reads as it was meant.

use std::collections::BTreeSet;

use crate::{
    source::format::{Format, edit::change::escaped},
    value::{Dialect, Untyped, Value},
};

/// `meant` may have any form of a value; `read` has those that the format's reader gives.
pub(in crate::source::format) fn is_equivalent(format: Format, meant: &Value, read: &Value) -> bool {
    match (meant, read) {
        (Value::Table(meant), Value::Table(read)) => {
            let names: BTreeSet<_> = meant.keys().chain(read.keys()).collect();
            names.into_iter().all(|name| match (meant.get(name), read.get(name)) {
                (Some(meant), Some(read)) => is_equivalent(format, meant, read),
                // TOML leaves out a key that has no value.
                (Some(meant), None) => format == Format::Toml && meant.is_null(),
                (None, _) => false,
            })
        }
        (Value::List(meant), Value::List(read)) => {
            meant.len() == read.len()
                && meant.iter().zip(read.iter()).all(|(a, b)| is_equivalent(format, a, b))
        }
        (meant, read) => meant == read || scalar(meant, read),
    }
}

fn scalar(meant: &Value, read: &Value) -> bool {
    match (meant, read) {
        (Value::Null, read) => read.is_null(),
        (Value::Bool(meant), Value::Untyped(read)) => *read.text == *meant.to_string(),
        (Value::Int(meant), Value::Untyped(read)) => read.text.parse() == Ok(*meant),
        (Value::Uint(meant), Value::Untyped(read)) => read.text.parse() == Ok(*meant),
        (Value::Float(meant), Value::Untyped(read)) => {
            float(&read.text).is_some_and(|read| equal(read, *meant))
        }
        (Value::Float(meant), Value::Float(read)) => equal(*meant, *read),
        // JSON has no sign of the kind of a number.
        (Value::Float(meant), Value::Int(read)) => equal(*meant, *read as f64),
        (Value::Text(meant), read) => text(meant, read),
        (Value::Template(meant), Value::Text(read) | Value::Template(read)) => meant == read,
        (Value::Untyped(meant), read) => text(&meant.text, read) || untyped(meant, read),
        _ => false,
    }
}

fn text(meant: &str, read: &Value) -> bool {
    match read {
        Value::Text(read) => **read == *meant && !meant.contains("${"),
        Value::Template(read) => **read == *escaped(meant),
        _ => false,
    }
}

fn untyped(meant: &Untyped, read: &Value) -> bool {
    match (meant.dialect, read) {
        (Dialect::Yaml, Value::Untyped(read)) => {
            let both_are_null = [meant, read].iter().all(|one| one.dialect.is_null(&one.text));
            read.text == meant.text || both_are_null
        }
        (Dialect::Yaml, Value::Null) => meant.dialect.is_null(&meant.text),
        _ => false,
    }
}

fn equal(one: f64, other: f64) -> bool {
    one == other && one.is_sign_negative() == other.is_sign_negative() || one.is_nan() && other.is_nan()
}

/// As YAML writes it.
fn float(text: &str) -> Option<f64> {
    match text {
        ".nan" => Some(f64::NAN),
        ".inf" => Some(f64::INFINITY),
        "-.inf" => Some(f64::NEG_INFINITY),
        number => number.parse().ok(),
    }
}
