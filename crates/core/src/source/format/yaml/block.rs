//! Values in lines, as people write them.

use crate::{
    keys::Key,
    source::format::{Format, edit::change::Change, write},
    value::Value,
};

/// An entry of a table whose first line is indented already.
pub(super) fn entry(name: &str, change: &Change, indent: &str, newline: &str) -> String {
    let deeper = format!("{indent}  ");
    let value = value(change, &deeper, newline);
    if is_lines(change) { format!("{name}:{newline}{deeper}{value}") } else { format!("{name}: {value}") }
}

/// A value whose first line is indented already.
pub(super) fn value(change: &Change, indent: &str, newline: &str) -> String {
    if let Some(entries) = change.entries().filter(|entries| !entries.is_empty()) {
        let entry = |(key, change): &(Key, Change)| match key {
            Key::Name(name) => Some(entry(&write::key(name), change, indent, newline)),
            Key::Index(_) => None,
        };
        let entries: Vec<_> = entries.iter().filter_map(entry).collect();
        return entries.join(&format!("{newline}{indent}"));
    }
    match change {
        Change::Put(Value::List(items)) if is_lines(change) => {
            let deeper = format!("{indent}  ");
            let item = |item: &Value| format!("- {}", value(&Change::Put(item.clone()), &deeper, newline));
            items.iter().map(item).collect::<Vec<_>>().join(&format!("{newline}{indent}"))
        }
        change => {
            let value = change.apply(None).unwrap_or(Value::Null);
            // A value that the format does not have is refused before anything is written.
            write::value(&value, Format::Yaml).unwrap_or_else(|| "null".to_owned())
        }
    }
}

/// Tables, and lists of them.
fn is_lines(change: &Change) -> bool {
    match change {
        Change::Put(Value::Table(table)) => !table.is_empty(),
        Change::Put(Value::List(items)) => {
            let table = |item: &Value| item.as_table().is_some_and(|table| !table.is_empty());
            !items.is_empty() && items.iter().all(table)
        }
        Change::Put(_) | Change::Remove | Change::Elements(_) => false,
        Change::Inside(_) => change.entries().is_some_and(|entries| !entries.is_empty()),
    }
}
