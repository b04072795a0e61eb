//! The elements of a list in another order, each with the comments that are its own.
//!
//! Elements that stay are not touched, so they may change in the same edit.

use std::ops::Range;

use super::patch::Text;
use crate::{
    source::format::edit::change::{Change, Element},
    value::Value,
};

/// What comes at one place of a list.
pub(super) enum Placed {
    /// An element that stays.
    Kept(usize),
    /// Text with its comments.
    Put(String),
}

/// Whether all `count` elements stay, and nothing is added.
pub(in crate::source::format) fn is_unmoved(elements: &[Element], count: usize) -> bool {
    elements.len() == count && elements.iter().all(|element| matches!(element, Element::Kept(..)))
}

/// The elements that stay and change.
pub(in crate::source::format) fn changed(elements: &[Element]) -> impl Iterator<Item = (usize, &Change)> {
    elements.iter().filter_map(|element| match element {
        Element::Kept(index, Some(change)) => Some((*index, change)),
        Element::Kept(_, None) | Element::Moved(..) | Element::New(_) => None,
    })
}

/// A list whose old elements, comments included, are lines.
pub(in crate::source::format) struct Lines<'l> {
    pub(in crate::source::format) own: &'l [Range<usize>],
    pub(in crate::source::format) separator: &'l str,
    /// The indent of the elements if the first one is not at the start of its line: it has none then.
    pub(in crate::source::format) hanging: Option<&'l str>,
}

impl Lines<'_> {
    /// Rewrites the list; `written` is the text of a new element.
    pub(in crate::source::format) fn arrange(
        &self,
        text: &mut Text<'_>,
        elements: &[Element],
        written: impl Fn(&Value) -> Option<String>,
    ) -> Option<()> {
        let placed = elements.iter().enumerate().map(|(place, element)| match element {
            Element::Kept(index, _) => Some(Placed::Kept(*index)),
            Element::Moved(index, _) => {
                let lines = text.text[self.own.get(*index)?.clone()].to_owned();
                Some(Placed::Put(self.indented(place, *index == 0, lines)))
            }
            Element::New(value) => Some(Placed::Put(self.indented(place, false, written(value)?))),
        });
        let placed = placed.collect::<Option<Vec<_>>>()?;
        arrange(text, self.own, self.separator, elements, placed)?;
        self.indent_kept(text, elements)
    }

    /// The lines of an element at a place; `is_bare` if their first has no indent.
    fn indented(&self, place: usize, is_bare: bool, lines: String) -> String {
        match self.hanging {
            Some(_) if place == 0 => lines.trim_start_matches(' ').to_owned(),
            Some(indent) if is_bare => format!("{indent}{lines}"),
            _ => lines,
        }
    }

    /// An element that stays and comes first loses its indent, and the old first one gets it.
    fn indent_kept(&self, text: &mut Text<'_>, elements: &[Element]) -> Option<()> {
        let Some(indent) = self.hanging else { return Some(()) };
        for (place, element) in elements.iter().enumerate() {
            let Element::Kept(index, _) = element else { continue };
            let start = self.own.get(*index)?.start;
            match (place, index) {
                (0, 0) => {}
                (0, _) => text.replace(start..start + text.indent(start).len(), ""),
                (_, 0) => text.insert_last(start, indent),
                _ => {}
            }
        }
        Some(())
    }
}

/// Rewrites a list whose old elements, comments included, have the ranges of `own`; `None` if those overlap.
pub(super) fn arrange(
    text: &mut Text<'_>,
    own: &[Range<usize>],
    separator: &str,
    elements: &[Element],
    placed: impl IntoIterator<Item = Placed>,
) -> Option<()> {
    if own.windows(2).any(|pair| pair[0].end > pair[1].start) {
        return None;
    }
    let mut is_kept = vec![false; own.len()];
    let mut is_gone = vec![true; own.len()];
    for element in elements {
        match element {
            Element::Kept(index, _) => (is_kept[*index], is_gone[*index]) = (true, false),
            Element::Moved(index, _) => is_gone[*index] = false,
            Element::New(_) => {}
        }
    }
    for index in (0..own.len()).filter(|index| is_gone[*index]) {
        text.drop_comments(own[index].clone());
    }
    insert(text, own, separator, placed);
    let last = is_kept.iter().rposition(|is_kept| *is_kept);
    for index in (0..own.len()).filter(|index| !is_kept[*index]) {
        let is_followed = last.is_some_and(|last| index < last);
        cut(text, own, index, is_followed, index > 0 && is_kept[index - 1]);
    }
    Some(())
}

/// Puts text between the elements that stay.
fn insert(
    text: &mut Text<'_>,
    own: &[Range<usize>],
    separator: &str,
    placed: impl IntoIterator<Item = Placed>,
) {
    let (mut waiting, mut last) = (Vec::new(), None);
    for placed in placed {
        match placed {
            Placed::Put(put) => waiting.push(put),
            Placed::Kept(index) => {
                let put: String = waiting.drain(..).map(|put| put + separator).collect();
                text.insert(own[index].start, put);
                last = Some(index);
            }
        }
    }
    match last {
        Some(last) => {
            let put: String = waiting.into_iter().map(|put| format!("{separator}{put}")).collect();
            text.insert(own[last].end, put);
        }
        None => text.insert(own.first().map_or(0, |first| first.start), waiting.join(separator)),
    }
}

/// Takes an element out, with the blanks between it and its neighbour.
fn cut(text: &mut Text<'_>, own: &[Range<usize>], index: usize, is_followed: bool, follows: bool) {
    let own_range = own[index].clone();
    let gap = match index.checked_sub(1) {
        _ if is_followed => own_range.end..own[index + 1].start,
        Some(previous) => own[previous].end..own_range.start,
        None => own_range.end..own_range.end,
    };
    let is_blank = text.text[gap.clone()].trim().is_empty();
    let range = if is_blank {
        own_range.start.min(gap.start)..own_range.end.max(gap.end)
    } else if follows {
        text.text[..own_range.start].trim_end_matches([' ', '\t']).len()..own_range.end
    } else {
        own_range
    };
    text.replace(range, "");
}

/// A blank line if elements that are lines have one between them.
pub(in crate::source::format) fn line_separator(text: &Text<'_>, own: &[Range<usize>]) -> &'static str {
    let mut gaps = own.windows(2).filter_map(|pair| text.text.get(pair[0].end..pair[1].start));
    let is_spaced = gaps.any(|gap| !gap.is_empty() && gap.trim().is_empty());
    if is_spaced { text.newline } else { "" }
}
