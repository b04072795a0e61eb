//! Integers beyond 64 bits, infinities and NaN: `serde_json::Value` contains them as text, and a patch must not turn them
//! into text.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    json_text,
    value::{Dialect, Untyped, Value},
};

/// The patched tree with each such number at its previous path. At any other path a patch may have moved or added the
/// text of an integer, so the type of the field determines the meaning of the text.
pub(crate) fn restored(after: Value, before: Option<&Value>) -> Value {
    match (after, before) {
        (Value::Text(text), Some(before @ (Value::Int(_) | Value::Uint(_) | Value::Float(_))))
            if before.to_json() == *text =>
        {
            before.clone()
        }
        // The type of the field determines the meaning of the text of a file, and a type that cannot write its values
        // only has this text.
        (Value::Text(text), Some(before @ Value::Untyped(untyped)))
            if untyped.template().is_none() && untyped.text == text =>
        {
            before.clone()
        }
        (Value::Text(text), _) if is_wide(&text) => {
            Value::Untyped(Untyped { text: text.clone(), ..Untyped::new("", Dialect::Interpolated) })
        }
        (Value::List(mut after), before) => {
            for (index, item) in Arc::make_mut(&mut after).iter_mut().enumerate() {
                put(item, before.and_then(|before| before.as_list()?.get(index)));
            }
            Value::List(after)
        }
        (Value::Table(mut after), before) => {
            for (name, value) in Arc::make_mut(&mut after) {
                put(value, before.and_then(|before| before.as_table()?.get(name)));
            }
            Value::Table(after)
        }
        (after, _) => after,
    }
}

fn put(after: &mut Value, before: Option<&Value>) {
    *after = restored(std::mem::replace(after, Value::Null), before);
}

/// The value with each text of an integer as its type reads it; `typed` is what the type writes.
pub(crate) fn with_integers(value: Value, typed: &Value) -> Value {
    match (value, typed) {
        (Value::Untyped(untyped), Value::Int(_) | Value::Uint(_) | Value::Text(_))
            if untyped.template().is_none() && is_wide(&untyped.text) && typed.to_json() == *untyped.text =>
        {
            typed.clone()
        }
        (Value::List(mut items), Value::List(typed)) => {
            let pairs = Arc::make_mut(&mut items).iter_mut().zip(typed.iter());
            pairs.for_each(|(item, typed)| set_integers(item, typed));
            Value::List(items)
        }
        (Value::Table(mut table), Value::Table(typed)) => {
            for (name, value) in Arc::make_mut(&mut table) {
                typed.get(name).into_iter().for_each(|typed| set_integers(value, typed));
            }
            Value::Table(table)
        }
        (value, _) => value,
    }
}

/// The value without list elements that its type reads as one, such as those of a set; `typed` is what the type writes.
pub(crate) fn without_duplicates(value: Value, typed: &Value) -> Value {
    match (value, typed) {
        (Value::List(items), Value::List(typed)) if items.len() > typed.len() => {
            let mut texts = BTreeSet::new();
            let distinct: Vec<_> =
                items.iter().filter(|item| texts.insert(json_text::text(item))).cloned().collect();
            if distinct.len() == typed.len() { Value::list(distinct) } else { Value::List(items) }
        }
        (Value::List(mut items), Value::List(typed)) if items.len() == typed.len() => {
            let pairs = Arc::make_mut(&mut items).iter_mut().zip(typed.iter());
            pairs.for_each(|(item, typed)| remove_duplicates(item, typed));
            Value::List(items)
        }
        (Value::Table(mut table), Value::Table(typed)) => {
            for (name, value) in Arc::make_mut(&mut table) {
                typed.get(name).into_iter().for_each(|typed| remove_duplicates(value, typed));
            }
            Value::Table(table)
        }
        (value, _) => value,
    }
}

fn remove_duplicates(value: &mut Value, typed: &Value) {
    *value = without_duplicates(std::mem::replace(value, Value::Null), typed);
}

fn set_integers(value: &mut Value, typed: &Value) {
    *value = with_integers(std::mem::replace(value, Value::Null), typed);
}

/// Whether the text is an integer beyond 64 bits in the notation that this crate writes.
fn is_wide(text: &str) -> bool {
    if text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok() {
        return false;
    }
    let signed = text.parse::<i128>().is_ok_and(|integer| integer.to_string() == text);
    signed || text.parse::<u128>().is_ok_and(|integer| integer.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_integers_beyond_64_bits_are_wide() {
        for wide in [u128::MAX.to_string(), i128::MIN.to_string(), (u128::from(u64::MAX) + 1).to_string()] {
            assert!(is_wide(&wide), "{wide}");
        }
        let narrow = [u64::MAX.to_string(), i64::MIN.to_string(), format!("{}0", u128::MAX)];
        let spelled = [format!("+{}", u128::MAX), format!("0{}", i128::MAX), "1e30".into(), String::new()];
        for other in narrow.iter().chain(&spelled) {
            assert!(!is_wide(other), "{other}");
        }
    }

    #[test]
    fn the_type_decides_what_a_moved_integer_is() {
        let text = u128::MAX.to_string();
        let moved = restored(Value::list([Value::text(&text)]), None);
        let integer = Value::list([Value::from(u128::MAX)]);
        assert_eq!(with_integers(moved.clone(), &integer), integer);
        let stays = Value::list([Value::text(&text)]);
        assert_eq!(with_integers(moved, &stays), stays);
    }
}
