//! JSON has no comments, so there are only values, and `null` for missing ones.

use super::{
    super::{FieldContext, StructInfo, table_layout::TableLayout},
    Line,
};
use crate::source::format::{Format, write};

pub(super) fn render(section: &StructInfo) -> String {
    let mut text = table(section, &FieldContext::default(), 0);
    text.push('\n');
    text
}

fn table(section: &StructInfo, place: &FieldContext, indent: usize) -> String {
    let outline = TableLayout::new(section, place);
    let mut entries = Vec::new();
    for entry in outline.entries.iter().filter(|entry| !entry.field.shape.flatten) {
        let wanted =
            entry.is_required() || entry.leaf.form.nullable && !entry.place.secret && !entry.place.optional;
        match entry.line(None, Format::Json) {
            Line::Live(value) => entries.push((entry.field.shape.key, value)),
            Line::Example(_) if wanted => entries.push((entry.field.shape.key, "null".into())),
            Line::Example(_) => {}
        }
    }
    for part in &outline.parts {
        let inner = if part.nullable { "null".into() } else { table(part.section, &part.place, indent + 2) };
        if !(part.nullable && place.optional) {
            entries.push((part.field.shape.key, inner));
        }
    }
    if entries.is_empty() {
        return "{}".into();
    }
    let blanks = " ".repeat(indent);
    let lines: Vec<String> = entries
        .iter()
        .map(|(key, value)| format!("{blanks}  {}: {value}", write::quoted(key, Format::Json)))
        .collect();
    format!("{{\n{}\n{blanks}}}", lines.join(",\n"))
}
