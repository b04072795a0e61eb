//! Where the sections of a TOML document begin and end.

use std::ops::Range;

use toml_edit::{Item, Table, Value as Toml};

use crate::source::format::edit::patch::Text;

/// The sections of a document: what stands above the first header, and what stands below each one.
pub(super) struct Sections {
    /// Where each header begins and ends, and where the last statement below it does.
    known: Vec<(usize, usize, usize)>,
}

impl Sections {
    pub(super) fn new(root: &Table) -> Self {
        let mut known = Vec::new();
        collect(root, &mut known);
        known.sort_unstable();
        Self { known }
    }

    /// Where the header that begins here ends.
    pub(super) fn header_end(&self, header: usize) -> usize {
        self.known.iter().find(|(start, ..)| *start == header).map_or(header, |(_, end, _)| *end)
    }

    /// Behind the last line of the section whose header begins here.
    pub(super) fn end(&self, text: &Text<'_>, header: usize) -> usize {
        let found = self.known.iter().find(|(start, ..)| *start == header);
        text.line_end(found.map_or(header, |(_, end, last)| *end.max(last)))
    }

    /// All lines of an element of `[[..]]`, with the comments right above and below it. `None` if other sections are between
    /// its own.
    pub(super) fn with_comments(&self, text: &Text<'_>, table: &Table) -> Option<Range<usize>> {
        let own: Vec<usize> = tables_in(table).collect();
        let first = *own.iter().min()?;
        let end = own.iter().map(|header| self.end(text, *header)).max()?;
        let headers = self.known.iter().map(|(header, ..)| header);
        if headers.filter(|header| (first..end).contains(*header)).any(|header| !own.contains(header)) {
            return None;
        }
        let below = text.behind_comments(end, |_| true);
        // Comments right above a header are about its section.
        let is_above = text.text[below..].split('\n').next().is_some_and(|line| !line.trim().is_empty());
        let start = text.comments_above(text.line_start(first), |_| true);
        Some(start..if is_above { end } else { below })
    }

    /// Where the first statement of a root without any stands, and whether a blank line follows it.
    ///
    /// The comment of a file stays at its top, and that of the first section stays with its section.
    pub(super) fn first_statement(&self, text: &Text<'_>) -> (usize, bool) {
        let Some((header, ..)) = self.known.first() else { return (text.text.len(), false) };
        let header = text.line_start(*header);
        let above = text.text[..header].split_inclusive('\n').rev();
        let comments = above.take_while(|line| line.trim_start().starts_with('#'));
        (header - comments.map(str::len).sum::<usize>(), true)
    }
}

fn collect(table: &Table, known: &mut Vec<(usize, usize, usize)>) {
    if let Some(header) = table.span().filter(|_| !table.is_dotted() && !table.is_implicit()) {
        // The root has an empty span, and no header.
        if !header.is_empty() {
            known.push((header.start, header.end, statements(table).max().unwrap_or(header.end)));
        }
    }
    for (_, item) in table.iter() {
        match item {
            Item::Table(below) => collect(below, known),
            Item::ArrayOfTables(tables) => tables.iter().for_each(|below| collect(below, known)),
            Item::Value(_) | Item::None => {}
        }
    }
}

/// Where the statements of a table end, those below dotted keys too.
pub(super) fn statements(table: &Table) -> impl Iterator<Item = usize> {
    let mut ends = Vec::new();
    collect_statements(table, &mut ends);
    ends.into_iter()
}

fn collect_statements(table: &Table, ends: &mut Vec<usize>) {
    for (_, item) in table.iter() {
        match item {
            Item::Value(value) => ends.extend(Toml::span(value).map(|span| span.end)),
            Item::Table(below) if below.is_dotted() => collect_statements(below, ends),
            _ => {}
        }
    }
}

/// Where the headers of a table, and of all tables below it, begin. None for a root whose end is that of the text.
pub(super) fn tables_in(table: &Table) -> impl Iterator<Item = usize> {
    let mut known = Vec::new();
    let is_root = table.span().is_some_and(|span| span.is_empty());
    if !is_root {
        collect(table, &mut known);
    }
    known.into_iter().map(|(start, ..)| start)
}
