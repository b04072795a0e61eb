//! From lines and columns to bytes.

use std::ops::Range;

use crate::source::format::text::LineCol;

pub(super) struct Offsets<'t> {
    text: &'t str,
    /// Where each line begins.
    lines: Vec<usize>,
    /// Columns are bytes then, however long a line is.
    is_ascii: bool,
}

impl<'t> Offsets<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let ends = text.match_indices('\n').map(|(end, _)| end + 1);
        Self { text, lines: std::iter::once(0).chain(ends).collect(), is_ascii: text.is_ascii() }
    }

    /// The byte at a place; the end of the text if the place is beyond it.
    pub(super) fn byte_offset(&self, (line, column): LineCol) -> usize {
        let Some(start) = self.lines.get(line - 1) else { return self.text.len() };
        if self.is_ascii {
            return (start + column - 1).min(self.text.len());
        }
        let ahead: usize = self.text[*start..].chars().take(column - 1).map(char::len_utf8).sum();
        start + ahead
    }

    pub(super) fn range(&self, from: LineCol, to: LineCol) -> Option<Range<usize>> {
        let (from, to) = (self.byte_offset(from), self.byte_offset(to));
        (from <= to).then_some(from..to)
    }
    /// Where a scalar in quotes ends that begins here, maybe with an anchor or a tag.
    pub(super) fn end_of_quotes(&self, at: LineCol) -> Option<LineCol> {
        let text = &self.text[self.byte_offset(at)..];
        let open = text.find(['"', '\''])?;
        let quote = text[open..].chars().next()?;
        let mut end = open + 1;
        loop {
            end += text[end..].find([quote, '\\'])?;
            let rest = &text[end..];
            let skipped = match quote {
                '"' if rest.starts_with('\\') => {
                    rest[1..].chars().next().map(|letter| 1 + letter.len_utf8())?
                }
                '\'' if rest.starts_with('\\') => 1,
                '\'' if rest.starts_with("\'\'") => 2,
                _ => return Some(moved(at, &text[..=end])),
            };
            end += skipped;
        }
    }
}

/// The place behind a text that begins at a place.
fn moved((line, column): LineCol, text: &str) -> LineCol {
    match text.rsplit_once('\n') {
        Some((lines, last)) => (line + 1 + lines.matches('\n').count(), 1 + last.chars().count()),
        None => (line, column + text.chars().count()),
    }
}
