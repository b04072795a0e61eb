//! The texts of secrets, to recognise a copy in a field that is not secret.

use std::collections::HashMap;

use crate::{
    resolve::interpolate,
    secret::{MASK, tracking},
    value::{Dialect, Value},
};

/// The sealed value of each text. The texts themselves are not copied, so that they are wiped with the secrets.
#[derive(Default)]
pub(super) struct SecretTexts {
    by_digest: HashMap<u64, Value>,
}

/// Whether any part of the value is sealed.
pub(super) fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Secret(_) => true,
        Value::List(items) => items.iter().any(holds_secret),
        Value::Table(table) => table.values().any(holds_secret),
        _ => false,
    }
}

impl SecretTexts {
    /// Adds every sealed text of a value.
    pub(super) fn collect(&mut self, value: &Value) {
        match value {
            Value::Secret(_) => self.add(value, value.inside()),
            Value::List(items) => items.iter().for_each(|item| self.collect(item)),
            Value::Table(table) => table.values().for_each(|value| self.collect(value)),
            _ => {}
        }
    }

    /// Adds the texts in a part of a sealed value.
    pub(super) fn add(&mut self, sealed: &Value, part: &Value) {
        match part {
            Value::List(items) => items.iter().for_each(|item| self.add(sealed, item)),
            Value::Table(table) => table.values().for_each(|value| self.add(sealed, value)),
            scalar => {
                let digest = scalar.as_text().map(tracking::digest);
                digest.into_iter().for_each(|digest| drop(self.by_digest.insert(digest, sealed.clone())));
            }
        }
    }

    /// A text that equals a secret, with the variables that gave the secret, or else with a mask, for display.
    pub(super) fn masked(&self, text: &str) -> Option<Value> {
        let sealed = self.by_digest.get(&tracking::digest(text))?;
        let template = match sealed.inside() {
            Value::Untyped(untyped) if !untyped.is_display_only() => untyped.template(),
            _ => None,
        };
        Some(match template.filter(|template| interpolate::is_only_variables(template)) {
            Some(template) => Value::of_template(text, template, false),
            None => Value::display_only(text, MASK, false, Dialect::Interpolated),
        })
    }
}
