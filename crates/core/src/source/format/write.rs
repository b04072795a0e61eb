//! Values as a format writes them.

use super::Format;
use crate::{
    excerpt,
    source::format::edit::change::escaped,
    value::{Dialect, Untyped, Value},
};

/// Whether the format has such a value.
///
/// # Errors
/// Why it has not.
pub(crate) fn check(value: &Value, format: Format) -> Result<(), String> {
    match value {
        Value::Secret(_) | Value::Bytes(_) => Err("a secret is not written into a file".to_owned()),
        Value::Null if format == Format::Toml => Err("TOML has no `null`".to_owned()),
        Value::Int(value) if format == Format::Toml && i64::try_from(*value).is_err() => {
            Err(format!("{value} has more than the 64 bits that TOML allows"))
        }
        Value::Uint(value) if format == Format::Toml => {
            Err(format!("{value} has more than the 64 bits that TOML allows"))
        }
        Value::Float(value) if format == Format::Json && !value.is_finite() => {
            Err(format!("JSON has no number {value}"))
        }
        Value::List(items) => items.iter().try_for_each(|item| check(item, format)),
        // TOML leaves out a key that has no value.
        Value::Table(table) => {
            let mut given = table.values().filter(|value| format != Format::Toml || !value.is_null());
            given.try_for_each(|value| check(value, format))
        }
        _ => Ok(()),
    }
}

/// The value on one line; `None` if the format has no such value.
pub(crate) fn value(value: &Value, format: Format) -> Option<String> {
    Some(match value {
        Value::Null if format == Format::Toml => return None,
        Value::Secret(_) | Value::Bytes(_) => return None,
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Float(value) => float(*value, format)?,
        Value::Text(text) => quoted(&escaped(text), format),
        // A number in quotes would be text.
        Value::Untyped(Untyped { text, dialect: Dialect::Yaml, .. })
            if format == Format::Yaml && is_plain(text) =>
        {
            text.to_string()
        }
        Value::Untyped(untyped) if untyped.dialect.is_null(&untyped.text) => {
            return self::value(&Value::Null, format);
        }
        Value::Untyped(untyped) => quoted(&escaped(&untyped.text), format),
        Value::Template(text) => quoted(text, format),
        Value::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(|item| self::value(item, format)).collect();
            format!("[{}]", items?.join(", "))
        }
        Value::Table(table) if table.is_empty() => "{}".into(),
        Value::Table(table) => {
            let sign = if format == Format::Toml { " =" } else { ":" };
            let given = table.iter().filter(|(_, value)| format != Format::Toml || !value.is_null());
            let entries = given.map(|(name, value)| {
                Some(format!("{}{sign} {}", name_in(name, format), self::value(value, format)?))
            });
            format!("{{ {} }}", entries.collect::<Option<Vec<_>>>()?.join(", "))
        }
    })
}

/// Whether a plain scalar of YAML stays one wherever it is put.
fn is_plain(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphanumeric() || "+-.".contains(first))
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "+-._".contains(letter))
        && !text.starts_with("---")
        && text != "-"
}

fn float(value: f64, format: Format) -> Option<String> {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let name = if value.is_nan() { "nan" } else { "inf" };
    match format {
        _ if value.is_finite() => Some(format!("{value:?}")),
        Format::Toml => Some(format!("{sign}{name}")),
        // YAML's has no sign.
        Format::Yaml if value.is_nan() => Some(".nan".into()),
        Format::Yaml => Some(format!("{sign}.{name}")),
        Format::Json => None,
    }
}

/// In double quotes, with the escapes of JSON, which mean the same in all formats; but for letters beyond four digits, which
/// JSON writes as two units of UTF-16, and the others as one number.
pub(crate) fn quoted(text: &str, format: Format) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            odd if odd.len_utf16() > 1 && is_invisible(odd) && format != Format::Json => {
                quoted.push_str(&format!("\\U{:08x}", u32::from(odd)));
            }
            odd if is_odd(odd) || is_invisible(odd) => {
                let units = odd.encode_utf16(&mut [0; 2]).to_vec();
                units.iter().for_each(|unit| quoted.push_str(&format!("\\u{unit:04x}")));
            }
            plain => quoted.push(plain),
        }
    }
    quoted + "\""
}

/// What some format, or some editor, takes for more than a letter: controls, ends of lines, marks of byte
/// order.
pub(crate) fn is_odd(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// What a reader of the file would not see. The variation selectors that emoji need are seen by their effect.
fn is_invisible(letter: char) -> bool {
    excerpt::misleads(letter) || matches!(letter, '\u{e0100}'..='\u{e01ef}')
}

/// A name as the format writes it.
pub(crate) fn name_in(name: &str, format: Format) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    match format {
        Format::Toml if !name.is_empty() && name.chars().all(is_bare) => name.to_owned(),
        Format::Yaml => key(name),
        Format::Toml | Format::Json => quoted(name, format),
    }
}

/// A name as YAML writes it, without quotes if every reader would take it for text.
pub(crate) fn key(name: &str) -> String {
    let plain = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter));
    let word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if plain && !word.contains(&name.to_ascii_lowercase().as_str()) {
        name.to_owned()
    } else {
        quoted(name, Format::Yaml)
    }
}
