//! Elements of a list between brackets, with the comments that are their own.

use std::ops::Range;

use super::{
    arrange::{Placed, arrange, is_unmoved},
    flow::Flow,
    patch::Text,
};
use crate::{source::format::edit::change::Element, value::Value};

/// An element between its neighbours.
struct Cell {
    /// With its comments and its comma.
    own: Range<usize>,
    /// The element alone.
    item: Range<usize>,
    comma: Option<usize>,
    ends_in_comment: bool,
}

impl Flow<'_> {
    /// Gives a list these elements; `written` is the text of a new one at a place.
    pub(in crate::source::format) fn arrange(
        &self,
        text: &mut Text<'_>,
        elements: &[Element],
        written: impl Fn(usize, &Value) -> Option<String>,
    ) -> Option<()> {
        if is_unmoved(elements, self.items.len()) {
            return Some(());
        }
        if self.items.is_empty() {
            let new = elements.iter().enumerate().filter_map(|(place, element)| match element {
                Element::New(value) => Some(written(place, value)),
                Element::Kept(..) | Element::Moved(..) => None,
            });
            self.edit(text, &Default::default(), &new.collect::<Option<Vec<_>>>()?);
            return Some(());
        }
        let cells = self.cells(text);
        if elements.is_empty() {
            self.clear(text, &cells);
            return Some(());
        }
        self.arrange_cells(text, &cells, elements, written)
    }

    fn arrange_cells(
        &self,
        text: &mut Text<'_>,
        cells: &[Cell],
        elements: &[Element],
        written: impl Fn(usize, &Value) -> Option<String>,
    ) -> Option<()> {
        let has_trailing = cells.last().is_some_and(|cell| cell.comma.is_some());
        let (mut placed, mut ends_in_comment) = (Vec::new(), false);
        for (place, element) in elements.iter().enumerate() {
            let comma = has_trailing || place + 1 < elements.len();
            ends_in_comment = match element {
                Element::Kept(index, _) | Element::Moved(index, _) => cells[*index].ends_in_comment,
                Element::New(_) => false,
            };
            placed.push(match element {
                Element::Kept(index, _) => {
                    set_comma(text, &cells[*index], comma);
                    Placed::Kept(*index)
                }
                Element::Moved(index, _) => Placed::Put(cells[*index].text(text, comma)),
                Element::New(value) => {
                    Placed::Put(format!("{}{}", written(place, value)?, if comma { "," } else { "" }))
                }
            });
        }
        let separator = self.list_separator(text, cells);
        let own: Vec<_> = cells.iter().map(|cell| cell.own.clone()).collect();
        arrange(text, &own, &separator, elements, placed)?;
        let foot = own.last().map_or(0, |own| own.end)..self.inside.end;
        if ends_in_comment && !text.text[foot].contains('\n') {
            let indent = text.indent(self.inside.start);
            text.insert_last(self.inside.end, format!("{}{indent}", text.newline));
        }
        Some(())
    }

    /// Removes everything between the brackets but comments that are no element's own.
    fn clear(&self, text: &mut Text<'_>, cells: &[Cell]) {
        let mut from = self.inside.start;
        let gaps = cells.iter().map(|cell| std::mem::replace(&mut from, cell.own.end)..cell.own.start);
        let gaps: Vec<_> = gaps.collect();
        let foot = from..self.inside.end;
        cells.iter().for_each(|cell| text.drop_comments(cell.own.clone()));
        if !gaps.iter().chain([&foot]).any(|gap| text.has_comments_in(gap.clone())) {
            return text.replace(self.inside.clone(), "");
        }
        for (gap, cell) in gaps.into_iter().zip(cells) {
            let start = gap.start + text.text[gap].trim_end().len();
            text.replace(start..cell.own.end, "");
        }
        if !text.text[foot].contains('\n') {
            text.insert_last(self.inside.end, text.newline);
        }
    }

    fn cells(&self, text: &Text<'_>) -> Vec<Cell> {
        let (mut cells, mut from) = (Vec::new(), self.inside.start);
        for (index, item) in self.items.iter().enumerate() {
            let next = self.items.get(index + 1).map_or(self.inside.end, |next| next.start);
            let cell = cell(text, index == 0, from, item.clone(), next);
            from = cell.own.end;
            cells.push(cell);
        }
        cells
    }

    /// A comment ends with its line.
    fn list_separator(&self, text: &Text<'_>, cells: &[Cell]) -> String {
        let separator = self.separator(text);
        if separator.contains('\n') || !cells.iter().any(|cell| cell.ends_in_comment) {
            return separator;
        }
        let column = self.items.first().map_or(0, |first| first.start - text.line_start(first.start));
        format!("{}{}", text.newline, " ".repeat(column))
    }
}

/// `from` is where the cell before it ends, and `next` where the next element begins.
fn cell(text: &Text<'_>, is_first: bool, from: usize, item: Range<usize>, next: usize) -> Cell {
    let comma = text.find(item.end..next, b',');
    let end = comma.map_or(item.end, |comma| comma + 1);
    // A comment behind several elements may be about all of them.
    let is_alone = is_first || from <= text.line_start(end);
    let comment = text.comment_end(end).filter(|_| is_alone);
    let start = if text.is_first(item.start) {
        let line = text.comments_above(text.line_start(item.start), |line| line >= from);
        line + text.indent(line).len()
    } else {
        item.start
    };
    Cell { own: start..comment.unwrap_or(end), item, comma, ends_in_comment: comment.is_some() }
}

impl Cell {
    /// With or without a comma.
    fn text(&self, text: &Text<'_>, comma: bool) -> String {
        let own = |range: Range<usize>| &text.text[range];
        match self.comma {
            Some(at) if !comma => [own(self.own.start..at), own(at + 1..self.own.end)].concat(),
            None if comma => {
                [own(self.own.start..self.item.end), ",", own(self.item.end..self.own.end)].concat()
            }
            _ => own(self.own.clone()).to_owned(),
        }
    }
}

fn set_comma(text: &mut Text<'_>, cell: &Cell, comma: bool) {
    match cell.comma {
        Some(at) if !comma => text.replace(at..at + 1, ""),
        None if comma => text.insert_first(cell.item.end, ","),
        _ => {}
    }
}
