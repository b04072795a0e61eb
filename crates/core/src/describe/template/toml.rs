//! TOML: the values of a table come before the tables in it.

use super::{
    super::{FieldContext, StructInfo, table_layout::TableLayout},
    Line, comment, commented, gap,
};
use crate::source::{
    format::{Format, write},
    names::Names,
};

pub(super) fn render(section: &StructInfo, names: Option<&Names>) -> String {
    let mut text = lines(&comment::of_docs(section.shape.docs));
    table(section, &FieldContext::default(), "", names, &mut text);
    text.trim_start_matches('\n').to_owned()
}

/// The lines of the table itself, then its tables, each with its header.
fn table(section: &StructInfo, place: &FieldContext, header: &str, names: Option<&Names>, text: &mut String) {
    let outline = TableLayout::new(section, place);
    let start = text.len();
    for entry in &outline.entries {
        gap(text, start, header.is_empty());
        text.push_str(&lines(&comment::of_entry(entry, names, Format::Toml)));
        if entry.field.shape.flatten {
            continue;
        }
        let key = write::key(entry.field.shape.key);
        text.push_str(&match entry.line(names, Format::Toml) {
            Line::Live(value) => format!("{key} = {value}\n"),
            Line::Example(value) => format!("#{key} = {value}\n"),
        });
    }
    for part in &outline.parts {
        let key = write::key(part.field.shape.key);
        let header = if header.is_empty() { key } else { format!("{header}.{key}") };
        let mut inner = format!("[{header}]\n");
        table(part.section, &part.place, &header, names, &mut inner);
        gap(text, start, header.is_empty());
        text.push_str(&lines(&comment::of_part(part)));
        text.push_str(&if part.nullable { commented(&inner, 0) } else { inner });
    }
}

fn lines(comments: &[String]) -> String {
    comments.iter().map(|line| if line.is_empty() { "#\n".into() } else { format!("# {line}\n") }).collect()
}
