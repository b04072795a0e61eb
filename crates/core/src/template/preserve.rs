//! Templates in the new value of a leaf: text that a write did not change keeps its template.
//!
//! Items of a list are aligned from both ends first, so that an item that stays where it was is compared with itself. Only
//! between the two ends is an item looked for elsewhere; there a literal is never taken for the result of a template.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{arrange::parts, holds_template};
use crate::{
    keys::Key,
    value::{Table, Untyped, Value},
};

/// With how many tables of a list a table is compared that has no counterpart at its index. A bound keeps the work linear.
const COMPARED: usize = 64;

/// The new value with the templates whose result it still has; `None` if no template is left in it.
///
/// `written` is the value in force as its type writes it, and `given` what gave it, in the same shape.
pub(super) fn templates(new: &Value, written: &Value, given: &Value) -> Option<Value> {
    match (new, given) {
        // A patch moved it here.
        (Value::Untyped(own), _) if own.template().is_some() => Some(new.clone()),
        (Value::Secret(_), _) => None,
        _ if !holds_template(given) => None,
        _ if is_same(new, written, given) => Some(given.clone()),
        // As a file would give it, and not as the type writes it.
        (Value::Text(text), Value::Untyped(own)) if *text == own.text => {
            matches!(written, Value::Text(_) | Value::List(_) | Value::Table(_)).then(|| given.clone())
        }
        _ => match parts(written, given) {
            Some(parts) => templates(new, written, &parts),
            None => inside(new, written, given),
        },
    }
}

fn is_same(new: &Value, written: &Value, given: &Value) -> bool {
    new == written || new == given
}

fn inside(new: &Value, written: &Value, given: &Value) -> Option<Value> {
    match (new, written, given) {
        (Value::List(new), Value::List(written), Value::List(given)) => {
            let old: Vec<_> = written.iter().zip(given.iter()).collect();
            list(new, &old)
        }
        (Value::Table(new), Value::Table(written), Value::Table(given)) => table(new, written, given),
        _ => None,
    }
}

fn table(new: &Table, written: &Table, given: &Table) -> Option<Value> {
    let mut kept = new.clone();
    let mut found = false;
    for (name, value) in &mut kept {
        let old = written.get(name).zip(given.get(name));
        if let Some(with_templates) = old.and_then(|(written, given)| templates(value, written, given)) {
            (*value, found) = (with_templates, true);
        }
    }
    found.then(|| Value::Table(Arc::new(kept)))
}

/// An item as its type writes it, and what gave it.
type Item<'v> = (&'v Value, &'v Value);

fn list(new: &[Value], old: &[Item<'_>]) -> Option<Value> {
    let stays = |(new, old): &(&Value, &Item<'_>)| is_same(new, old.0, old.1);
    let own = |(new, old): (&Value, &Item<'_>)| templates(new, old.0, old.1);
    let front = new.iter().zip(old).take_while(stays).count();
    let (new_rest, old_rest) = (&new[front..], &old[front..]);
    let back = new_rest.iter().rev().zip(old_rest.iter().rev()).take_while(stays).count();
    let (new_middle, old_middle) = (&new_rest[..new_rest.len() - back], &old_rest[..old_rest.len() - back]);

    let moved = Moved::new(old_middle);
    let middle = new_middle.iter().enumerate().map(|(index, item)| match old_middle.get(index) {
        Some(old) if stays(&(item, old)) => own((item, old)),
        Some(old) => moved.whole(item).or_else(|| own((item, old))).or_else(|| moved.find(item)),
        None => moved.whole(item).or_else(|| moved.find(item)),
    });
    let ends = |new: &[Value], old: &[Item<'_>]| -> Vec<_> { new.iter().zip(old).map(own).collect() };
    let before = ends(&new[..front], &old[..front]);
    let after = ends(&new[new.len() - back..], &old[old.len() - back..]);
    let kept: Vec<_> = before.into_iter().chain(middle).chain(after).collect();
    let found = kept.iter().any(Option::is_some);
    let items = kept.into_iter().zip(new).map(|(kept, new)| kept.unwrap_or_else(|| new.clone()));
    found.then(|| Value::list(items))
}

/// What an item of a list may have been before it moved.
struct Moved<'v> {
    /// Templates by their result and by what the type writes of it, without texts that a literal has too.
    scalars: HashMap<Cow<'v, str>, Item<'v>>,
    others: Vec<Item<'v>>,
}

impl<'v> Moved<'v> {
    fn new(old: &[Item<'v>]) -> Self {
        let (templates, literals): (Vec<Item<'v>>, Vec<_>) =
            old.iter().partition(|item| holds_template(item.1));
        let literals: HashSet<_> = literals.into_iter().filter_map(|item| text_of(item.0)).collect();
        let texts = |(written, given): Item<'v>| {
            let texts = [text_of(written), text_of(given)].into_iter().flatten();
            texts.map(move |text| (text, (written, given)))
        };
        let scalars = templates.iter().flat_map(|item| texts(*item));
        let scalars = scalars.filter(|(text, _)| !literals.contains(text)).collect();
        let others = templates.into_iter().filter(|item| text_of(item.0).is_none()).take(COMPARED).collect();
        Self { scalars, others }
    }

    /// An item that only moved, and is a list or table.
    fn whole(&self, item: &Value) -> Option<Value> {
        let found = self.others.iter().find(|(written, given)| is_same(item, written, given));
        found.map(|(_, given)| (*given).clone())
    }

    fn find(&self, item: &Value) -> Option<Value> {
        if matches!(item, Value::Untyped(own) if own.template().is_some()) {
            return Some(item.clone());
        }
        match text_of(item) {
            Some(text) => self.scalars.get(&text).and_then(|old| templates(item, old.0, old.1)),
            None => self.others.iter().find_map(|old| templates(item, old.0, old.1)),
        }
    }
}

/// The text of a scalar.
pub(super) fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::Untyped(untyped) => Some(Cow::Borrowed(&untyped.text)),
        Value::Int(value) => Some(Cow::Owned(value.to_string())),
        Value::Float(value) => Some(Cow::Owned(value.to_string())),
        Value::Bool(value) => Some(Cow::Owned(value.to_string())),
        _ => None,
    }
}

/// Whether a written value is what was given. A type may add fields that were not given.
pub(crate) fn is_unchanged(new: &Value, given: &Value) -> bool {
    match (new, given) {
        (_, Value::Untyped(untyped)) => match opened(new, untyped) {
            Some(parts) => is_unchanged(new, parts),
            None => says(new, &untyped.text),
        },
        (Value::List(new), Value::List(given)) => {
            new.len() == given.len() && new.iter().zip(&**given).all(|(new, given)| is_unchanged(new, given))
        }
        (Value::Table(new), Value::Table(given)) => {
            given.iter().all(|(name, given)| new.get(name).is_some_and(|new| is_unchanged(new, given)))
        }
        _ => new == given,
    }
}

/// Whether a table has entries that its counterpart lacks. The text of the counterpart would lose them.
pub(super) fn adds_entries(new: &Value, given: &Value) -> bool {
    match (new, given) {
        (_, Value::Untyped(untyped)) => opened(new, untyped).is_some_and(|parts| adds_entries(new, parts)),
        (Value::List(new), Value::List(given)) => {
            new.iter().zip(&**given).any(|(new, given)| adds_entries(new, given))
        }
        (Value::Table(new), Value::Table(given)) => {
            new.len() > given.len()
                || given.iter().any(|(name, given)| new.get(name).is_some_and(|new| adds_entries(new, given)))
        }
        _ => false,
    }
}

/// The list or table that a text is to a type that writes one.
pub(crate) fn opened<'g>(new: &Value, given: &'g Untyped) -> Option<&'g Value> {
    match new {
        Value::List(_) => given.items(),
        Value::Table(_) => given.opened(&Key::Name("".into())),
        _ => None,
    }
}

/// Whether a scalar is what the text says.
fn says(value: &Value, text: &str) -> bool {
    match value {
        Value::Float(own) => text.parse() == Ok(*own),
        other => text_of(other).is_some_and(|own| own == text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn password() -> Value {
        Value::interpolated("pg://hunter2@a", "pg://${PW}@a")
    }

    fn short() -> Value {
        Value::interpolated("x", "${A}")
    }

    /// As a type that reads and writes the same writes it.
    fn written(given: &Value) -> Value {
        match given {
            Value::Untyped(untyped) => match untyped.text.parse() {
                Ok(number) => Value::Int(number),
                Err(_) => Value::text(&untyped.text),
            },
            Value::Table(table) => {
                Value::table(table.iter().map(|(name, value)| (Arc::clone(name), written(value))))
            }
            other => other.clone(),
        }
    }

    #[track_caller]
    fn assert_kept(given: impl IntoIterator<Item = Value>, new: Json, kept: Option<Json>) {
        let given: Vec<_> = given.into_iter().collect();
        let written = Value::list(given.iter().map(written));
        let found = templates(&new.into(), &written, &Value::list(given)).map(|value| value.to_json());
        assert_eq!(found, kept);
    }

    #[test]
    fn text_that_still_equals_the_result_keeps_the_template() {
        let given = || [password(), Value::interpolated("80", "${PORT}")];
        assert_kept(given(), json!(["x", "pg://hunter2@a"]), Some(json!(["x", "pg://${PW}@a"])));
        assert_kept(given(), json!(["x", 80]), Some(json!(["x", "${PORT}"])));
        assert_kept(given(), json!(["x", "y"]), None);
    }

    #[test]
    fn a_literal_is_not_taken_for_the_result_of_a_template() {
        let given = || [short(), Value::text("x")];
        assert_kept(given(), json!(["x", "x", "q"]), Some(json!(["${A}", "x", "q"])));
        assert_kept(given(), json!(["n", "x"]), None);
        assert_kept(given(), json!(["q", "x", "x"]), Some(json!(["q", "${A}", "x"])));
    }

    #[test]
    fn an_item_that_moved_keeps_its_template() {
        let given = || [Value::text("a"), password(), Value::text("b")];
        assert_kept(given(), json!(["pg://hunter2@a", "a", "c"]), Some(json!(["pg://${PW}@a", "a", "c"])));
        assert_kept(
            given(),
            json!(["n", "a", "pg://hunter2@a", "b"]),
            Some(json!(["n", "a", "pg://${PW}@a", "b"])),
        );
        assert_kept(given(), json!(["pg://hunter2@a"]), Some(json!(["pg://${PW}@a"])));
    }

    #[test]
    fn a_table_keeps_the_templates_of_its_unchanged_fields() {
        let row = |n: i128| Value::table([("url".into(), password()), ("n".into(), Value::Int(n))]);
        let new = json!([{"url": "pg://hunter2@a", "n": 9}, {"url": "other", "n": 2, "extra": true}]);
        let kept = json!([{"url": "pg://${PW}@a", "n": 9}, {"url": "other", "n": 2, "extra": true}]);
        assert_kept([row(1), row(2)], new, Some(kept));
    }
}
