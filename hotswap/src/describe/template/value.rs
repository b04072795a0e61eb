//! Values as a format writes them.

use crate::{source::format::Format, value::Value};

/// The value on one line; `None` if the format has no such value.
pub(super) fn write(value: &Value, format: Format) -> Option<String> {
    Some(match value {
        Value::Null if format == Format::Toml => return None,
        Value::Secret(_) => return None,
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => float(*value, format)?,
        // Interpolation takes the first dollar away.
        Value::Text(text) => quoted(&text.replace("${", "$${")),
        Value::Untyped(untyped) => quoted(&untyped.text.replace("${", "$${")),
        Value::Template(text) => quoted(text),
        Value::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(|item| write(item, format)).collect();
            format!("[{}]", items?.join(", "))
        }
        Value::Table(table) if table.is_empty() => "{}".into(),
        Value::Table(table) => {
            let sign = if format == Format::Toml { " =" } else { ":" };
            let entries = table
                .iter()
                .map(|(name, value)| Some(format!("{}{sign} {}", quoted(name), write(value, format)?)));
            format!("{{ {} }}", entries.collect::<Option<Vec<_>>>()?.join(", "))
        }
    })
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

/// In double quotes, with escapes that mean the same in all formats: those of JSON.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // None of them lies beyond four digits.
            odd if is_odd(odd) => quoted.push_str(&format!("\\u{:04x}", u32::from(odd))),
            plain => quoted.push(plain),
        }
    }
    quoted + "\""
}

/// What some format, or some editor, takes for more than a letter: controls, ends of lines, marks of byte
/// order.
pub(super) fn is_odd(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A name, without quotes if every format would read it as text.
pub(super) fn key(name: &str) -> String {
    let plain = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter));
    let word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if plain && !word.contains(&name.to_ascii_lowercase().as_str()) { name.to_owned() } else { quoted(name) }
}
