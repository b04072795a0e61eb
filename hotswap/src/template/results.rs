//! Text that a write takes from an interpolated field into another one.
//!
//! A closure that copies such a text leaves no trace but the text itself, so a text that equals the result of a template gets
//! that template. Short texts and those that are also written out somewhere are left alone: they are hardly secret, and are
//! likely to be meant literally.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::keep::{adds_entries, is_unchanged, opened, text_of};
use crate::value::{Table, Untyped, Value};

/// In characters. `prod`, `8080` and the like are set on purpose more often than they are copied.
const SHORTEST: usize = 5;

/// With how many interpolated texts a list or table is compared, which may be what a type read from one of them.
const COMPARED: usize = 64;

/// The templates of a configuration by the text that they give.
pub(crate) struct Results<'t> {
    texts: HashMap<&'t str, &'t Value>,
    literals: HashSet<&'t str>,
}

impl<'t> Results<'t> {
    pub(crate) fn new(tree: &'t Value) -> Self {
        let (mut results, mut literals) = (HashMap::new(), HashSet::new());
        collect(tree, &mut results, &mut literals);
        results.retain(|text, _| is_long(text) && !literals.contains(text));
        Self { texts: results, literals }
    }

    /// The value with templates in place of texts that equal their result.
    pub(super) fn replace(&self, value: Value) -> Value {
        if self.texts.is_empty() { value } else { self.replaced(&value).unwrap_or(value) }
    }

    /// `None` if nothing is replaced.
    fn replaced(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Text(text) => self.texts.get(&**text).map(|template| (*template).clone()),
            Value::List(_) | Value::Table(_) => self.whole(value).or_else(|| self.inside(value)),
            _ => None,
        }
    }

    /// The template of the text that a list or table was read from.
    fn whole(&self, value: &Value) -> Option<Value> {
        let text = |template: &&Value| matches!(template, Value::Untyped(text) if is_read_from(value, text));
        self.texts.values().take(COMPARED).copied().find(text).filter(|_| self.is_telling(value)).cloned()
    }

    /// Whether it has a text that is hardly there by accident.
    fn is_telling(&self, value: &Value) -> bool {
        match value {
            Value::List(items) => items.iter().any(|item| self.is_telling(item)),
            Value::Table(table) => table.values().any(|value| self.is_telling(value)),
            scalar => text_of(scalar).is_some_and(|text| is_long(&text) && !self.literals.contains(&*text)),
        }
    }

    fn inside(&self, value: &Value) -> Option<Value> {
        match value {
            Value::List(items) => {
                let new: Vec<_> = items.iter().map(|item| self.replaced(item)).collect();
                let items = items.iter().zip(&new).map(|(item, new)| new.as_ref().unwrap_or(item).clone());
                new.iter().any(Option::is_some).then(|| Value::list(items))
            }
            Value::Table(table) => {
                let new =
                    table.iter().filter_map(|(name, value)| Some((Arc::clone(name), self.replaced(value)?)));
                let new: Table = new.collect();
                let mut table = (!new.is_empty()).then(|| (**table).clone())?;
                table.extend(new);
                Some(Value::Table(Arc::new(table)))
            }
            _ => None,
        }
    }
}

fn is_long(text: &str) -> bool {
    text.chars().nth(SHORTEST - 1).is_some()
}

fn is_read_from(value: &Value, text: &Untyped) -> bool {
    opened(value, text).is_some_and(|read| is_unchanged(value, read) && !adds_entries(value, read))
}

fn collect<'t>(value: &'t Value, results: &mut HashMap<&'t str, &'t Value>, literals: &mut HashSet<&'t str>) {
    match value {
        Value::Untyped(untyped) if untyped.is_of_variables() => drop(results.insert(&untyped.text, value)),
        Value::Untyped(untyped) => drop(literals.insert(&untyped.text)),
        Value::Text(text) => drop(literals.insert(text)),
        Value::List(items) => items.iter().for_each(|item| collect(item, results, literals)),
        Value::Table(table) => table.values().for_each(|value| collect(value, results, literals)),
        _ => {}
    }
}
