//! Finds the position of a value in the text of its file, which is parsed again, but only for a report.
//!
//! Positions on every value would cost memory and time on each load; reports are rare, and the text of the
//! version is available.

// Code for only one format is unused in a build without it.
#![cfg_attr(not(all(feature = "json", feature = "toml", feature = "yaml")), allow(dead_code))]

mod lines;

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use super::format::{
    Format, spans,
    text::{LineCol, without_mark},
};
use crate::{
    excerpt::{Excerpt, Show},
    keys::{Key, Keys},
};
use lines::Lines;

/// The part of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpanOf {
    /// The key in a table; for an element of a list, which has none, its value.
    Key,
    /// The value.
    Value,
}

/// The range of a value in the text, as the parser reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// Offsets into the text.
    Bytes(usize, usize),
    /// Lines and columns; for a list or a table only the start is correct.
    Places(LineCol, LineCol),
}

/// The span of a value, and the nodes below it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SpanNode {
    pub(super) at: Span,
    /// Shared, because YAML aliases use the same value at several positions.
    pub(super) below: Arc<Children>,
}

/// A key of a table, with its span and its value.
type KeyedSpan = (Box<str>, (Span, SpanNode));

/// The nodes below a value.
#[derive(Debug, PartialEq)]
pub(super) enum Children {
    Nothing,
    List(Vec<SpanNode>),
    /// Sorted by name: the span of the key, and the value. A map for each of many small tables would be larger than
    /// the text.
    Table(Box<[KeyedSpan]>),
}

impl Children {
    pub(super) fn table(entries: BTreeMap<Box<str>, (Span, SpanNode)>) -> Self {
        Self::Table(entries.into_iter().collect())
    }
}

impl SpanNode {
    pub(super) fn new(at: Span, below: Children) -> Self {
        Self { at, below: Arc::new(below) }
    }

    /// The span of the key and the value below this one.
    fn child(&self, key: &Key) -> Option<(Span, &SpanNode)> {
        match (&*self.below, key) {
            (Children::List(items), Key::Index(index)) => items.get(*index).map(|mark| (mark.at, mark)),
            (Children::Table(entries), Key::Name(name)) => {
                let place = entries.binary_search_by(|(own, _)| (**own).cmp(name)).ok()?;
                let (_, (at, mark)) = entries.get(place)?;
                Some((*at, mark))
            }
            _ => None,
        }
    }
}

/// The positions of all values of one text, for reports of several problems.
pub(crate) struct SourceMap<'t> {
    lines: Lines<'t>,
    root: SpanNode,
    /// The number of bytes before the parsed text: a byte order mark.
    shift: usize,
}

impl<'t> SourceMap<'t> {
    /// `None` if the text does not parse.
    pub(crate) fn new(format: Format, text: &'t str) -> Option<Self> {
        Some(Self::known(text, spans(format, text)?))
    }

    /// With spans that were computed before.
    pub(super) fn known(text: &'t str, root: SpanNode) -> Self {
        let bare = without_mark(text);
        Self { lines: Lines::new(bare), root, shift: text.len() - bare.len() }
    }

    /// The range in the whole text of the value at exactly these keys.
    pub(super) fn range(&self, keys: &Keys) -> Option<Range<usize>> {
        let (reached, _, mark) = self.walk(keys);
        let range = (reached == keys.0.len()).then(|| self.lines.range(mark.at))??;
        Some(range.start + self.shift..range.end + self.shift)
    }

    /// The position of the value at `keys`, or of its key.
    #[cfg(test)]
    pub(crate) fn locate(&self, keys: &Keys, what: SpanOf) -> Option<LineCol> {
        let (reached, place) = self.nearest(keys, what);
        (reached == keys.0.len()).then_some(place)
    }

    /// The position of the value at `keys`, or of the deepest value above it in the text, and the number of
    /// keys that lead there.
    pub(crate) fn nearest(&self, keys: &Keys, what: SpanOf) -> (usize, LineCol) {
        let (reached, key, mark) = self.walk(keys);
        let at = if what == SpanOf::Key { key } else { mark.at };
        (reached, self.lines.line_col(at))
    }

    /// The excerpt of the line at [`nearest`](Self::nearest).
    pub(crate) fn excerpt(&self, keys: &Keys, what: SpanOf, show: Show) -> Option<Excerpt> {
        let (reached, key, mark) = self.walk(keys);
        let named = matches!(keys.0.get(reached.checked_sub(1)?)?, Key::Name(_));
        let single = reached == keys.0.len() && matches!(*mark.below, Children::Nothing);
        let key = named.then(|| self.lines.cut(key)).flatten();
        let value = (what == SpanOf::Value && show == Show::Value && single)
            .then(|| self.lines.cut(mark.at).filter(|cut| !cut.part.is_empty()))
            .flatten();
        match (key, value) {
            (key, Some(value)) => Some(value.of_value(key)),
            (Some(key), None) => Some(key.of_key()),
            (None, None) => None,
        }
    }

    fn walk(&self, keys: &Keys) -> (usize, Span, &SpanNode) {
        let mut mark = &self.root;
        let mut key_at = mark.at;
        let mut reached = 0;
        while let Some((at, next)) = keys.0.get(reached).and_then(|key| mark.child(key)) {
            (key_at, mark) = (at, next);
            reached += 1;
        }
        (reached, key_at, mark)
    }
}

/// The position of the value at `keys`, or of its key; `None` if the text does not contain exactly that path.
///
/// Values from a YAML alias or merge key have the position at which they are written; the alias has its own
/// position.
#[cfg(test)]
pub(crate) fn locate(format: Format, text: &str, keys: &Keys, what: SpanOf) -> Option<LineCol> {
    SourceMap::new(format, text)?.locate(keys, what)
}

#[cfg(test)]
#[cfg(all(feature = "json", feature = "toml", feature = "yaml"))]
mod tests;
