//! Text as files hold it: its encoding, its lines, the problems found in it.

/// A line and a column, both from 1, the column in characters.
pub(crate) type LineCol = (usize, usize);

/// A problem of the text itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// What is wrong; never repeats the text, which may be a secret.
    pub message: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl Flaw {
    /// At this line and column.
    pub(crate) fn new(message: impl Into<String>, (line, column): LineCol) -> Self {
        Self { message: message.into(), line, column }
    }
}

/// The first problems of a text, and how many follow: a binary file taken for TOML has one in every line.
#[derive(Debug, Default)]
pub(crate) struct Flaws {
    first: Vec<Flaw>,
    more: usize,
}

impl Flaws {
    /// How many are told.
    pub(crate) const MAX: usize = 50;

    /// Adds one that stands behind all others.
    pub(crate) fn push(&mut self, flaw: Flaw) {
        if self.first.len() < Self::MAX { self.first.push(flaw) } else { self.more += 1 }
    }

    pub(crate) fn into_vec(mut self) -> Vec<Flaw> {
        if let (Some(last), true) = (self.first.last_mut(), self.more > 0) {
            last.message.push_str(&more_follow(self.more));
        }
        self.first
    }
}

fn more_follow(more: usize) -> String {
    format!("; {more} more problems follow")
}

/// Problems found at these offsets, in the order of the text.
pub(super) fn at_offsets(text: &str, mut found: Vec<(usize, String)>) -> Vec<Flaw> {
    found.sort();
    // Offsets become places last: each costs a pass over the text.
    let found = limited(found, |(_, message)| message);
    found.into_iter().map(|(offset, message)| Flaw::new(message, line_col(text, offset))).collect()
}

/// Problems found at these places, in the order of the text.
pub(super) fn at_places(mut found: Vec<Flaw>) -> Vec<Flaw> {
    found.sort_by_key(|flaw| (flaw.line, flaw.column));
    limited(found, |flaw| &mut flaw.message)
}

fn limited<T>(mut found: Vec<T>, message: impl Fn(&mut T) -> &mut String) -> Vec<T> {
    let more = found.len().saturating_sub(Flaws::MAX);
    found.truncate(Flaws::MAX);
    if let (Some(last), true) = (found.last_mut(), more > 0) {
        message(last).push_str(&more_follow(more));
    }
    found
}

/// The text behind a byte order mark, which some editors write and which means nothing in UTF-8.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The place of a byte; one beyond the text is taken for its end.
pub(crate) fn line_col(text: &str, offset: usize) -> LineCol {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line = 1 + before[..start].iter().filter(|byte| **byte == b'\n').count();
    // Continuation bytes belong to the character before them.
    let column = 1 + before[start..].iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::line_col;

    #[test]
    fn columns_count_characters() {
        assert_eq!(line_col("a\nü = €x", "a\nü = €".len()), (2, 6));
    }

    #[test]
    fn the_end_has_a_place() {
        assert_eq!(line_col("a\n", 99), (2, 1));
        assert_eq!(line_col("", 0), (1, 1));
    }
}
