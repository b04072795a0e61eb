//! Integers beyond 64 bits: serde_json's tree holds them as text, and a patch beside one must not make it text.

use std::sync::Arc;

use crate::value::Value;

/// The patched tree with each such integer that still stands where it stood.
pub(crate) fn restored(after: Value, before: &Value) -> Value {
    match (after, before) {
        (Value::Text(text), Value::Int(_) | Value::Uint(_)) if before.to_json() == *text => before.clone(),
        (Value::List(mut after), Value::List(before)) => {
            let items = Arc::make_mut(&mut after).iter_mut().zip(before.iter());
            items.for_each(|(after, before)| put(after, before));
            Value::List(after)
        }
        (Value::Table(mut after), Value::Table(before)) => {
            for (name, after) in Arc::make_mut(&mut after) {
                before.get(name).into_iter().for_each(|before| put(after, before));
            }
            Value::Table(after)
        }
        (after, _) => after,
    }
}

fn put(after: &mut Value, before: &Value) {
    *after = restored(std::mem::replace(after, Value::Null), before);
}
