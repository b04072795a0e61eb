//! Where a value stands in the text of its file: read again, and only when a report asks.
//!
//! Positions beside every value would cost memory and time on each load; a report is rare, and the text of the
//! version it speaks of is at hand.

// What only one format needs is dead in a build without it.
#![cfg_attr(not(all(feature = "json", feature = "toml", feature = "yaml")), allow(dead_code))]

mod lines;

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use super::format::{
    Format, marks,
    text::{Place, without_mark},
};
use crate::{
    excerpt::{Excerpt, Show},
    keys::{Key, Keys},
};
use lines::Lines;

/// Which end of an entry is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// The key in a table; for what has none, an element of a list, its value.
    Key,
    /// The value.
    Value,
}

/// From where to where something stands, as the parser of the format tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// Offsets into the text.
    Bytes(usize, usize),
    /// Lines and columns; of a list or a table only the begin is right.
    Places(Place, Place),
}

/// Where a value stands, and what stands below it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    pub(super) at: At,
    /// Shared, because YAML's aliases stand for the same thing at many places.
    pub(super) below: Arc<Below>,
}

/// A key of a table, with its place and its value.
type Entry = (Box<str>, (At, Mark));

/// What stands below a value.
#[derive(Debug, PartialEq)]
pub(super) enum Below {
    Nothing,
    List(Vec<Mark>),
    /// In the order of names: the place of the key, and the value. A map for each of many small tables would be larger
    /// than the text.
    Table(Box<[Entry]>),
}

impl Below {
    pub(super) fn table(entries: BTreeMap<Box<str>, (At, Mark)>) -> Self {
        Self::Table(entries.into_iter().collect())
    }
}

impl Mark {
    pub(super) fn new(at: At, below: Below) -> Self {
        Self { at, below: Arc::new(below) }
    }

    /// The key's place and the value below this one.
    fn child(&self, key: &Key) -> Option<(At, &Mark)> {
        match (&*self.below, key) {
            (Below::List(items), Key::Index(index)) => items.get(*index).map(|mark| (mark.at, mark)),
            (Below::Table(entries), Key::Name(name)) => {
                let place = entries.binary_search_by(|(own, _)| (**own).cmp(name)).ok()?;
                let (_, (at, mark)) = entries.get(place)?;
                Some((*at, mark))
            }
            _ => None,
        }
    }
}

/// The places of all values of one text, for reports of more than one problem.
pub struct Places<'t> {
    lines: Lines<'t>,
    root: Mark,
    /// How many bytes stand before what is counted: a byte order mark.
    shift: usize,
}

impl<'t> Places<'t> {
    /// `None` when the text does not parse.
    pub fn of(format: Format, text: &'t str) -> Option<Self> {
        Some(Self::known(text, marks(format, text)?))
    }

    /// With marks that were found before.
    pub(super) fn known(text: &'t str, root: Mark) -> Self {
        let bare = without_mark(text);
        Self { lines: Lines::of(bare), root, shift: text.len() - bare.len() }
    }

    /// From where to where in the whole text the value at exactly these keys stands.
    pub(super) fn range(&self, keys: &Keys) -> Option<Range<usize>> {
        let (reached, _, mark) = self.walk(keys);
        let range = (reached == keys.0.len()).then(|| self.lines.range(mark.at))??;
        Some(range.start + self.shift..range.end + self.shift)
    }

    /// The place of the value at `keys`, or of its key.
    #[cfg(test)]
    pub(crate) fn locate(&self, keys: &Keys, what: Spot) -> Option<Place> {
        let (reached, place) = self.nearest(keys, what);
        (reached == keys.0.len()).then_some(place)
    }

    /// The place of the value at `keys`, or of the deepest value above it that the text has; with how many of
    /// the keys lead there.
    pub fn nearest(&self, keys: &Keys, what: Spot) -> (usize, Place) {
        let (reached, key, mark) = self.walk(keys);
        let at = if what == Spot::Key { key } else { mark.at };
        (reached, self.lines.place(at))
    }

    /// What may be shown of the line at [`nearest`](Self::nearest).
    pub(crate) fn excerpt(&self, keys: &Keys, what: Spot, show: Show) -> Option<Excerpt> {
        let (reached, key, mark) = self.walk(keys);
        let named = matches!(keys.0.get(reached.checked_sub(1)?)?, Key::Name(_));
        let single = reached == keys.0.len() && matches!(*mark.below, Below::Nothing);
        let key = named.then(|| self.lines.cut(key)).flatten();
        let value = (what == Spot::Value && show == Show::Value && single)
            .then(|| self.lines.cut(mark.at).filter(|cut| !cut.part.is_empty()))
            .flatten();
        match (key, value) {
            (key, Some(value)) => Some(value.of_value(key)),
            (Some(key), None) => Some(key.of_key()),
            (None, None) => None,
        }
    }

    fn walk(&self, keys: &Keys) -> (usize, At, &Mark) {
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
pub(crate) fn locate(format: Format, text: &str, keys: &Keys, what: Spot) -> Option<Place> {
    Places::of(format, text)?.locate(keys, what)
}

#[cfg(test)]
#[cfg(all(feature = "json", feature = "toml", feature = "yaml"))]
mod tests;
