//! The lines of a text, and excerpts of them.

use std::ops::Range;

use super::Span;
use crate::{excerpt::Excerpt, source::format::text::LineCol};

/// A text with an index of its lines.
pub(super) struct Lines<'t> {
    text: &'t str,
    /// The offset at which each line starts.
    starts: Vec<usize>,
}

/// A part of one line, with the text around it.
pub(super) struct Cut<'t> {
    before: &'t str,
    pub(super) part: &'t str,
    after: &'t str,
    line: usize,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { text, starts: std::iter::once(0).chain(ends.map(|(end, _)| end + 1)).collect() }
    }

    /// Its start.
    pub(super) fn line_col(&self, at: Span) -> LineCol {
        match at {
            Span::Places(place, _) => place,
            Span::Bytes(offset, _) => {
                let (line, inside) = self.inside(offset);
                let column = 1 + self.line(line).get(..inside).map_or(0, |before| before.chars().count());
                (line + 1, column)
            }
        }
    }

    /// The byte range of a span; `None` for a list or a table in YAML, whose end is unknown.
    pub(super) fn range(&self, at: Span) -> Option<Range<usize>> {
        let offset = |place| {
            self.inside_of(place)
                .map(|(line, inside)| self.starts.get(line).unwrap_or(&self.text.len()) + inside)
        };
        let range = match at {
            Span::Bytes(start, end) => start..end,
            Span::Places(start, end) => offset(start)?..offset(end)?,
        };
        self.text.get(range.clone()).is_some().then_some(range)
    }

    /// The text of a span, up to the end of its first line.
    pub(super) fn cut(&self, at: Span) -> Option<Cut<'t>> {
        let ((line, start), (last, end)) = match at {
            Span::Bytes(start, end) => (self.inside(start), self.inside(end)),
            Span::Places(start, end) => (self.inside_of(start)?, self.inside_of(end)?),
        };
        let text = self.line(line).trim_end_matches(['\n', '\r']);
        let end = if last == line { end.min(text.len()) } else { text.len() };
        let (before, rest) = text.split_at_checked(start)?;
        let (part, after) = rest.split_at_checked(end.checked_sub(start)?)?;
        let after = if last == line { after } else { "…" };
        Some(Cut { before, part: part.trim_end(), after, line })
    }

    fn line(&self, line: usize) -> &'t str {
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or_default()
    }

    /// The line, counted from 0, and the offset in it.
    fn inside(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        (line, offset - self.starts.get(line).copied().unwrap_or(0))
    }

    fn inside_of(&self, (line, column): LineCol) -> Option<(usize, usize)> {
        let (line, column) = (line.checked_sub(1)?, column.checked_sub(1)?);
        let text = self.line(line);
        Some((line, text.char_indices().nth(column).map_or(text.len(), |(offset, _)| offset)))
    }
}

impl<'t> Cut<'t> {
    /// A key alone.
    pub(super) fn of_key(&self) -> Excerpt {
        let after = match self.after.trim_start().chars().next() {
            Some('=') => " = …",
            Some(':') => ": …",
            Some(']') => "]",
            Some(_) => " …",
            None => "",
        };
        Excerpt::new(&self.lead(), self.part, after)
    }

    /// A value, with its key if that is directly before it.
    pub(super) fn of_value(&self, key: Option<Cut<'t>>) -> Excerpt {
        let begin = key.as_ref().filter(|key| key.line == self.line).and_then(|key| {
            let between = self.before.get(key.before.len() + key.part.len()..)?;
            let plain = matches!(between.trim(), "=" | ":");
            plain.then(|| format!("{}{}{between}", key.lead(), key.part))
        });
        Excerpt::new(&begin.unwrap_or_else(|| self.lead()), self.part, self.trail())
    }

    /// Before a key, only the names of its enclosing tables are shown.
    fn lead(&self) -> String {
        let before = self.before.trim_start();
        let name = |c: char| c.is_ascii_alphanumeric() || "_-.[ \t".contains(c);
        if before.chars().all(name) { before.to_owned() } else { "… ".to_owned() }
    }

    fn trail(&self) -> &'static str {
        match self.after.trim() {
            "…" => "…",
            after if after.chars().all(|c| ",]}".contains(c)) => "",
            _ => " …",
        }
    }
}
