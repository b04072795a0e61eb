//! The form before interpolation, for everything that shows or stores a value.
//!
//! Interpolation keeps the template beside the text that it made of it, in the tree that a version was decoded from. What a
//! type writes has only the text, so the templates are put back at their places.

use std::{borrow::Cow, sync::Arc};

use crate::{keys::Keys, load::taken_beside, root::Root, shape::Shape, value::Value};

/// A leaf as its type writes it, with templates in the place of interpolated text; as the sources gave it where the type
/// cannot be written, or writes another form than it reads.
pub(crate) fn shown(root: &dyn Root, tree: &Value, slot: usize) -> Option<Value> {
    match root.encode(slot) {
        Ok(written) => Some(over(written, root.shape(), tree, slot)),
        Err(_) => given(root.shape(), tree, slot).map(Cow::into_owned),
    }
}

/// The same for a leaf that was written already.
pub(crate) fn over(written: Value, shape: &'static Shape, tree: &Value, slot: usize) -> Value {
    match given(shape, tree, slot) {
        Some(given) if holds_template(&given) => {
            overlay(&written, &given).unwrap_or_else(|| given.into_owned())
        }
        _ => written,
    }
}

/// The new value of a leaf with templates in the place of text that still equals their result, so that what is stored of it
/// has no variable in it.
pub(crate) fn kept(new: Value, shape: &'static Shape, tree: &Value, slot: usize) -> Value {
    match given(shape, tree, slot) {
        Some(given) if holds_template(&given) => keep(&new, &given).unwrap_or(new),
        _ => new,
    }
}

/// The value as it is written into a file: interpolated text as its template.
pub(crate) fn as_written(value: &Value) -> Value {
    match value {
        Value::Untyped(untyped) if untyped.template().is_some() => Value::Template(untyped.shown().into()),
        Value::List(items) if holds_template(value) => Value::list(items.iter().map(as_written)),
        Value::Table(table) if holds_template(value) => {
            Value::table(table.iter().map(|(name, value)| (Arc::clone(name), as_written(value))))
        }
        other => other.clone(),
    }
}

/// The part of the tree that a leaf was decoded from. A flattened leaf has the place of its struct, and shares it with the
/// fields beside it.
fn given<'t>(shape: &'static Shape, tree: &'t Value, slot: usize) -> Option<Cow<'t, Value>> {
    let keys: Keys = shape.keys_of(slot);
    let given = keys.find(tree)?;
    let flat = shape.trail(slot).last().is_some_and(|field| field.flatten);
    match given {
        Value::Table(table) if flat => {
            let taken = taken_beside(shape, &keys);
            let own = table.iter().filter(|(name, _)| !taken.contains(*name));
            Some(Cow::Owned(Value::table(own.map(|(name, value)| (Arc::clone(name), value.clone())))))
        }
        _ => Some(Cow::Borrowed(given)),
    }
}

/// Whether any text in the value was interpolated.
fn holds_template(value: &Value) -> bool {
    match value {
        Value::Untyped(untyped) => untyped.template().is_some(),
        Value::List(items) => items.iter().any(holds_template),
        Value::Table(table) => table.values().any(holds_template),
        _ => false,
    }
}

/// What a type wrote, with the templates of what it read; `None` if there is no place for one of them.
fn overlay(written: &Value, given: &Value) -> Option<Value> {
    if !holds_template(given) {
        return Some(written.clone());
    }
    match (written, given) {
        // It shows itself no more than its template would.
        (Value::Secret(_), _) => Some(written.clone()),
        (_, Value::Untyped(_)) => Some(given.clone()),
        (Value::List(written), Value::List(given)) if written.len() == given.len() => {
            let items = written.iter().zip(given.iter()).map(|(written, given)| overlay(written, given));
            Some(Value::list(items.collect::<Option<Vec<_>>>()?))
        }
        (Value::Table(written), Value::Table(given)) => {
            let mut shown = (**written).clone();
            for (name, given) in given.iter().filter(|(_, given)| holds_template(given)) {
                let place = shown.get_mut(name)?;
                *place = overlay(place, given)?;
            }
            Some(Value::Table(Arc::new(shown)))
        }
        _ => None,
    }
}

/// The value with the templates whose result stands in it; `None` if none does.
fn keep(new: &Value, given: &Value) -> Option<Value> {
    match (new, given) {
        (_, Value::Untyped(untyped)) if untyped.template().is_some() && says(new, &untyped.text) => {
            Some(given.clone())
        }
        (Value::List(new), Value::List(given)) => {
            let mut kept = new.to_vec();
            let mut found = false;
            for (index, item) in kept.iter_mut().enumerate() {
                // Items may have moved.
                let same = given.get(index).and_then(|given| keep(item, given));
                let other = || given.iter().find_map(|given| keep(item, given));
                if let Some(value) = same.or_else(other) {
                    (*item, found) = (value, true);
                }
            }
            found.then(|| Value::list(kept))
        }
        (Value::Table(new), Value::Table(given)) => {
            let mut kept = (**new).clone();
            let mut found = false;
            for (name, value) in &mut kept {
                if let Some(value_kept) = given.get(name).and_then(|given| keep(value, given)) {
                    (*value, found) = (value_kept, true);
                }
            }
            found.then(|| Value::Table(Arc::new(kept)))
        }
        _ => None,
    }
}

/// Whether a scalar is what the text says.
fn says(value: &Value, text: &str) -> bool {
    match value {
        Value::Text(own) => **own == *text,
        Value::Untyped(own) => *own.text == *text,
        Value::Int(own) => own.to_string() == text,
        Value::Float(own) => text.parse() == Ok(*own),
        Value::Bool(own) => own.to_string() == text,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value() -> Value {
        Value::interpolated("pg://hunter2@a", "pg://${PW}@a")
    }

    fn shown(written: serde_json::Value, given: &Value) -> Option<serde_json::Value> {
        overlay(&written.into(), given).map(|value| value.to_json())
    }

    #[test]
    fn a_template_takes_the_place_of_its_result() {
        let given = Value::table([("a".into(), Value::list([Value::Int(1), value()]))]);
        let expected = json!({"a": [1, "pg://${PW}@a"], "b": 2});
        assert_eq!(shown(json!({"a": [1, "pg://hunter2@a"], "b": 2}), &given), Some(expected));
        assert_eq!(shown(json!(8080), &Value::interpolated("8080", "${PORT}")), Some(json!("${PORT}")));
        assert_eq!(shown(json!(["a", "b"]), &Value::interpolated("a,b", "${L}")), Some(json!("${L}")));
    }

    #[test]
    fn a_type_that_writes_another_form_has_no_place_for_it() {
        let given = Value::table([("a".into(), value())]);
        for other in [json!({"b": "pg://hunter2@a"}), json!(["pg://hunter2@a"]), json!("pg://hunter2@a")] {
            assert_eq!(shown(other.clone(), &given), None, "{other}");
        }
    }

    #[test]
    fn text_that_still_equals_the_result_keeps_the_template() {
        let given = Value::list([value(), Value::interpolated("80", "${PORT}")]);
        let new = |json: serde_json::Value| keep(&json.into(), &given).map(|value| value.to_json());
        assert_eq!(new(json!(["x", "pg://hunter2@a"])), Some(json!(["x", "pg://${PW}@a"])));
        assert_eq!(new(json!(["x", 80])), Some(json!(["x", "${PORT}"])));
        assert_eq!(new(json!(["x", "y"])), None);
    }

    #[test]
    fn a_file_gets_the_template() {
        let written = as_written(&Value::list([value(), Value::text("${x}")]));
        assert_eq!(written, Value::list([Value::Template("pg://${PW}@a".into()), Value::text("${x}")]));
    }
}
