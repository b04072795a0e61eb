//! The lowest layer: the defaults in the attributes of the struct.

use crate::{
    keys::Keys,
    shape::{Kind, Merge, Shape},
    value::Value,
};

/// The defaults that apply below a struct for which the layers give `given`.
///
/// Defaults inside an `Option<Nested>` apply only if a layer mentions it.
pub(crate) fn below(shape: &Shape, given: Option<&Value>) -> Value {
    read(shape, given, false)
}

/// Every default that may apply.
pub(crate) fn all(shape: &Shape) -> Value {
    read(shape, None, true)
}

fn read(shape: &Shape, given: Option<&Value>, optional: bool) -> Value {
    let mut defaults = Value::empty();
    for field in shape.fields {
        let stated =
            if field.flatten { given } else { given.and_then(|given| given.as_table()?.get(field.key)) };
        if let (Some(absent), None, false) = (field.absent, stated, optional) {
            // A default that cannot be written is left to serde.
            absent()
                .into_iter()
                .for_each(|whole| drop(defaults.entries_mut().insert(field.key.into(), whole)));
            continue;
        }
        let inner = match field.kind {
            Kind::Leaf => None,
            Kind::Nested(inner) => Some(read(inner, stated, optional)),
            Kind::Optional(inner) if optional => Some(read(inner, stated, optional)),
            Kind::Optional(inner) => {
                stated.filter(|stated| stated.as_table().is_some()).map(|stated| below(inner, Some(stated)))
            }
        };
        match (inner, field.default) {
            (Some(Value::Table(table)), _) if field.flatten => {
                defaults.entries_mut().extend(table.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            (Some(table), _) => drop(defaults.entries_mut().insert(field.key.into(), table)),
            // No part of it may remain below a table that replaces it.
            (None, Some(_)) if field.merge == Merge::Replace && stated.is_some() => {}
            (None, Some(default)) => drop(defaults.entries_mut().insert(field.key.into(), default())),
            (None, None) => {}
        }
    }
    defaults
}

/// The outermost nested structs that have their serde default as a whole, because the merged layers `given` do not
/// mention them.
pub(crate) fn unmentioned(shape: &Shape, given: &Value) -> Vec<Keys> {
    let mut found = with_serde_default(shape);
    found.retain(|keys| keys.find(given).is_none());
    let outer = |keys: &Keys| !found.iter().any(|other| other != keys && keys.starts_with(other));
    found.iter().filter(|keys| outer(keys)).cloned().collect()
}

/// The nested structs, at any depth, that have a serde default if no layer mentions them. An `Option` is not included,
/// because it is written as a whole.
pub(crate) fn with_serde_default(shape: &Shape) -> Vec<Keys> {
    let mut found = Vec::new();
    collect_with_serde_default(shape, &Keys::root(), &mut found);
    found
}

fn collect_with_serde_default(shape: &Shape, parent: &Keys, found: &mut Vec<Keys>) {
    for field in shape.fields {
        let Kind::Nested(inner) = field.kind else { continue };
        let keys = field.keys(parent);
        if field.absent.is_some() {
            found.push(keys.clone());
        }
        collect_with_serde_default(inner, &keys, found);
    }
}

/// Whether a default contains a variable.
pub(super) fn hold_template(shape: &Shape) -> bool {
    shape.fields.iter().any(|field| {
        field.reference.is_some_and(|text| text.contains("${")) || field.inner().is_some_and(hold_template)
    })
}

/// The default of the field at `keys`, if an attribute gives one; `given` is the merged tree of the layers.
pub(crate) fn default_of(shape: &Shape, keys: &Keys, given: Option<&Value>) -> Option<Value> {
    keys.find(&below(shape, given)).cloned()
}

/// Sets every `Option` that serde would report as missing to an explicit null, which its function reads as `None`.
pub(super) fn fill_nullable(shape: &Shape, tree: &mut Value) {
    if !shape.any_nullable() || tree.as_table().is_none() {
        return;
    }
    let entries = tree.entries_mut();
    for field in shape.fields.iter().filter(|field| field.nullable && !field.flatten) {
        entries.entry(field.key.into()).or_insert(Value::Null);
    }
    for (field, inner) in shape.fields.iter().filter_map(|field| Some((field, field.inner()?))) {
        match field.flatten {
            true => fill_nullable(inner, tree),
            false => tree
                .entries_mut()
                .get_mut(field.key)
                .into_iter()
                .for_each(|below| fill_nullable(inner, below)),
        }
    }
}
