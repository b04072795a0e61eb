//! Values as JSON text with every digit of their integers. `serde_json::Value` is limited to 64 bits and to finite floats,
//! and stores other numbers as text; displayed text omits the quotes.

use crate::value::Value;

/// The text of a value that contains an integer beyond 64 bits, an infinity or a NaN; `None` for other values, for which serde_json
/// writes the same text.
pub(crate) fn of_wide(value: &Value) -> Option<String> {
    is_wide(value).then(|| text(value))
}

/// The text of any value.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Float(value) if !value.is_finite() => value.to_string().to_lowercase(),
        Value::List(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(",")),
        Value::Table(table) => {
            let entry = |(name, value): (&_, &Value)| format!("{}:{}", quoted(name), text(value));
            format!("{{{}}}", table.iter().map(entry).collect::<Vec<_>>().join(","))
        }
        other => other.to_json().to_string(),
    }
}

fn quoted(name: &std::sync::Arc<str>) -> String {
    serde_json::Value::from(&**name).to_string()
}

fn is_wide(value: &Value) -> bool {
    match value {
        Value::Int(value) => i64::try_from(*value).is_err() && u64::try_from(*value).is_err(),
        Value::Uint(_) => true,
        Value::Float(value) => !value.is_finite(),
        Value::List(items) => items.iter().any(is_wide),
        Value::Table(table) => table.values().any(is_wide),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_integers_beyond_64_bits_need_a_text_of_their_own() {
        let narrow =
            [Value::Int(u64::MAX.into()), Value::Int(i64::MIN.into()), Value::text("340282366920938463463")];
        narrow.iter().for_each(|value| assert_eq!(of_wide(value), None));
        let table = Value::table([
            ("a\"b".into(), Value::list([Value::from(u128::MAX), Value::text("x\"")])),
            ("c".into(), Value::Int(i128::MIN)),
        ]);
        let expected = format!("{{\"a\\\"b\":[{},\"x\\\"\"],\"c\":{}}}", u128::MAX, i128::MIN);
        assert_eq!(of_wide(&table), Some(expected));
    }
}
