//! Where the parts of a YAML text begin and end.

use std::ops::Range;

use super::{
    compose::{Body, Node},
    edit::Editor,
};

impl Editor<'_> {
    /// Behind the colon of a key.
    pub(super) fn colon(&self, key: &Node<'_>) -> Option<usize> {
        let end = self.offsets.byte_offset(key.end);
        let rest = &self.text.text[end..];
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        rest[blanks..].starts_with(':').then_some(end + blanks + 1)
    }

    /// The text between the brackets of a list or table that has them.
    pub(super) fn brackets(&self, node: &Node<'_>) -> Option<Range<usize>> {
        let shut = if matches!(node.body, Body::Table(_)) { b'}' } else { b']' };
        if !self.is_in_brackets(node) {
            return None;
        }
        let start = self.opening(node).len();
        // Behind a comma and a comment, the parser's place is that of the comma.
        let close = self.offsets.byte_offset(node.close).max(start);
        Some(start..self.text.find(close..self.text.text.len(), shut).unwrap_or(close))
    }

    /// Where a value ends that is no block.
    pub(super) fn end(&self, node: &Node<'_>) -> Option<usize> {
        match &node.body {
            Body::Scalar { .. } | Body::Alias(_) => Some(self.offsets.byte_offset(node.end)),
            Body::Table(_) | Body::List(_) => self.brackets(node).map(|inside| inside.end + 1),
        }
    }

    fn is_in_brackets(&self, node: &Node<'_>) -> bool {
        let open = match &node.body {
            Body::Table(_) => "{",
            Body::List(_) => "[",
            Body::Scalar { .. } | Body::Alias(_) => return false,
        };
        node.at != node.end && self.opening(node).ends_with(open)
    }

    /// The text up to the bracket that opens a list or table: the parser may count blanks behind it.
    fn opening(&self, node: &Node<'_>) -> &str {
        self.text.text[..self.offsets.byte_offset(node.end)].trim_end()
    }

    /// The last line on which something of the node stands.
    pub(super) fn last_line(&self, node: &Node<'_>) -> usize {
        match &node.body {
            // A block of text ends where the next line begins.
            Body::Scalar { .. } if node.end.1 == 1 && node.end.0 > node.at.0 => node.end.0 - 1,
            Body::Scalar { .. } | Body::Alias(_) => node.end.0,
            Body::List(nodes) | Body::Table(nodes) => {
                let last = nodes.last().map_or(node.end.0, |last| self.last_line(last));
                if self.is_in_brackets(node) { last.max(node.close.0) } else { last }
            }
        }
    }

    /// A value that is there and does not go over lines.
    pub(super) fn on_one_line(&self, node: &Node<'_>) -> Option<Range<usize>> {
        let range = self.offsets.byte_offset(node.at)..self.end(node).filter(|_| !node.is_blank())?;
        (!self.text.text[range.clone()].contains('\n')).then_some(range)
    }

    /// Where a value begins, behind its anchor and tag: a block of text begins at its header.
    pub(super) fn start(&self, node: &Node<'_>) -> usize {
        let start = self.offsets.byte_offset(node.at);
        let is_text = matches!(&node.body, Body::Scalar { plain: false, .. });
        let header = is_text.then(|| block_header(&self.text.text[..self.text.behind_content(start)]));
        header.flatten().unwrap_or(start)
    }

    /// The dash of an item, which may be on a line above it.
    pub(super) fn dash(&self, item: &Node<'_>) -> Option<usize> {
        let mut before = self.text.behind_content(self.start(item));
        while let Some(start) = properties(&self.text.text[..before]) {
            before = self.text.behind_content(start);
        }
        self.text.text[..before].ends_with('-').then(|| before - 1)
    }

    /// Where the anchor or the tag of a value begins, or the value itself.
    pub(super) fn start_with_properties(&self, node: &Node<'_>) -> usize {
        let mut start = self.offsets.byte_offset(node.at);
        while let Some(property) = properties(self.text.text[..start].trim_end()) {
            start = property;
        }
        start
    }

    /// All lines of an item, with the comments that are its own: those right above its dash, and those below it that are
    /// indented more than the dash.
    pub(super) fn item_lines(&self, items: &[Node<'_>], index: usize) -> Option<Range<usize>> {
        let dash = self.dash(items.get(index)?)?;
        let line = self.text.line_start(dash);
        let is_own = |line: usize| self.text.indent(line).len() <= dash - self.text.line_start(dash);
        let start = match index {
            _ if !self.text.is_first(dash) => dash,
            0 => self.text.comments_above(line, |_| true),
            _ => self.text.comments_above(line, is_own),
        };
        let end = self.behind(self.last_line(items.get(index)?));
        Some(start..self.text.behind_comments(end, |line| !is_own(line)))
    }

    /// Where an entry begins: at its key, or at the question mark before it.
    pub(super) fn entry_start(&self, key: &Node<'_>) -> usize {
        let start = self.offsets.byte_offset(key.at);
        let before = self.text.text[self.text.line_start(start)..start].trim_end_matches([' ', '\t']);
        let line = self.text.line_start(start);
        let is_explicit = before.ends_with('?') && before[..before.len() - 1].ends_with([' ', '-', ':']);
        if is_explicit || before == "?" { line + before.len() - 1 } else { start }
    }

    /// What the entries of a table are indented with.
    pub(super) fn indent_of(&self, first: &Node<'_>) -> String {
        let start = self.entry_start(first);
        " ".repeat(first.at.1 - 1 - (self.offsets.byte_offset(first.at) - start))
    }

    /// Where a line begins.
    pub(super) fn line(&self, line: usize) -> usize {
        self.offsets.byte_offset((line, 1))
    }

    /// Behind a line.
    pub(super) fn behind(&self, line: usize) -> usize {
        self.text.line_end(self.line(line))
    }
}

/// Where the header of a block of text begins that the text ends with, like `|` or `>2-`.
fn block_header(text: &str) -> Option<usize> {
    let sign = text.trim_end_matches(|letter: char| matches!(letter, '0'..='9' | '+' | '-'));
    sign.ends_with(['|', '>']).then(|| sign.len() - 1)
}

/// Where the anchor or tag begins that the text ends with.
fn properties(text: &str) -> Option<usize> {
    let start = text.rfind([' ', '\t', '\n']).map_or(0, |blank| blank + 1);
    text[start..].starts_with(['&', '!']).then_some(start)
}
