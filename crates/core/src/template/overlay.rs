//! Templates in the encoded form of an unchanged leaf.
//!
//! The written value must line up with the given one. A set writes its items in another order than it read them, and a type
//! that is read through another one writes fields that it computed from interpolated text; such a value would show the text.

use std::sync::Arc;

use super::{
    holds_template,
    preserve::{is_unchanged, text_of},
};
use crate::value::{Table, Value};

/// With how many results every written scalar is compared. Beyond that, the value is shown as it was given: the work stays linear.
const MAX_RESULTS: usize = 64;

/// The written value with the templates of the given one; `None` where the two do not line up.
pub(super) fn overlay(written: &Value, given: &Value) -> Option<Value> {
    let mut results = Vec::new();
    collect_results(given, &mut results);
    if results.len() > MAX_RESULTS { None } else { aligned(written, given, &results) }
}

fn aligned(written: &Value, given: &Value, results: &[&str]) -> Option<Value> {
    match (written, given) {
        // A secret is masked, template or not.
        (Value::Secret(_), _) => Some(written.clone()),
        (_, Value::Untyped(untyped)) if untyped.template().is_some() => {
            let lines_up = text_of(written).is_none() || is_unchanged(written, given);
            lines_up.then(|| given.clone())
        }
        (Value::List(written), Value::List(given)) if written.len() == given.len() => {
            let items = written.iter().zip(given.iter());
            let items = items.map(|(written, given)| aligned(written, given, results));
            Some(Value::list(items.collect::<Option<Vec<_>>>()?))
        }
        (Value::Table(written), Value::Table(given)) => table(written, given, results),
        (_, given) if holds_template(given) => None,
        _ => (!contains_result(written, results)).then(|| written.clone()),
    }
}

fn table(written: &Table, given: &Table, results: &[&str]) -> Option<Value> {
    if given.iter().any(|(name, given)| holds_template(given) && !written.contains_key(name)) {
        return None;
    }
    let mut shown = Table::new();
    for (name, value) in written {
        let value = match given.get(name) {
            Some(given) => aligned(value, given, results)?,
            None if contains_result(value, results) => return None,
            None => value.clone(),
        };
        shown.insert(Arc::clone(name), value);
    }
    Some(Value::Table(Arc::new(shown)))
}

/// The results of all templates in a value.
pub(super) fn collect_results<'g>(given: &'g Value, results: &mut Vec<&'g str>) {
    match given {
        Value::Untyped(untyped) if untyped.template().is_some() && !untyped.text.is_empty() => {
            results.push(&untyped.text);
        }
        Value::List(items) => items.iter().for_each(|item| collect_results(item, results)),
        Value::Table(table) => table.values().for_each(|value| collect_results(value, results)),
        _ => {}
    }
}

/// Whether a value without a template of its own repeats what a variable put into another one.
pub(super) fn contains_result(value: &Value, results: &[&str]) -> bool {
    match value {
        Value::List(items) => items.iter().any(|item| contains_result(item, results)),
        Value::Table(table) => table.values().any(|value| contains_result(value, results)),
        scalar => text_of(scalar).is_some_and(|text| results.iter().any(|result| text.contains(result))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn password() -> Value {
        Value::interpolated("pg://hunter2@a", "pg://${PW}@a")
    }

    fn shown(written: Json, given: &Value) -> Option<Json> {
        overlay(&written.into(), given).map(|value| value.to_json())
    }

    #[test]
    fn a_template_replaces_its_result() {
        let given = Value::table([("a".into(), Value::list([Value::Int(1), password()]))]);
        let expected = json!({"a": [1, "pg://${PW}@a"], "b": 2});
        assert_eq!(shown(json!({"a": [1, "pg://hunter2@a"], "b": 2}), &given), Some(expected));
        assert_eq!(shown(json!(8080), &Value::interpolated("8080", "${PORT}")), Some(json!("${PORT}")));
        assert_eq!(shown(json!(["a", "b"]), &Value::interpolated("a,b", "${L}")), Some(json!("${L}")));
    }

    #[test]
    fn a_type_that_writes_another_form_has_no_place_for_it() {
        let given = Value::table([("a".into(), password())]);
        for other in [json!({"b": "pg://hunter2@a"}), json!(["pg://hunter2@a"]), json!("pg://hunter2@a")] {
            assert_eq!(shown(other.clone(), &given), None, "{other}");
        }
    }

    #[test]
    fn items_in_another_order_do_not_line_up() {
        let given = Value::list([Value::text("z"), Value::interpolated("ahunter2", "a${PW}")]);
        assert_eq!(shown(json!(["ahunter2", "z"]), &given), None);
        assert_eq!(shown(json!(["z", "ahunter2"]), &given), Some(json!(["z", "a${PW}"])));
    }

    #[test]
    fn a_field_computed_from_interpolated_text_does_not_line_up() {
        let given = Value::table([
            ("host".into(), Value::text("a")),
            ("password".into(), Value::interpolated("hunter2", "${PW}")),
        ]);
        let computed = json!({"host": "a", "password": "hunter2", "url": "pg://hunter2@a"});
        assert_eq!(shown(computed, &given), None);
        let harmless = json!({"host": "a", "password": "hunter2", "port": 5432});
        assert_eq!(shown(harmless, &given), Some(json!({"host": "a", "password": "${PW}", "port": 5432})));
    }
}
