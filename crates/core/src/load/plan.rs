//! The fields with a merge strategy, and how lists are merged.

use std::{borrow::Cow, collections::BTreeMap};

use super::merge::merge;
use crate::{
    shape::{FieldShape, Merge, Shape},
    value::Value,
};

/// The fields of one table that are not merged key by key; other names are merged as usual.
#[derive(Debug, Default)]
pub(crate) struct Plan(BTreeMap<&'static str, Step>);

/// How one field is merged.
#[derive(Debug)]
pub(super) enum Step {
    Own(Merge),
    /// Key by key, except for some fields inside.
    Inside(Plan),
}

impl Plan {
    /// `None` if all fields are merged as usual, so that there is no cost.
    pub(crate) fn new(shape: &Shape) -> Option<Self> {
        let mut plan = Self::default();
        shape.fields.iter().for_each(|field| plan.add(field));
        (!plan.0.is_empty()).then_some(plan)
    }

    fn add(&mut self, field: &FieldShape) {
        match (field.inner(), field.merge) {
            // Its keys are among those of other fields, so it cannot be replaced as a whole.
            (Some(inner), _) if field.flatten => inner.fields.iter().for_each(|field| self.add(field)),
            (None, _) if field.flatten => {}
            (Some(_), Merge::Replace) => drop(self.0.insert(field.key, Step::Own(Merge::Replace))),
            (Some(inner), _) => {
                if let Some(inside) = Self::new(inner) {
                    self.0.insert(field.key, Step::Inside(inside));
                }
            }
            (None, Merge::Deep) => {}
            (None, way) => drop(self.0.insert(field.key, Step::Own(way))),
        }
    }

    pub(super) fn step_for(&self, name: &str) -> Option<&Step> {
        self.0.get(name)
    }

    /// Merges one layer over those below it; like [`merge`], except for the fields of the plan.
    pub(crate) fn merge(&self, below: Value, above: &Value) -> Value {
        let Value::Table(high) = above else { return above.clone() };
        let mut merged = if below.as_table().is_some() { below } else { Value::empty() };
        let entries = merged.entries_mut();
        for (name, value) in high.iter() {
            let low = entries.remove(name);
            let value = match (self.step_for(name), low) {
                (Some(Step::Own(way)), low) => join(*way, low, value),
                (Some(Step::Inside(plan)), low) => plan.merge(low.unwrap_or(Value::Null), value),
                (None, Some(low)) => merge(low, value),
                (None, None) => value.clone(),
            };
            entries.insert(name.clone(), value);
        }
        merged
    }
}

fn join(way: Merge, below: Option<Value>, above: &Value) -> Value {
    match (way, items(above)) {
        (Merge::Replace, _) => above.clone(),
        (Merge::Deep, _) | (_, None) => merge(below.unwrap_or(Value::Null), above),
        // A single list stays as it is written; a text is read by the field.
        (Merge::Append, Some(_)) if below.as_ref().and_then(items).is_none() => above.clone(),
        (_, Some(high)) => {
            let mut all = below.as_ref().and_then(items).unwrap_or_default().into_owned();
            high.iter().for_each(|item| add(way, &mut all, item));
            Value::list(all)
        }
    }
}

fn add(way: Merge, all: &mut Vec<Value>, item: &Value) {
    match meets(way, all.iter(), item) {
        None => all.push(item.clone()),
        Some(at) if matches!(way, Merge::Key(_)) => {
            all[at] = merge(std::mem::replace(&mut all[at], Value::Null), item)
        }
        Some(_) => {}
    }
}

/// The element with which the new one is merged.
pub(super) fn meets<'v>(way: Merge, mut all: impl Iterator<Item = &'v Value>, item: &Value) -> Option<usize> {
    let key = |value: &'v Value, name: &str| value.as_table().and_then(|table| table.get(name));
    match way {
        Merge::Union => all.position(|other| alike(other, item)),
        Merge::Key(name) => {
            let wanted = item.as_table()?.get(name)?;
            all.position(|other| key(other, name).is_some_and(|other| alike(other, wanted)))
        }
        Merge::Deep | Merge::Replace | Merge::Append => None,
    }
}

/// The elements of a list, which a variable contains as text; `None` if the value is not a list.
pub(super) fn items(value: &Value) -> Option<Cow<'_, [Value]>> {
    match value {
        Value::List(items) => Some(Cow::Borrowed(items)),
        Value::Untyped(untyped) => match untyped.items()? {
            Value::List(items) => Some(Cow::Borrowed(items)),
            _ => None,
        },
        Value::Secret(_) => {
            let inside = items(value.inside())?.into_owned();
            Some(inside.into_iter().map(Value::secret).collect())
        }
        _ => None,
    }
}

/// Compares two values, as far as possible for a text whose type is not known yet.
fn alike(one: &Value, other: &Value) -> bool {
    match (one.inside(), other.inside()) {
        (Value::Untyped(_), _) | (_, Value::Untyped(_)) => {
            text(one).is_some_and(|one| text(other).is_some_and(|other| one == other))
        }
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| alike(one, other))
        }
        (Value::Table(one), Value::Table(other)) => {
            one.len() == other.len()
                && one.iter().zip(other.iter()).all(|(one, other)| one.0 == other.0 && alike(one.1, other.1))
        }
        _ => one == other,
    }
}

fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value.inside() {
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::Untyped(untyped) => Some(Cow::Borrowed(&untyped.text)),
        Value::Int(number) => Some(Cow::Owned(number.to_string())),
        Value::Uint(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(value) => Some(Cow::Owned(value.to_string())),
        Value::Float(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
