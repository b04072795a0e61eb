//! YAML: a table is what is indented below its key.

use super::{
    super::{FieldContext, StructInfo, table_layout::TableLayout},
    Line, comment, commented, gap, is_live,
};
use crate::source::{
    format::{Format, write},
    names::Names,
};

pub(super) fn render(section: &StructInfo, names: Option<&Names>) -> String {
    let mut text = lines(&comment::of_docs(section.shape.docs), 0);
    table(section, &FieldContext::default(), 0, names, &mut text);
    text.trim_start_matches('\n').to_owned()
}

fn table(
    section: &StructInfo,
    place: &FieldContext,
    indent: usize,
    names: Option<&Names>,
    text: &mut String,
) {
    let outline = TableLayout::new(section, place);
    let (blanks, begin) = (" ".repeat(indent), text.len());
    for entry in &outline.entries {
        gap(text, begin, indent == 0);
        text.push_str(&lines(&comment::of_entry(entry, names, Format::Yaml), indent));
        if entry.field.shape.flatten {
            continue;
        }
        let key = write::key(entry.field.shape.key);
        text.push_str(&match entry.line(names, Format::Yaml) {
            Line::Live(value) => format!("{blanks}{key}: {value}\n"),
            Line::Example(value) => format!("{blanks}#{key}: {value}\n"),
        });
    }
    for part in &outline.parts {
        let mut inner = format!("{blanks}{}:\n", write::key(part.field.shape.key));
        let start = inner.len();
        table(part.section, &part.place, indent + 2, names, &mut inner);
        // A key with nothing but comments below it would be null.
        let live = !part.nullable && is_live(&inner[start..]);
        gap(text, begin, indent == 0);
        text.push_str(&lines(&comment::of_part(part), indent));
        text.push_str(&if live { inner } else { commented(&inner, indent) });
    }
}

fn lines(comments: &[String], indent: usize) -> String {
    let blanks = " ".repeat(indent);
    comments.iter().map(|line| format!("{}\n", format!("{blanks}# {line}").trim_end())).collect()
}
