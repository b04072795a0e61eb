//! The form before interpolation, for everything that shows or stores a value.
//!
//! Interpolation keeps the template next to the resulting text, in the tree from which a version was decoded. A value
//! that a type writes contains only the text, so the templates are inserted again.

mod arrange;
mod disguise;
mod leaf;
mod overlay;
mod preserve;
mod results;
mod secret_texts;
mod settle;

use std::{borrow::Cow, cell::OnceCell, collections::BTreeSet, sync::Arc};

use leaf::Leaf;
use preserve::opened;
use results::Results;
use secret_texts::SecretTexts;

use crate::{
    erased_config::ErasedConfig,
    issue::{Issue, IssueKind},
    keys::Keys,
    shape::{Shape, taken_beside},
    value::{Untyped, Value},
};

/// A leaf as its type writes it, with templates instead of interpolated text; as the sources gave it if the type
/// cannot be written, or writes another form than it reads.
pub(crate) fn shown(root: &dyn ErasedConfig, tree: &Value, slot: usize) -> Option<Value> {
    match root.encode(slot) {
        Ok(written) => Some(over(written, root.shape(), tree, slot)),
        Err(_) => source_part(root.shape(), tree, slot).map(Cow::into_owned),
    }
}

/// The same for a leaf that was written already.
///
pub(crate) fn over(written: Value, shape: &'static Shape, tree: &Value, slot: usize) -> Value {
    match source_part(shape, tree, slot) {
        Some(given) if holds_template(&given) => {
            overlay::overlay(&written, &given).unwrap_or_else(|| given.into_owned())
        }
        _ => written,
    }
}

/// A leaf as its type writes it, and the source of each part: interpolated text, or else the part itself.
pub(crate) fn traced(root: &dyn ErasedConfig, tree: &Value, slot: usize, written: Value) -> Value {
    match source_part(root.shape(), tree, slot) {
        Some(given) if holds_template(&given) => arrange::arranged(root, slot, &written, &given),
        _ => written,
    }
}

/// The parts of a list or table that a type read from interpolated text; `None` where the shapes agree.
pub(crate) fn parts(written: &Value, given: &Value) -> Option<Value> {
    arrange::parts(written, given)
}

/// Whether the type of a leaf reads the value.
pub(crate) fn fits(root: &dyn ErasedConfig, slot: usize, value: &Value) -> bool {
    Leaf::new(slot).fits(root, value)
}

/// The templates of a configuration in force, for values that are written over its own. They are collected when a value may
/// hold the text of one.
pub(crate) struct Templates<'v> {
    root: &'v dyn ErasedConfig,
    tree: &'v Value,
    has_templates: bool,
    has_secrets: bool,
    results: OnceCell<Results>,
}

impl<'v> Templates<'v> {
    pub(crate) fn of(root: &'v dyn ErasedConfig, tree: &'v Value) -> Self {
        let (has_templates, has_secrets) = (holds_template(tree), secret_texts::holds_secret(tree));
        Self { root, tree, has_templates, has_secrets, results: OnceCell::new() }
    }

    /// A leaf with templates, as its type writes it, and what gave it in the same shape.
    fn leaf(&self, slot: usize) -> Option<(Value, Value)> {
        let given = source_part(self.root.shape(), self.tree, slot).filter(|given| holds_template(given))?;
        let written = self.root.encode(slot).ok()?;
        let arranged = arrange::arranged(self.root, slot, &written, &given);
        Some((written, arranged))
    }

    /// A leaf with secrets, as its type writes it. The tree marks all of its values as secret, the type only some.
    fn beside_secrets(&self, slot: usize) -> Option<Value> {
        source_part(self.root.shape(), self.tree, slot).filter(|given| secret_texts::holds_secret(given))?;
        self.root.encode(slot).ok().filter(secret_texts::holds_secret)
    }

    fn results(&self) -> &Results {
        self.results.get_or_init(|| {
            let leaves = self.root.shape().leaves();
            let slots: BTreeSet<usize> = leaves.into_iter().map(|leaf| leaf.slot).collect();
            let leaves: Vec<_> = slots.iter().filter_map(|slot| self.leaf(*slot)).collect();
            let mut results = Results::new(self.tree, leaves.iter().map(|(written, given)| (written, given)));
            slots.into_iter().filter_map(|slot| self.beside_secrets(slot)).for_each(|written| {
                results.add_literals(&written);
            });
            results
        })
    }

    /// Adds the secrets of a new value, so that copies of them are recognised too.
    pub(crate) fn add_secrets(&mut self, written: &Value) {
        if secret_texts::holds_secret(written) {
            self.results();
            self.results.get_mut().into_iter().for_each(|results| results.add_secrets(written));
            self.has_secrets = true;
        }
    }

    /// The new value of a leaf, in which text that equals the result of a template is replaced by the template, and
    /// text that equals a secret by a masked form, so that the stored value contains no variable and no secret. The templates
    /// of the leaf itself are tried first.
    ///
    /// `root` contains the new value, which the type also reads from `plain`; a patch has its own templates in
    /// `new`.
    ///
    /// # Errors
    /// The type reads the value neither from the templates nor from the text that they display.
    pub(crate) fn kept(
        &self,
        root: &dyn ErasedConfig,
        slot: usize,
        plain: &Value,
        new: Value,
    ) -> Result<Value, Box<Issue>> {
        let mut kept = new;
        if self.has_templates {
            let own = self.leaf(slot);
            kept =
                own.and_then(|(written, given)| preserve::templates(&kept, &written, &given)).unwrap_or(kept);
        }
        if (self.has_templates || self.has_secrets) && results::may_hold(&kept) {
            kept = self.results().replaced(&kept).unwrap_or(kept);
        }
        if !holds_template(&kept) {
            return Ok(kept);
        }
        settle::settled(root, slot, plain, kept).ok_or_else(|| {
            let message =
                "the value holds interpolated text that its type reads neither from the template nor by itself";
            let help = "give a value without text from variables, or change it in the file that has the template";
            Box::new(Issue::new(IssueKind::Write, root.shape().keys_of(slot), message).with_help(help))
        })
    }
}

/// The value as it is written to a file that can be loaded: interpolated text as its template. Text whose template
/// cannot be written to a file is left out like a secret.
pub(crate) fn as_written(value: &Value) -> Value {
    replaced(value, &|untyped| match untyped.is_display_only() {
        true => Value::secret(Value::Null),
        false => Value::Template(untyped.shown().into()),
    })
}

/// The value as it is displayed in a document, with every template.
pub(crate) fn as_shown(value: &Value) -> Value {
    replaced(value, &|untyped| Value::Template(untyped.shown().into()))
}

/// The value with the result of every template, without the template.
pub(crate) fn results_of(value: &Value) -> Value {
    replaced(value, &|untyped| Value::Text(Arc::clone(&untyped.text)))
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

/// The part of the tree from which a leaf was decoded. A flattened leaf has the path of its struct, and shares it with
/// the fields next to it.
fn source_part<'t>(shape: &'static Shape, tree: &'t Value, slot: usize) -> Option<Cow<'t, Value>> {
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
pub(crate) fn holds_template(value: &Value) -> bool {
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
