//! Items between brackets, separated by commas: the same in all formats.

use std::{collections::BTreeSet, ops::Range};

use super::patch::Text;
use crate::source::format::{Format, edit::change::Change, write};

/// A list or table in brackets.
pub(in crate::source::format) struct Flow<'f> {
    /// Between the brackets.
    pub(in crate::source::format) inside: Range<usize>,
    /// Each from its first to its last character, in order.
    pub(in crate::source::format) items: &'f [Range<usize>],
    /// What stands around the first item of a list or table that had none.
    pub(in crate::source::format) padding: (&'f str, &'f str),
}

impl Flow<'_> {
    /// Removes items and adds others behind the last one.
    pub(in crate::source::format) fn edit(
        &self,
        text: &mut Text<'_>,
        removed: &BTreeSet<usize>,
        added: &[String],
    ) {
        let last = (0..self.items.len()).rev().find(|index| !removed.contains(index));
        if last.is_none() && !text.has_comments_in(self.inside.clone()) {
            if !removed.is_empty() || !added.is_empty() {
                let (before, after) = if added.is_empty() { ("", "") } else { self.padding };
                text.replace(
                    self.inside.clone(),
                    format!("{before}{}{after}", added.join(&self.first_separator())),
                );
            }
            return;
        }
        removed.iter().for_each(|index| self.remove(text, *index, last));
        match last {
            Some(last) => self.add(text, last, added),
            None if added.is_empty() => {}
            None => text.insert_first(self.inside.start, format!("{},", added.join(", "))),
        }
    }

    /// What is between two items of a list or table that had none: each of them is where the padding puts the first.
    fn first_separator(&self) -> String {
        let gap = Some(self.padding.0).filter(|padding| padding.contains('\n')).unwrap_or(" ");
        format!(",{gap}")
    }

    fn remove(&self, text: &mut Text<'_>, index: usize, last: Option<usize>) {
        let item = self.items[index].clone();
        let before = index.checked_sub(1).map_or(self.inside.start, |previous| self.items[previous].end);
        let after = self.items.get(index + 1).map_or(self.inside.end, |next| next.start);
        let follows = last.is_some_and(|last| last > index);
        let gap = if follows { item.end..after } else { before..item.start };
        let is_end = index + 1 == self.items.len();
        if let Some(comma) = text.find(item.end..after, b',').filter(|_| is_end && !follows) {
            text.replace(comma..comma + 1, "");
        }
        if !text.has_comments_in(gap.clone()) {
            text.replace(item.start.min(gap.start)..item.end.max(gap.end), "");
            return;
        }
        if let Some(comma) = text.find(gap, b',') {
            text.replace(comma..comma + 1, "");
        }
        text.replace(item, "");
    }

    fn add(&self, text: &mut Text<'_>, last: usize, added: &[String]) {
        if added.is_empty() {
            return;
        }
        let (end, separator) = (self.items[last].end, self.separator(text));
        let is_end = last + 1 == self.items.len();
        let trailing = text.find(end..self.inside.end, b',').filter(|_| is_end);
        let from = trailing.map_or(end, |comma| comma + 1);
        // A comment behind the last item stays with it.
        let line = text.content_end(from);
        let own_line = separator.contains('\n') && line < self.inside.end;
        let at = if own_line { line } else { from };
        if trailing.is_none() {
            text.insert_first(end, ",");
        }
        let list = added.join(&format!(",{separator}"));
        let comma = if trailing.is_some() { "," } else { "" };
        text.insert_first(at, format!("{separator}{list}{comma}"));
    }

    /// What is between two items: a line break where most have one.
    pub(super) fn separator(&self, text: &Text<'_>) -> String {
        let ends = std::iter::once(self.inside.start).chain(self.items.iter().map(|item| item.end));
        let gaps = ends.zip(self.items).map(|(end, item)| end..item.start);
        let skipped = usize::from(self.items.len() > 1);
        let gaps: Vec<_> = gaps.skip(skipped).collect();
        let broken =
            |gap: &&Range<usize>| text.text.get((*gap).clone()).is_some_and(|gap| gap.contains('\n'));
        match gaps.iter().find(broken) {
            Some(first) if gaps.iter().filter(broken).count() * 2 >= gaps.len() => {
                format!("{}{}", text.newline, text.indent(first.end))
            }
            _ => " ".to_owned(),
        }
    }
}

/// On one line, as an entry in brackets has it.
pub(in crate::source::format) fn text(change: &Change, format: Format) -> Option<String> {
    write::value(&change.apply(None)?, format)
}
