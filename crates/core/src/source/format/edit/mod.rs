//! The text of a file with some values changed, and the proof that nothing else did.
//!
//! A format edits in place as well as it can. What comes of it is read again: the tree must be the intended one, and every
//! comment must be there, but for those of removed list elements. So an edit may be simple-minded, it cannot do harm. An
//! edit that fails this check is repeated entry by entry, with the entry at fault, as deep in the tables as possible, written
//! as a whole; if that fails too, the whole text is written, with its comments at the top.

pub(super) mod arrange;
pub(crate) mod change;
mod equivalence;
pub(super) mod flow;
mod flow_list;
pub(super) mod patch;

use std::ops::Range;

pub(in crate::source::format) use self::equivalence::is_equivalent;
pub(super) use self::patch::Edited;
use self::patch::newline;
use super::{Format, Reader, text::without_mark, write};
use crate::{
    keys::{Key, Keys},
    source::format::edit::change::{Change, Changes, Element, add, in_steps},
    value::{Value, place_at},
};

/// What the text of a file must become.
pub(crate) struct Wanted<'w> {
    pub(crate) changes: &'w Changes,
    /// Tables that a removal may leave empty. A format may drop them then.
    pub(crate) hollow: &'w [Vec<Key>],
    /// Comments to add, each once however often the file is written.
    pub(crate) remarks: &'w [String],
}

/// What an edit does with a text.
pub(super) type InPlace = fn(&str, &Changes) -> Option<Edited>;

/// Upper bound on the entries of a table that are edited one by one: the text is read again for each.
const MAX_ENTRIES: usize = 64;

const EMPTY_REMARK: &str = "no value is set in this file";

/// # Errors
/// Why a value cannot be written in this format.
pub(super) fn edit(
    format: Format,
    reader: &Reader,
    text: &str,
    wanted: &Wanted<'_>,
) -> Result<String, String> {
    writable(format, wanted.changes, &Keys::root())?;
    let bare = without_mark(text);
    let mark = &text[..text.len() - bare.len()];
    let old = read(reader, bare).ok_or("the file cannot be read")?;
    let new = apply(&old, wanted.changes);
    let mut editor = Editor { format, reader, hollow: wanted.hollow, comments: comments(reader, bare) };
    let edited = if new == old { Some(bare.to_owned()) } else { editor.edited(bare, &old, wanted.changes) };
    let edited = edited.and_then(|edited| editor.remarked(&edited, &new, wanted.remarks));
    let edited = edited.ok_or_else(|| unwritable(format, bare))?;
    Ok(format!("{mark}{edited}"))
}

/// Why no edit of a text is sound.
fn unwritable(format: Format, text: &str) -> &'static str {
    let has_lone_returns = || text.replace("\r\n", "").contains('\r');
    match format {
        Format::Yaml if has_lone_returns() => {
            "lines of the file end in a carriage return without a line feed, which no edit can keep: end them in a line feed"
        }
        _ => "the file cannot be written so that it reads as intended",
    }
}

/// The text after some of several edits.
#[derive(Clone)]
struct Progress {
    text: String,
    tree: Value,
    /// The comments of list elements that were removed.
    dropped: Vec<String>,
}

struct Editor<'e> {
    format: Format,
    reader: &'e Reader,
    hollow: &'e [Vec<Key>],
    /// Those that must not be lost.
    comments: Vec<String>,
}

impl Editor<'_> {
    /// A list is rearranged before the elements change that moved in it.
    fn edited(&mut self, text: &str, old: &Value, changes: &Changes) -> Option<String> {
        let (mut text, mut tree) = (text.to_owned(), old.clone());
        for step in in_steps(changes) {
            let edited = self.step(&text, &tree, &step)?;
            self.comments = without(&self.comments, &edited.dropped);
            (text, tree) = (edited.text, apply(&tree, &step));
        }
        Some(text)
    }

    fn step(&self, text: &str, old: &Value, changes: &Changes) -> Option<Edited> {
        let new = apply(old, changes);
        let sound = |edited: &Edited| self.is_sound_edit(edited, &new, &[]);
        self.in_place(text, changes)
            .filter(sound)
            .or_else(|| self.entry_by_entry(text, old, changes).filter(sound))
            .or_else(|| {
                let text = (self.reader.whole)(&new, &self.comments, newline(text));
                Some(Edited { text, dropped: Vec::new() }).filter(sound)
            })
    }

    /// Each entry on its own: in place, or else as a whole.
    fn entry_by_entry(&self, text: &str, old: &Value, changes: &Changes) -> Option<Edited> {
        let start = Progress { text: text.to_owned(), tree: old.clone(), dropped: Vec::new() };
        let done = self.all_entries(start, &Keys::root(), changes)?;
        Some(Edited { text: done.text, dropped: done.dropped })
    }

    fn all_entries(&self, start: Progress, place: &Keys, changes: &Changes) -> Option<Progress> {
        changes.iter().try_fold(start, |done, (key, change)| {
            matches!(key, Key::Name(_)).then(|| self.entry(&done, &place.with(key.clone()), change))?
        })
    }

    /// An entry in place, or else each entry below it on its own, or else the entry as a whole.
    fn entry(&self, done: &Progress, place: &Keys, change: &Change) -> Option<Progress> {
        let next = apply(&done.tree, &nested(place, change.clone()));
        let whole = place.find(&next).cloned().map_or(Change::Remove, Change::Put);
        let below = || match change {
            Change::Inside(below) if below.len() <= MAX_ENTRIES => {
                self.all_entries(done.clone(), place, below)
            }
            _ => None,
        };
        self.advance(done, place, change.clone()).or_else(below).or_else(|| self.advance(done, place, whole))
    }

    fn advance(&self, done: &Progress, place: &Keys, change: Change) -> Option<Progress> {
        let changes = nested(place, change);
        let tree = apply(&done.tree, &changes);
        let edited = self.in_place(&done.text, &changes)?;
        let sound = self.is_sound_edit(&edited, &tree, &done.dropped);
        let dropped = || [done.dropped.as_slice(), &edited.dropped].concat();
        sound.then(|| Progress { dropped: dropped(), text: edited.text, tree })
    }

    /// Whether an edit that follows others means what it should; `dropped` are the comments of elements that those removed.
    fn is_sound_edit(&self, edited: &Edited, new: &Value, dropped: &[String]) -> bool {
        let comments = without(&without(&self.comments, dropped), &edited.dropped);
        self.is_sound(&edited.text, new, &comments)
    }

    /// A text that ends without a line break gets one for the edit, and loses it again unless lines were added.
    fn in_place(&self, text: &str, changes: &Changes) -> Option<Edited> {
        if text.is_empty() || text.ends_with('\n') {
            return (self.reader.in_place)(text, changes);
        }
        let newline = newline(text);
        let mut edited = (self.reader.in_place)(&format!("{text}{newline}"), changes)?;
        let lines = |text: &str| text.matches('\n').count();
        let added = self.format != Format::Json && lines(&edited.text) > lines(text) + 1;
        if edited.text.ends_with(newline) && !added {
            edited.text.truncate(edited.text.len() - newline.len());
        }
        Some(edited)
    }

    /// With remarks, at the end or, where the last value would take them in, at the top. A text never becomes blank: that
    /// is how a file looks whose write was cut off.
    fn remarked(&self, text: &str, new: &Value, remarks: &[String]) -> Option<String> {
        if self.format == Format::Json {
            let text = if text.trim().is_empty() { &(self.reader.whole)(new, &[], "\n") } else { text };
            return self.is_sound(text, new, &[]).then(|| text.to_owned());
        }
        let known = comments(self.reader, text);
        let remarks = remarks.iter().map(|remark| format!("# {remark}"));
        let mut missing: Vec<String> = remarks.filter(|remark| !known.contains(remark)).collect();
        if text.trim().is_empty() && missing.is_empty() {
            missing.push(format!("# {EMPTY_REMARK}"));
        }
        let newline = newline(text);
        let lines: String = missing.iter().map(|remark| format!("{remark}{newline}")).collect();
        let gap = if text.is_empty() || text.ends_with('\n') || missing.is_empty() { "" } else { newline };
        let wanted: Vec<String> = self.comments.iter().cloned().chain(missing).collect();
        let places = [format!("{text}{gap}{lines}"), format!("{lines}{text}")];
        places.into_iter().find(|text| self.is_sound(text, new, &wanted))
    }

    /// Whether a text means what it should, with these comments.
    fn is_sound(&self, text: &str, new: &Value, wanted: &[String]) -> bool {
        let tree = read(self.reader, text);
        let tree = tree.map(|tree| without_hollow(&tree, self.hollow));
        let sound =
            tree.is_some_and(|tree| is_equivalent(self.format, &without_hollow(new, self.hollow), &tree));
        let mut found = comments(self.reader, text);
        let mut wanted = wanted.to_vec();
        found.sort();
        wanted.sort();
        sound && found == wanted
    }
}

fn read(reader: &Reader, text: &str) -> Option<Value> {
    if text.trim().is_empty() { Some(Value::empty()) } else { (reader.parse)(text).ok() }
}

fn comments(reader: &Reader, text: &str) -> Vec<String> {
    let comments: Vec<Range<usize>> = (reader.comments)(text);
    comments.into_iter().map(|range| text[range].trim_end().to_owned()).collect()
}

/// All comments but these, each once for each time that it is among them.
fn without(comments: &[String], dropped: &[String]) -> Vec<String> {
    let mut left = comments.to_vec();
    for dropped in dropped {
        if let Some(at) = left.iter().position(|comment| comment == dropped) {
            left.remove(at);
        }
    }
    left
}

/// A change at a place.
fn nested(place: &Keys, change: Change) -> Changes {
    let mut changes = Changes::new();
    add(&mut changes, &place.0, change);
    changes
}

fn apply(tree: &Value, changes: &Changes) -> Value {
    Change::Inside(changes.clone()).apply(Some(tree)).unwrap_or_else(Value::empty)
}

/// The tree without the tables at these places, where they are empty.
fn without_hollow(tree: &Value, hollow: &[Vec<Key>]) -> Value {
    let mut tree = tree.clone();
    let mut hollow: Vec<_> = hollow.iter().collect();
    hollow.sort_by_key(|path| std::cmp::Reverse(path.len()));
    for keys in hollow.into_iter().map(|path| Keys(path.clone())) {
        if keys.find(&tree).and_then(Value::as_table).is_some_and(|table| table.is_empty()) {
            tree = place_at(&tree, &keys, None);
        }
    }
    tree
}

fn writable(format: Format, changes: &Changes, place: &Keys) -> Result<(), String> {
    changes.iter().try_for_each(|(key, change)| {
        let keys = place.with(key.clone());
        match change {
            Change::Put(value) => write::check(value, format).map_err(|why| format!("{keys}: {why}")),
            Change::Remove => Ok(()),
            Change::Inside(below) => writable(format, below, &keys),
            Change::Elements(elements) => elements.iter().enumerate().try_for_each(|(at, element)| {
                let key = Key::Index(at);
                writable(format, &element_changes(key, element), &keys)
            }),
        }
    })
}

/// What an element puts into a list, as changes at its place.
fn element_changes(key: Key, element: &Element) -> Changes {
    match element {
        Element::New(value) => vec![(key, Change::Put(value.clone()))],
        Element::Kept(_, change) | Element::Moved(_, change) => {
            change.iter().map(|change| (key.clone(), change.clone())).collect()
        }
    }
}

#[cfg(test)]
#[cfg(all(feature = "json", feature = "toml", feature = "yaml"))]
mod tests;
