//! The form before interpolation, for everything that shows or stores a value.
//!
//! Interpolation keeps the template beside the text that it made of it, in the tree that a version was decoded from. What a
//! type writes has only the text, so the templates are put back at their places.

mod keep;
mod overlay;
mod results;

use std::{borrow::Cow, sync::Arc};

pub(crate) use keep::{is_unchanged as is_result, opened};
pub(crate) use results::Results;

use crate::{
    keys::Keys,
    load::taken_beside,
    root::Root,
    shape::Shape,
    value::{Untyped, Value},
};

/// A leaf as its type writes it, with templates instead of interpolated text; as the sources gave it where the type
/// cannot be written, or writes another form than it reads.
pub(crate) fn shown(root: &dyn Root, tree: &Value, slot: usize) -> Option<Value> {
    match root.encode(slot) {
        Ok(written) => Some(over(written, root.shape(), tree, slot)),
        Err(_) => given(root.shape(), tree, slot).map(Cow::into_owned),
    }
}

/// The same for a leaf that was written already.
///
pub(crate) fn over(written: Value, shape: &'static Shape, tree: &Value, slot: usize) -> Value {
    match given(shape, tree, slot) {
        Some(given) if holds_template(&given) => {
            overlay::overlay(&written, &given).unwrap_or_else(|| given.into_owned())
        }
        _ => written,
    }
}

/// The new value of a leaf with templates instead of text that equals their result, those of the leaf first, so that what is
/// stored of it has no variable in it.
pub(crate) fn kept(
    new: Value,
    shape: &'static Shape,
    tree: &Value,
    slot: usize,
    results: &Results<'_>,
) -> Value {
    results.replace(traced(new, shape, tree, slot))
}

/// The same with the templates of the leaf alone.
pub(crate) fn traced(new: Value, shape: &'static Shape, tree: &Value, slot: usize) -> Value {
    match given(shape, tree, slot) {
        Some(given) if holds_template(&given) => keep::templates(&new, &given).unwrap_or(new),
        _ => new,
    }
}

/// The value as it is written into a file that can be loaded: interpolated text as its template. Text whose template no file
/// can have is left out, as a secret is.
pub(crate) fn as_written(value: &Value) -> Value {
    replaced(value, &|untyped| match untyped.is_display_only() {
        true => Value::secret(Value::Null),
        false => Value::Template(untyped.shown().into()),
    })
}

/// The value as it is shown in a document, with every template.
pub(crate) fn as_shown(value: &Value) -> Value {
    replaced(value, &|untyped| Value::Template(untyped.shown().into()))
}

fn replaced(value: &Value, with: &dyn Fn(&Untyped) -> Value) -> Value {
    match value {
        Value::Untyped(untyped) if untyped.template().is_some() => with(untyped),
        Value::List(items) if holds_template(value) => {
            Value::list(items.iter().map(|item| replaced(item, with)))
        }
        Value::Table(table) if holds_template(value) => {
            Value::table(table.iter().map(|(name, value)| (Arc::clone(name), replaced(value, with))))
        }
        other => other.clone(),
    }
}

/// Whether any text of the value has a template that is only shown.
pub(crate) fn holds_display_only(value: &Value) -> bool {
    match value {
        Value::Untyped(untyped) => untyped.is_display_only(),
        Value::List(items) => items.iter().any(holds_display_only),
        Value::Table(table) => table.values().any(holds_display_only),
        _ => false,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn value() -> Value {
        Value::interpolated("pg://hunter2@a", "pg://${PW}@a")
    }

    #[test]
    fn a_file_gets_the_template() {
        let written = as_written(&Value::list([value(), Value::text("${x}")]));
        assert_eq!(written, Value::list([Value::Template("pg://${PW}@a".into()), Value::text("${x}")]));
    }
}
