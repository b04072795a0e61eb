//! The environment as a layer: the variables that match a field, and those that were probably meant
//! to.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
};

use super::names::Names;
use crate::{
    excerpt,
    issue::{Issue, IssueKind, Issues, Origin},
    keys::{Key, Keys},
    secret::Private,
    source::dotenv::Raw,
    unknown_keys::SUGGESTED,
    value::{Dialect, Value},
};

/// The maximum number of variables in a help text.
const NAMED: usize = 4;

/// The result of reading a set of variables.
#[derive(Debug)]
pub(crate) struct Found {
    /// The layer; every leaf is read for the type of its field.
    pub(crate) tree: Value,
    /// The variable of each leaf, as it was written.
    pub(crate) names: BTreeMap<Keys, String>,
    /// Variables with the prefix that match no field.
    pub(crate) unknown: Vec<Issue>,
    /// Variables that match a field and cannot be read.
    pub(crate) issues: Vec<Issue>,
}

/// Reads the variables that `names` knows; if a name is given twice, the last value is used.
pub(crate) fn collect(names: &Names, variables: impl IntoIterator<Item = (OsString, Private)>) -> Found {
    let mut found =
        Found { tree: Value::empty(), names: BTreeMap::new(), unknown: Vec::new(), issues: Vec::new() };
    let mut unknown_names = BTreeSet::new();
    let mut given: BTreeMap<Keys, BTreeMap<String, Private>> = BTreeMap::new();
    for (name, value) in variables {
        let name = name.to_string_lossy().into_owned();
        if let Some(leaf) = names.find(&name) {
            given.entry(leaf.keys.clone()).or_default().insert(name, value);
        } else if names.is_ours(&name) && !names.is_profile(&name) {
            unknown_names.insert(name);
        }
    }
    for (keys, spellings) in given {
        found.set_field(keys, spellings);
    }
    let mut unknown = Issues::default();
    for (place, name) in unknown_names.iter().enumerate() {
        unknown.push_with(|| self::unknown(names, name, place < SUGGESTED));
    }
    found.unknown = unknown.into_vec();
    found
}

impl Found {
    /// Keeps the templates of dotenv values, by the names of their variables.
    pub(crate) fn keep_templates<'t>(&mut self, template: impl Fn(&str) -> Option<&'t Raw>) {
        for (keys, name) in &self.names {
            let Some((raw, template)) = template(name).and_then(|raw| Some((raw, raw.text.to_str()?))) else {
                continue;
            };
            let text = keys.find(&self.tree).and_then(Value::as_text);
            let value = text.map(|text| Value::display_only(text, template, raw.literal, Dialect::Variable));
            value.into_iter().for_each(|value| set(&mut self.tree, &keys.0, value));
        }
    }

    /// Sets the field at `keys` from all variables that match it.
    fn set_field(&mut self, keys: Keys, spellings: BTreeMap<String, Private>) {
        let mut spellings = spellings.into_iter();
        let Some((name, value)) = spellings.next() else { return };
        if let Some((other, _)) = spellings.find(|(_, other)| *other != value) {
            let message = format!("{name} and {other} both set this field, and differ");
            let issue = Issue::new(IssueKind::Setup, keys, message).at(Origin::env(other));
            self.issues.push(issue.with_help(format!("keep {name} and unset the other")));
            return;
        }
        match text(&value) {
            Ok(text) => {
                set(&mut self.tree, &keys.0, Value::variable(text));
                self.names.insert(keys, name);
            }
            Err(message) => {
                self.issues.push(Issue::new(IssueKind::WrongType, keys, message).at(Origin::env(name)));
            }
        }
    }
}

fn text(value: &OsStr) -> Result<&str, &'static str> {
    value.to_str().ok_or("the variable is not valid unicode")
}

fn unknown(names: &Names, name: &str, suggest: bool) -> Issue {
    // A name may contain a line break, which would forge a line of the report.
    let shown = excerpt::visible(name);
    if let Some((keys, variables)) = names.table(name) {
        let message = format!("the variable {shown} names a table, and a variable gives one field of it");
        let issue = Issue::new(IssueKind::UnknownKey, keys, message).at(Origin::env(shown));
        return issue.with_help(format!("set {}", some_of(&variables)));
    }
    let meant = if suggest { names.suggest(name) } else { None };
    let message = match meant {
        Some(meant) => format!("no field takes the variable {shown}, did you mean {meant}?"),
        None => format!("no field takes the variable {shown}"),
    };
    Issue::new(IssueKind::UnknownKey, Keys::root(), message).at(Origin::env(shown))
}

/// The first few of them.
fn some_of(variables: &[String]) -> String {
    let (first, more) = variables.split_at(variables.len().min(NAMED));
    let dots = if more.is_empty() { "" } else { ", .." };
    format!("{}{dots}", first.join(", "))
}

fn set(tree: &mut Value, keys: &[Key], value: Value) {
    match keys {
        [] => *tree = value,
        [Key::Name(name), below @ ..] => {
            set(tree.entries_mut().entry(name.clone()).or_insert_with(Value::empty), below, value);
        }
        // The path of a field never contains an index.
        [Key::Index(_), ..] => {}
    }
}

#[cfg(test)]
mod tests;
