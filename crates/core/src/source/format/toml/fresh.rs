//! New TOML: statements and sections.

use crate::{
    keys::Key,
    source::format::{
        Format,
        edit::change::{Change, Changes},
        write,
    },
    value::Value,
};

/// A statement for each leaf, with dotted keys where a table is put as such.
pub(super) fn statements(prefix: &[String], new: &Changes, indent: &str, newline: &str) -> Option<String> {
    let mut lines = String::new();
    for (key, change) in new {
        let Key::Name(name) = key else { return None };
        let path = [prefix, &[write::name_in(name, Format::Toml)]].concat();
        match change {
            Change::Inside(below) => {
                let below = below.iter().filter(|(_, change)| !change.is_removal()).cloned().collect();
                lines.push_str(&statements(&path, &below, indent, newline)?);
            }
            change => {
                let value = write::value(&change.apply(None)?, Format::Toml)?;
                lines.push_str(&format!("{indent}{} = {value}{newline}", path.join(".")));
            }
        }
    }
    Some(lines)
}

/// A section with its header, and those below it.
pub(super) fn section(path: &[String], new: &Changes, newline: &str) -> Option<String> {
    below(path, new, newline, &format!("[{}]{newline}", path.join(".")))
}

/// An element of `[[..]]`.
pub(super) fn element(path: &[String], new: &Changes, newline: &str) -> Option<String> {
    let new: Changes = new.iter().filter(|(_, change)| !is_null(change)).cloned().collect();
    below(path, &new, newline, &format!("[[{}]]{newline}", path.join(".")))
}

/// Sections for tables that are new.
pub(super) fn sections(path: &[String], new: &Changes, newline: &str) -> Option<String> {
    let mut all = Vec::new();
    for (key, change) in new {
        let Key::Name(name) = key else { return None };
        let path = [path, &[write::name_in(name, Format::Toml)]].concat();
        let entries = change.entries()?;
        // A table that has only tables needs no header.
        let only_tables = !entries.is_empty() && entries.iter().all(|(_, change)| is_section(change));
        all.push(if only_tables {
            sections(&path, &entries, newline)?
        } else {
            section(&path, &entries, newline)?
        });
    }
    Some(all.join(newline))
}

fn below(path: &[String], new: &Changes, newline: &str, header: &str) -> Option<String> {
    let (tables, values): (Changes, Changes) =
        new.iter().cloned().partition(|(_, change)| is_section(change));
    let values = statements(&[], &values, "", newline)?;
    let tables = sections(path, &tables, newline)?;
    let gap = if tables.is_empty() { "" } else { newline };
    Some(format!("{header}{values}{gap}{tables}"))
}

fn is_section(change: &Change) -> bool {
    matches!(change, Change::Inside(_))
}

fn is_null(change: &Change) -> bool {
    matches!(change, Change::Put(value) if value.is_null())
}

/// A whole document.
pub(in crate::source::format) fn whole(tree: &Value, comments: &[String], newline: &str) -> String {
    let mut text: String = comments.iter().map(|comment| format!("{comment}{newline}")).collect();
    let Change::Inside(root) = inside(tree) else { return text };
    let (tables, values): (Changes, Changes) = root.into_iter().partition(|(_, change)| is_section(change));
    text.push_str(&statements(&[], &values, "", newline).unwrap_or_default());
    for table in tables {
        let gap = if text.is_empty() { "" } else { newline };
        text.push_str(&format!("{gap}{}", sections(&[], &vec![table], newline).unwrap_or_default()));
    }
    text
}

/// Tables as such, all else as values.
fn inside(value: &Value) -> Change {
    match value.as_table() {
        Some(table) => {
            let given = table.iter().filter(|(_, value)| !value.is_null());
            Change::Inside(given.map(|(name, value)| (Key::Name(name.clone()), inside(value))).collect())
        }
        None => Change::Put(value.clone()),
    }
}
