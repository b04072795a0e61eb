//! Text that a write copies from an interpolated field to another one.
//!
//! A closure that copies such a text leaves no trace but the text itself, so a text that equals the result of a template gets
//! that template. Short texts and those that are also written out somewhere are left alone: they are hardly secret, and are
//! likely to be meant literally.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    SecretTexts,
    arrange::parts,
    preserve::{adds_entries, is_unchanged, opened, text_of},
};
use crate::value::{Table, Untyped, Value};

/// In characters. `prod`, `8080` and the like are set on purpose more often than they are copied.
const SHORTEST: usize = 5;

/// With how many interpolated texts a list or table is compared, which may be what a type read from one of them.
const COMPARED: usize = 64;

/// The templates of a configuration by the text that they give, and by what types write of it.
#[derive(Default)]
pub(super) struct Results {
    texts: HashMap<Arc<str>, Value>,
    /// Lists and tables as types write them, and the text that each was read from.
    wholes: Vec<(Value, Value)>,
    literals: HashSet<Arc<str>>,
    secrets: SecretTexts,
}

impl Results {
    /// Of a tree, and of the leaves in it that have templates: each as its type writes it, and what gave it in the same shape.
    pub(super) fn new<'l>(tree: &Value, leaves: impl Iterator<Item = (&'l Value, &'l Value)>) -> Self {
        let mut results = Self::default();
        results.collect(tree);
        leaves.for_each(|(written, given)| results.collect_written(written, given));
        let Self { texts, literals, .. } = &mut results;
        texts.retain(|text, _| is_long(text) && !literals.contains(text));
        results
    }

    /// The value with templates in place of texts that equal their result; `None` if there is no such text.
    pub(super) fn replaced(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Text(text) => self.texts.get(&**text).cloned().or_else(|| self.secret(text)),
            Value::List(_) | Value::Table(_) => self.whole(value).or_else(|| self.inside(value)),
            _ => None,
        }
    }

    /// The text of a secret, with a form that may be shown.
    fn secret(&self, text: &str) -> Option<Value> {
        let is_candidate = is_long(text) && !self.literals.contains(text);
        if is_candidate { self.secrets.masked(text) } else { None }
    }

    /// Adds the texts of a value that its type does not write as secret.
    pub(super) fn add_literals(&mut self, written: &Value) {
        match written {
            Value::Text(text) => drop(self.literals.insert(Arc::clone(text))),
            Value::List(items) => items.iter().for_each(|item| self.add_literals(item)),
            Value::Table(table) => table.values().for_each(|value| self.add_literals(value)),
            _ => {}
        }
    }

    /// Adds the secrets of a new value.
    pub(super) fn add_secrets(&mut self, value: &Value) {
        self.secrets.collect(value);
    }

    /// The template of the text that a list or table was read from.
    fn whole(&self, value: &Value) -> Option<Value> {
        let is_it = |(written, given): &&(Value, Value)| value == written || is_read_from(value, given);
        let whole = || self.wholes.iter().find(is_it).map(|(_, given)| given);
        // A type may have read it as text.
        let text = || self.texts.values().take(COMPARED).find(|given| is_read_from(value, given));
        let is_candidate = !holds_stored_template(value) && self.is_telling(value);
        if is_candidate { whole().or_else(text).cloned() } else { None }
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

/// Whether the text of a template may be anywhere in the value.
pub(super) fn may_hold(value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().any(may_hold),
        Value::Table(table) => table.values().any(may_hold),
        scalar => text_of(scalar).is_some_and(|text| is_long(&text)),
    }
}

pub(super) fn is_long(text: &str) -> bool {
    text.chars().nth(SHORTEST - 1).is_some()
}

/// Whether a list or table is all that a text holds. A list with the text as its only item says nothing: any text without a
/// comma can be read as that.
fn is_read_from(value: &Value, given: &Value) -> bool {
    let Value::Untyped(text) = given else { return false };
    let is_text = |read: &Value| matches!(read.as_list(), Some([item]) if item.as_text() == Some(&text.text));
    opened(value, text)
        .is_some_and(|read| !is_text(read) && is_unchanged(value, read) && !adds_entries(value, read))
}

/// Whether a part of the value has a template of its own that a file can have.
fn holds_stored_template(value: &Value) -> bool {
    match value {
        Value::Untyped(untyped) => untyped.template().is_some() && !untyped.is_display_only(),
        Value::List(items) => items.iter().any(holds_stored_template),
        Value::Table(table) => table.values().any(holds_stored_template),
        _ => false,
    }
}

impl Results {
    fn collect(&mut self, value: &Value) {
        match value {
            Value::Secret(_) => self.secrets.add(value, value.inside()),
            Value::Untyped(untyped) if untyped.is_of_variables() => self.insert(&untyped.text, value),
            Value::Untyped(Untyped { text, .. }) | Value::Text(text) => {
                self.literals.insert(Arc::clone(text));
            }
            Value::List(items) => items.iter().for_each(|item| self.collect(item)),
            Value::Table(table) => table.values().for_each(|value| self.collect(value)),
            _ => {}
        }
    }

    fn collect_written(&mut self, written: &Value, given: &Value) {
        match (written, given) {
            (Value::List(written), Value::List(given)) => {
                let pairs = written.iter().zip(given.iter());
                pairs.for_each(|(written, given)| self.collect_written(written, given));
            }
            (Value::Table(written), Value::Table(given)) => written.iter().for_each(|(name, written)| {
                given.get(name).into_iter().for_each(|given| self.collect_written(written, given));
            }),
            (Value::Text(text), given) if is_of_variables(given) => self.insert(text, given),
            (Value::List(_) | Value::Table(_), given) if is_of_variables(given) => {
                if self.wholes.len() < COMPARED {
                    self.wholes.push((written.clone(), given.clone()));
                }
                let parts = parts(written, given);
                parts.iter().for_each(|parts| self.collect_written(written, parts));
            }
            _ => {}
        }
    }

    /// A template that a file can have comes before one that is only shown.
    fn insert(&mut self, text: &Arc<str>, given: &Value) {
        let known = self.texts.entry(Arc::clone(text)).or_insert_with(|| given.clone());
        if super::holds_display_only(known) {
            *known = given.clone();
        }
    }
}

/// Whether variables gave a part of the text.
fn is_of_variables(given: &Value) -> bool {
    super::arrange::first_template(given).is_some_and(Untyped::is_of_variables)
}
