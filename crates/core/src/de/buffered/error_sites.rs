//! Which part of a value an error is about, by what serde says that it refused.

use std::collections::{BTreeSet, HashMap};

use super::{
    super::{
        cause::{Cause, Span},
        key::typed,
    },
    DecodeError,
    readings::causes_of,
    tree,
};
use crate::{
    keys::{Key, Keys},
    value::Value,
};

/// The places of a value by the errors that can be about them.
#[derive(Default)]
pub(super) struct ErrorSites {
    values: HashMap<Cause, Vec<Keys>>,
    /// The tables that hold the keys.
    names: HashMap<Span, Keys>,
}

impl ErrorSites {
    /// Those of the given places that are in a region.
    pub(super) fn new<'k>(whole: &Value, places: impl IntoIterator<Item = &'k Keys>, region: &Keys) -> Self {
        let mut found = Self::default();
        let mut tables = BTreeSet::new();
        for keys in places.into_iter().filter(|keys| keys.starts_with(region)) {
            let Some(value) = tree::get(whole, &keys.0) else { continue };
            for cause in causes_of(value) {
                found.values.entry(cause).or_default().push(keys.clone());
            }
            if matches!(keys.0.last(), Some(Key::Name(_))) {
                tables.insert(tree::parent(keys));
            }
            if value.inside().as_table().is_some() {
                tables.insert(keys.clone());
            }
        }
        for table in tables {
            let entries = tree::get(whole, &table.0).and_then(|value| value.inside().as_table());
            let spans =
                entries.into_iter().flat_map(|entries| entries.keys()).map(|name| Span::new(name.as_bytes()));
            found.names.extend(spans.map(|span| (span, table.clone())));
        }
        found
    }

    /// Those of a value and of everything in it.
    pub(super) fn below(whole: &Value, keys: &Keys) -> Self {
        let mut all = Vec::new();
        if let Some(value) = tree::get(whole, &keys.0) {
            tree::walk(value, keys, &mut |keys| all.push(keys.clone()));
        }
        Self::new(whole, &all, keys)
    }

    pub(super) fn of_value(&self, cause: Cause) -> &[Keys] {
        self.values.get(&cause).map_or(&[], Vec::as_slice)
    }

    /// The table of which an error refuses a key.
    pub(super) fn of_name(&self, cause: Cause) -> Option<&Keys> {
        match cause {
            Cause::Text(span) => self.names.get(&span),
            _ => None,
        }
    }

    pub(super) fn has(&self, error: &DecodeError) -> bool {
        !self.of_value(error.cause()).is_empty() || self.of_name(error.cause()).is_some()
    }
}

/// The key of a table that an error refuses.
pub(super) fn refused_name(whole: &Value, table: &Keys, cause: Cause) -> Option<Keys> {
    let entries = tree::get(whole, &table.0)?.inside().as_table()?;
    let name = entries.keys().find(|name| cause == Cause::Text(Span::new(name.as_bytes())))?;
    Some(table.name(name))
}

/// The keys of a table that spell an integer or a truth value.
pub(super) fn numbers(whole: &Value, table: &Keys) -> Vec<Span> {
    let entries = tree::get(whole, &table.0).and_then(|value| value.inside().as_table());
    let names = entries.into_iter().flat_map(|entries| entries.keys());
    names.filter(|name| typed(name).is_some()).map(|name| Span::new(name.as_bytes())).collect()
}

/// Whether an error refuses a key of the table that spells something, as text or as what it spells.
pub(super) fn is_about_names(whole: &Value, table: &Keys, cause: Cause) -> bool {
    let entries = tree::get(whole, &table.0).and_then(|value| value.inside().as_table());
    let mut names = entries.into_iter().flat_map(|entries| entries.keys());
    names.any(|name| {
        let is_text = cause == Cause::Text(Span::new(name.as_bytes()));
        typed(name).is_some_and(|value| is_text || causes_of(&value).contains(&cause))
    })
}
