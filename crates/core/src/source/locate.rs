//! Where a value stands in the text of its file: read again, and only when a report asks.
//!
//! Positions beside every value would cost memory and time on each load; a report is rare, and the text of the
//! version it speaks of is at hand.

// What only one format needs is dead in a build without it.
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

/// Which end of an entry is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpanOf {
    /// The key in a table; for what has none, an element of a list, its value.
    Key,
    /// The value.
    Value,
}

/// The range of a value in the text, as the parser reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// Offsets into the text.
    Bytes(usize, usize),
    /// Lines and columns; of a list or a table only the begin is right.
    Places(LineCol, LineCol),
}

/// The span of a value, and the nodes below it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SpanNode {
    pub(super) at: Span,
    /// Shared, because YAML's aliases stand for the same thing at many places.
    pub(super) below: Arc<Children>,
}

/// A key of a table, with its place and its value.
type KeyedSpan = (Box<str>, (Span, SpanNode));

/// The nodes below a value.
#[derive(Debug, PartialEq)]
pub(super) enum Children {
    Nothing,
    List(Vec<SpanNode>),
    /// In the order of names: the place of the key, and the value. A map for each of many small tables would be larger
    /// than the text.
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

    /// The key's place and the value below this one.
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

/// The places of all values of one text, for reports of more than one problem.
pub(crate) struct SourceMap<'t> {
    lines: Lines<'t>,
    root: SpanNode,
    /// How many bytes stand before what is counted: a byte order mark.
    shift: usize,
}

impl<'t> SourceMap<'t> {
    /// `None` when the text does not parse.
    pub(crate) fn new(format: Format, text: &'t str) -> Option<Self> {
        Some(Self::known(text, spans(format, text)?))
    }

    /// With marks that were found before.
    pub(super) fn known(text: &'t str, root: SpanNode) -> Self {
        let bare = without_mark(text);
        Self { lines: Lines::new(bare), root, shift: text.len() - bare.len() }
    }

    /// From where to where in the whole text the value at exactly these keys stands.
    pub(super) fn range(&self, keys: &Keys) -> Option<Range<usize>> {
        let (reached, _, mark) = self.walk(keys);
        let range = (reached == keys.0.len()).then(|| self.lines.range(mark.at))??;
        Some(range.start + self.shift..range.end + self.shift)
    }

    /// The place of the value at `keys`, or of its key.
    #[cfg(test)]
    pub(crate) fn locate(&self, keys: &Keys, what: SpanOf) -> Option<LineCol> {
        let (reached, place) = self.nearest(keys, what);
        (reached == keys.0.len()).then_some(place)
    }

    /// The place of the value at `keys`, or of the deepest value above it that the text has; with how many of
    /// the keys lead there.
    pub(crate) fn nearest(&self, keys: &Keys, what: SpanOf) -> (usize, LineCol) {
        let (reached, key, mark) = self.walk(keys);
        let at = if what == SpanOf::Key { key } else { mark.at };
        (reached, self.lines.line_col(at))
    }

    /// What may be shown of the line at [`nearest`](Self::nearest).
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

/// The place of the value at `keys`, or of its key; `None` when the text does not hold exactly that path.
///
/// What a YAML alias or merge key brings in stands where it is written; the alias itself where it stands.
#[cfg(test)]
pub(crate) fn locate(format: Format, text: &str, keys: &Keys, what: SpanOf) -> Option<LineCol> {
    SourceMap::new(format, text)?.locate(keys, what)
}

#[cfg(test)]
#[cfg(all(feature = "json", feature = "toml", feature = "yaml"))]
mod tests;
