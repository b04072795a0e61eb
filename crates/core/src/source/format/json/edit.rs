//! JSON in place: what does not change keeps its order and its layout.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use super::scan::scan;
use crate::{
    keys::Key,
    source::{
        format::{
            Format, MAX_DEPTH,
            edit::{
                Edited,
                arrange::changed,
                change::{Change, Changes, Element},
                flow::Flow,
                patch::Text,
            },
            write,
        },
        locate::{Children, Span, SpanNode},
    },
    value::Value,
};

/// How deep each level is indented where the text does not show it.
const INDENT: &str = "  ";

pub(in crate::source::format) fn comments(_text: &str) -> Vec<Range<usize>> {
    Vec::new()
}

pub(in crate::source::format) fn in_place(text: &str, changes: &Changes) -> Option<Edited> {
    if text.trim().is_empty() {
        let text = pretty(&Change::Inside(changes.clone()), "", INDENT, "\n") + "\n";
        return Some(Edited { text, dropped: Vec::new() });
    }
    let root = scan(text, MAX_DEPTH)?.root;
    let mut editor = Editor { unit: unit(text, &root), text: Text::new(text, Vec::new()) };
    editor.table(&root, changes)?;
    editor.text.patched()
}

pub(in crate::source::format) fn whole(tree: &Value, _comments: &[String], newline: &str) -> String {
    pretty(&Change::Put(tree.clone()), "", INDENT, newline) + newline
}

struct Editor<'t> {
    unit: String,
    text: Text<'t>,
}

impl Editor<'_> {
    fn table(&mut self, mark: &SpanNode, changes: &Changes) -> Option<()> {
        let Children::Table(table) = &*mark.below else { return None };
        let mut entries: Vec<(&str, usize, &SpanNode)> =
            table.iter().map(|(name, (key, value))| (&**name, start(*key), value)).collect();
        entries.sort_by_key(|(_, start, _)| *start);
        let (mut removed, mut added) = (BTreeSet::new(), Vec::new());
        let places: HashMap<&str, usize> =
            entries.iter().enumerate().map(|(at, (name, ..))| (*name, at)).collect();
        let indent = self.indent(mark);
        for (key, change) in changes {
            let Key::Name(name) = key else { return None };
            match (places.get(&**name).copied(), change) {
                (Some(at), Change::Remove) => drop(removed.insert(at)),
                (Some(at), change) => self.value(entries[at].2, change)?,
                (None, change) if change.is_removal() => {}
                (None, change) => {
                    let value = self.written(change, indent.as_deref());
                    added.push(format!("{}: {value}", write::quoted(name, Format::Json)));
                }
            }
        }
        let items: Vec<_> = entries.iter().map(|(_, start, value)| *start..end(value.at)).collect();
        let (before, after) = self.padding(indent.as_deref());
        let inside = start(mark.at) + 1..end(mark.at) - 1;
        Flow { inside, items: &items, padding: (&before, &after) }.edit(&mut self.text, &removed, &added);
        Some(())
    }

    fn list(&mut self, mark: &SpanNode, elements: &[Element]) -> Option<()> {
        let Children::List(marks) = &*mark.below else { return None };
        for (index, change) in changed(elements) {
            self.value(marks.get(index)?, change)?;
        }
        let items: Vec<_> = marks.iter().map(|mark| start(mark.at)..end(mark.at)).collect();
        let indent = self.indent(mark);
        let (before, after) = self.padding(indent.as_deref());
        let inside = start(mark.at) + 1..end(mark.at) - 1;
        let new: Vec<_> = elements
            .iter()
            .map(|element| match element {
                Element::New(value) => self.written(&Change::Put(value.clone()), indent.as_deref()),
                Element::Kept(..) | Element::Moved(..) => String::new(),
            })
            .collect();
        let flow = Flow { inside, items: &items, padding: (&before, &after) };
        flow.arrange(&mut self.text, elements, |at, _| Some(new[at].clone()))
    }

    /// The text around the first item of a list or table that had no items.
    fn padding(&self, indent: Option<&str>) -> (String, String) {
        let newline = self.text.newline;
        let around = indent.map(|indent| {
            let outer = indent.strip_suffix(&self.unit).unwrap_or_default();
            (format!("{newline}{indent}"), format!("{newline}{outer}"))
        });
        around.unwrap_or_default()
    }

    fn value(&mut self, mark: &SpanNode, change: &Change) -> Option<()> {
        let range = start(mark.at)..end(mark.at);
        match (change, &*mark.below) {
            (Change::Inside(changes), Children::Table(_)) => self.table(mark, changes),
            (Change::Inside(_) | Change::Elements(_), Children::List(items)) => {
                self.list(mark, &change.elements(items.len())?)
            }
            (change, _) if change.is_removal() => Some(()),
            (change, _) => {
                let long = self.text.text[range.clone()].contains('\n');
                let is_table = change.entries().is_some();
                let indent = self.text.indent(range.start).to_owned();
                let new = if long || is_table {
                    pretty(change, &indent, &self.unit, self.text.newline)
                } else {
                    compact(change)
                };
                self.text.replace(range, new);
                Some(())
            }
        }
    }

    /// The indent of entries; `None` where they stand on one line.
    fn indent(&self, mark: &SpanNode) -> Option<String> {
        let range = start(mark.at)..end(mark.at);
        let text = &self.text.text[range.clone()];
        let is_empty = text[1..text.len() - 1].trim().is_empty();
        if !is_empty && !text.contains('\n') {
            return None;
        }
        Some(format!("{}{}", self.text.indent(range.start), self.unit))
    }

    fn written(&self, change: &Change, indent: Option<&str>) -> String {
        match indent {
            Some(indent) => pretty(change, indent, &self.unit, self.text.newline),
            None => compact(change),
        }
    }
}

fn start(at: Span) -> usize {
    match at {
        Span::Bytes(start, _) => start,
        Span::Places(..) => 0,
    }
}

fn end(at: Span) -> usize {
    match at {
        Span::Bytes(_, end) => end,
        Span::Places(..) => 0,
    }
}

/// How deep the first entry of the root is indented.
fn unit(text: &str, root: &SpanNode) -> String {
    let first = match &*root.below {
        Children::Table(table) => table.iter().map(|(_, (key, _))| start(*key)).min(),
        _ => None,
    };
    let text = Text::new(text, Vec::new());
    let indent = first.filter(|first| text.is_first(*first)).map(|first| text.indent(first));
    indent.filter(|indent| !indent.is_empty()).unwrap_or(INDENT).to_owned()
}

/// On one line.
fn compact(change: &Change) -> String {
    match change {
        Change::Inside(_) => {
            let entries = change.entries().unwrap_or_default();
            let entry = |(key, change): &(Key, Change)| match key {
                Key::Name(name) => format!("{}: {}", write::quoted(name, Format::Json), compact(change)),
                Key::Index(_) => compact(change),
            };
            format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Change::Put(value) => write::value(value, Format::Json).unwrap_or_else(|| "null".to_owned()),
        Change::Remove | Change::Elements(_) => "null".to_owned(),
    }
}

/// With a line for each entry.
fn pretty(change: &Change, indent: &str, unit: &str, newline: &str) -> String {
    let deeper = format!("{indent}{unit}");
    let lines = |lines: Vec<String>, open: char, close: char| {
        let separator = format!(",{newline}{deeper}");
        format!("{open}{newline}{deeper}{}{newline}{indent}{close}", lines.join(&separator))
    };
    match (change, change.entries()) {
        (_, Some(entries)) if entries.is_empty() => "{}".to_owned(),
        (_, Some(entries)) => {
            let entry = |(key, change): &(Key, Change)| {
                let value = pretty(change, &deeper, unit, newline);
                match key {
                    Key::Name(name) => format!("{}: {value}", write::quoted(name, Format::Json)),
                    Key::Index(_) => value,
                }
            };
            lines(entries.iter().map(entry).collect(), '{', '}')
        }
        (Change::Put(Value::List(items)), None) if !items.is_empty() => {
            let items = items.iter().map(|item| pretty(&Change::Put(item.clone()), &deeper, unit, newline));
            lines(items.collect(), '[', ']')
        }
        (change, None) => compact(change),
    }
}
