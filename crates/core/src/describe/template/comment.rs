//! The comment of a field.

use super::super::table_layout::{LeafEntry, TableEntry};
use crate::source::{
    format::{Format, write},
    names::Names,
};

/// Lines without comment markers.
pub(super) fn of_entry(entry: &LeafEntry<'_>, names: Option<&Names>, format: Format) -> Vec<String> {
    let shape = entry.field.shape;
    let mut lines = of_docs(shape.docs);
    lines.extend(shape.deprecated.map(|advice| clean(&format!("deprecated: {advice}"))));
    lines.push(clean(&facts(entry, names, format)));
    lines.extend(entry.place.secret.then(|| secret(entry, names)));
    lines
}

pub(super) fn of_part(part: &TableEntry<'_>) -> Vec<String> {
    let mut lines = of_docs(part.docs());
    lines.extend(part.field.shape.deprecated.map(|advice| clean(&format!("deprecated: {advice}"))));
    lines.extend(part.nullable.then(|| "optional as a whole".to_owned()));
    lines
}

pub(super) fn of_docs(docs: &str) -> Vec<String> {
    docs.lines().map(clean).collect()
}

fn facts(entry: &LeafEntry<'_>, names: Option<&Names>, format: Format) -> String {
    let mut facts = Vec::new();
    let default = entry.field.default().filter(|_| !entry.place.secret);
    if entry.is_required() {
        facts.push("required".to_owned());
    } else if default.is_none() {
        facts.push("optional".to_owned());
    }
    let rules = entry.rules();
    let comma = if rules.is_empty() { "" } else { ", " };
    facts.push(format!("{}{comma}{rules}", entry.form()));
    facts.extend(
        default.and_then(|default| write::value(&default, format)).map(|text| format!("default: {text}")),
    );
    facts.extend(entry.variable(names).map(|name| format!("variable: {name}")));
    facts.extend(entry.place.restart.then(|| "a change needs a restart".to_owned()));
    facts.join("; ")
}

fn secret(entry: &LeafEntry<'_>, names: Option<&Names>) -> String {
    if let Some(reference) = entry.field.shape.reference {
        return clean(&format!("secret: fetched from {reference}; write another reference, not the secret"));
    }
    match entry.variable(names) {
        Some(name) => format!("secret: set the variable {name}, do not write it here"),
        None => "secret: keep it out of files that others read".to_owned(),
    }
}

/// A comment ends with its line, and no format allows control characters in one.
fn clean(line: &str) -> String {
    line.chars()
        .map(|letter| if write::is_odd(letter) { ' ' } else { letter })
        .collect::<String>()
        .trim_end()
        .to_owned()
}
