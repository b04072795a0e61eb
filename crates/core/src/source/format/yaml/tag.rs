//! The tags of YAML's core schema (YAML 1.2.2, 10.3). No other tag means anything here, so none is let pass.

use saphyr_parser::Tag;

use crate::{
    number,
    value::{Dialect, Value},
};

/// A scalar with a tag.
pub(super) fn scalar(tag: &Tag, text: &str) -> Result<Value, String> {
    let value = match name(tag) {
        Some("str") => Some(Value::Text(text.into())),
        Some("int") => integer(text)?,
        Some("float") => float(text)?.map(Value::Float),
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

fn integer(text: &str) -> Result<Option<Value>, String> {
    refused(text)?;
    Ok(number::integer(text, Dialect::Yaml).transpose()?)
}

fn float(text: &str) -> Result<Option<f64>, String> {
    refused(text)?;
    Ok(number::float(text, Dialect::Yaml).transpose()?)
}

fn refused(text: &str) -> Result<(), String> {
    number::refusal(text).map_or(Ok(()), |refusal| Err(refusal.message().to_owned()))
}

fn bool(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}
