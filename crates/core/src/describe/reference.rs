//! A page of Markdown: a table for each table of the file.

use super::{
    StructInfo,
    table_layout::{FieldContext, LeafEntry, TableLayout},
};
use crate::{json_text, rule::Requirement, source::names::Names};

const HEAD: &str =
    "| Key | Type | Default | Rules | Variable | Description |\n| --- | --- | --- | --- | --- | --- |\n";

pub(super) fn render(section: &StructInfo, names: Option<&Names>) -> String {
    let mut page = format!("# {}\n", section.shape.name);
    table(section, &FieldContext::default(), section.shape.docs, 1, names, &mut page);
    page
}

fn table(
    section: &StructInfo,
    place: &FieldContext,
    docs: &str,
    depth: usize,
    names: Option<&Names>,
    page: &mut String,
) {
    let outline = TableLayout::new(section, place);
    if !docs.is_empty() {
        page.push_str(&format!("\n{docs}\n"));
    }
    if let Some(checks) = checks(section) {
        page.push_str(&format!("\n{checks}\n"));
    }
    if !outline.entries.is_empty() {
        page.push('\n');
        page.push_str(HEAD);
        outline.entries.iter().for_each(|entry| page.push_str(&row(entry, names)));
    }
    for part in &outline.parts {
        let heading = "#".repeat((depth + 1).min(6));
        let optional = if part.nullable { " (optional)" } else { "" };
        page.push_str(&format!("\n{heading} {}{optional}\n", code(&part.place.keys.to_string())));
        if let Some(advice) = part.field.shape.deprecated {
            page.push_str(&format!("\n**Deprecated:** {advice}\n"));
        }
        table(part.section, &part.place, part.docs(), depth + 1, names, page);
    }
}

fn checks(section: &StructInfo) -> Option<String> {
    let paths = section.checks.iter().filter_map(|check| match check {
        Requirement::Check(path) => Some(code(path)),
        _ => None,
    });
    let paths: Vec<String> = paths.collect();
    (!paths.is_empty()).then(|| format!("Checked as a whole by {}.", paths.join(", ")))
}

fn row(entry: &LeafEntry<'_>, names: Option<&Names>) -> String {
    let variable = entry.variable(names).map_or(String::new(), |name| code(&name));
    // A flattened field takes the keys that match no field.
    let keys = if entry.field.shape.flatten { entry.place.keys.name("*") } else { entry.place.keys.clone() };
    let cells =
        [code(&keys.to_string()), entry.form(), default(entry), entry.rules(), variable, description(entry)];
    format!("| {} |\n", cells.map(|cell| cell_of(&cell)).join(" | "))
}

fn default(entry: &LeafEntry<'_>) -> String {
    match entry.field.default() {
        Some(_) if entry.place.secret => entry.field.shape.reference.map_or("secret".into(), code),
        Some(value) => code(&json_text::text(&value)),
        None if entry.is_required() => "**required**".into(),
        None => String::new(),
    }
}

fn description(entry: &LeafEntry<'_>) -> String {
    let shape = entry.field.shape;
    let mut parts = Vec::new();
    parts.extend(shape.deprecated.map(|advice| format!("**Deprecated:** {advice}.")));
    parts.extend(entry.place.secret.then(|| "**Secret.**".to_owned()));
    parts.push(shape.docs.to_owned());
    parts.extend(entry.place.restart.then(|| "**A change needs a restart.**".to_owned()));
    if !shape.aliases.is_empty() {
        let names: Vec<String> = shape.aliases.iter().map(|alias| code(alias)).collect();
        parts.push(format!("Also read as {}.", names.join(", ")));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

/// A code span, even if the text contains backticks.
fn code(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// A table cell is one line, and a bar would end it, even in code.
fn cell_of(text: &str) -> String {
    let paragraphs: Vec<String> =
        text.split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    paragraphs.join("<br>").replace('|', "\\|")
}
