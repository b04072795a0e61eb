//! The tags of YAML's core schema (YAML 1.2.2, 10.3). No other tag means anything here, so none is let pass.

use saphyr_parser::Tag;

use crate::value::Value;

/// A scalar with a tag.
pub(super) fn scalar(tag: &Tag, text: &str) -> Result<Value, String> {
    let value = match name(tag) {
        Some("str") => Some(Value::Text(text.into())),
        Some("int") => integer(text).map(Value::Int),
        Some("float") => float(text).map(Value::Float),
        Some("bool") => bool(text).map(Value::Bool),
        Some("null") => matches!(text, "" | "~" | "null" | "Null" | "NULL").then_some(Value::Null),
        Some("seq" | "map") => None,
        _ => return Err(unknown()),
    };
    value.ok_or_else(misplaced)
}

/// Whether a list or table may have this tag.
pub(super) fn collection(tag: &Tag, wanted: &str) -> Result<(), String> {
    match name(tag) {
        Some(name) if name == wanted => Ok(()),
        Some("str" | "int" | "float" | "bool" | "null" | "seq" | "map") => Err(misplaced()),
        _ => Err(unknown()),
    }
}

/// The name behind `!!`; a lone `!` says that a scalar is text.
fn name(tag: &Tag) -> Option<&str> {
    let lone = tag.handle.is_empty() && tag.suffix == "!";
    let verbatim = tag.handle.is_empty().then(|| tag.suffix.strip_prefix("tag:yaml.org,2002:")).flatten();
    if lone {
        return Some("str");
    }
    verbatim.or_else(|| tag.is_yaml_core_schema().then_some(tag.suffix.as_str()))
}

fn unknown() -> String {
    "unknown tag, only `!!str`, `!!int`, `!!float`, `!!bool`, `!!null`, `!!seq` and `!!map` are known".into()
}

fn misplaced() -> String {
    "the tag does not fit its value".into()
}

fn integer(text: &str) -> Option<i128> {
    let digits = |text: &str, radix| {
        let first = text.chars().next()?;
        first.is_digit(radix).then(|| i128::from_str_radix(text, radix).ok()).flatten()
    };
    match (text.strip_prefix("0o"), text.strip_prefix("0x")) {
        (Some(octal), _) => digits(octal, 8),
        (_, Some(hexadecimal)) => digits(hexadecimal, 16),
        _ => text.parse().ok(),
    }
}

fn float(text: &str) -> Option<f64> {
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Some(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
        // Rust reads `inf` and `nan` without the dot; YAML does not.
        number => number.parse().ok().filter(|value: &f64| value.is_finite()),
    }
}

fn bool(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}
