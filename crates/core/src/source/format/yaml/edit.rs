//! YAML in place: values, entries of tables and items of lists, in lines or in brackets.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use super::{
    block::{entry, value},
    comments::comments,
    compose::{Body, Node, compose},
    detach::anchored_values,
    offsets::Offsets,
    pairs,
};
use crate::{
    keys::Key,
    source::format::{
        Format,
        edit::{
            Edited,
            arrange::{Lines, changed, is_unmoved, line_separator},
            change::{Change, Changes, Element},
            flow::{self, Flow},
            patch::Text,
        },
        write,
    },
    value::Value,
};

pub(in crate::source::format) fn in_place(text: &str, changes: &Changes) -> Option<Edited> {
    let root = compose(text).ok()?.filter(|root| !root.is_blank());
    let anchored = root.as_ref().map(anchored_values).unwrap_or_default();
    let mut editor = Editor { text: Text::new(text, comments(text)), offsets: Offsets::new(text), anchored };
    match &root {
        None => {
            let lines = editor.lines(changes, "");
            editor.text.insert(text.len(), lines);
        }
        // What stays of the root is an empty document.
        Some(root) => {
            editor.detach_aliases(root, changes)?;
            editor.table(root, changes)?;
        }
    }
    editor.text.patched()
}

pub(in crate::source::format) fn whole(tree: &Value, comments: &[String], newline: &str) -> String {
    let mut text: String = comments.iter().map(|comment| format!("{comment}{newline}")).collect();
    for (name, below) in tree.as_table().into_iter().flatten() {
        let put = Change::Put(below.clone());
        text.push_str(&format!("{}{newline}", entry(&write::key(name), &put, "", newline)));
    }
    text
}

pub(super) struct Editor<'t> {
    pub(super) text: Text<'t>,
    pub(super) offsets: Offsets<'t>,
    /// What anchors stand for; read where an alias is concerned.
    pub(super) anchored: HashMap<usize, Value>,
}

/// Whether nothing is left of a list or table in lines, which then needs brackets.
type Emptied = bool;

impl Editor<'_> {
    /// The entries that are new.
    fn lines(&self, changes: &Changes, indent: &str) -> String {
        let new = changes.iter().filter(|(_, change)| !change.is_removal());
        let line = |(key, change): &(Key, Change)| match key {
            Key::Name(name) => {
                let entry = entry(&write::key(name), change, indent, self.text.newline);
                format!("{indent}{entry}{}", self.text.newline)
            }
            Key::Index(_) => String::new(),
        };
        new.map(line).collect()
    }

    pub(super) fn table(&mut self, node: &Node<'_>, changes: &Changes) -> Option<Emptied> {
        let Body::Table(nodes) = &node.body else { return None };
        let entries: Vec<_> = pairs(nodes).collect();
        if let Some(inside) = self.brackets(node) {
            return self.table_in_brackets(inside, &entries, changes);
        }
        let (first, last) = (entries.first()?.0, entries.last()?);
        let indent = self.indent_of(first);
        let (mut new, mut removed, mut hidden) = (Changes::new(), 0, Vec::new());
        let places = places(&entries);
        for (key, change) in changes {
            match (place_of(&places, key), change) {
                (Some(at), Change::Remove) => {
                    removed += 1;
                    self.remove_entry(entries[at], entries.get(at + 1).map(|(next, _)| *next))?;
                }
                (Some(at), change) => self.entry(entries[at], change)?,
                (None, Change::Remove) => hidden.push(key),
                (None, change) => new.push((key.clone(), change.clone())),
            }
        }
        self.hide_merged(&entries, &hidden)?;
        let lines = self.lines(&new, &indent);
        if removed == entries.len() && lines.is_empty() {
            return Some(true);
        }
        self.text.insert(self.behind(self.last_line(last.1).max(last.0.at.0)), lines);
        Some(false)
    }

    fn entry(&mut self, (key, node): (&Node<'_>, &Node<'_>), change: &Change) -> Option<()> {
        let emptied = match (change, &node.body) {
            (Change::Inside(changes), Body::Table(_)) => self.table(node, changes)?.then_some("{}"),
            (Change::Inside(_) | Change::Elements(_), Body::List(items)) => {
                self.list(node, &change.elements(items.len())?)?.then_some("[]")
            }
            (change, _) if change.is_removal() => None,
            (change, _) => return self.put(key, node, &self.whole_change(node, change)),
        };
        // The lines below are gone by themselves.
        if let Some(empty) = emptied {
            self.text.insert(self.colon(key)?, format!(" {empty}"));
        }
        Some(())
    }

    fn put(&mut self, key: &Node<'_>, node: &Node<'_>, change: &Change) -> Option<()> {
        let inline = match change {
            Change::Put(value) if !is_block(value) || self.brackets(node).is_some() => {
                write::value(value, Format::Yaml)
            }
            _ => None,
        };
        match (inline, self.on_one_line(node).filter(|_| node.tag.is_none())) {
            (Some(inline), Some(range)) => self.text.replace(range, inline),
            (Some(inline), None) if node.is_blank() && node.anchor == 0 => {
                self.text.insert(self.colon(key)?, format!(" {inline}"));
            }
            _ => return self.rewrite_entry(key, node, change),
        }
        Some(())
    }

    /// The whole entry, with its comments above it.
    fn rewrite_entry(&mut self, key: &Node<'_>, node: &Node<'_>, change: &Change) -> Option<()> {
        let start = self.entry_start(key);
        let range = start..self.text.content_end(self.line(self.last_line(node).max(key.at.0)));
        let indent = self.indent_of(key);
        let name = &self.text.text[self.offsets.range(key.at, key.end)?];
        let entry = entry(name, change, &indent, self.text.newline);
        self.replace_lines(start, range, entry)
    }

    /// Replaces lines; comments in them move above the line that begins at `first`.
    fn replace_lines(&mut self, first: usize, range: Range<usize>, with: String) -> Option<()> {
        if self.text.has_comments_in(range.clone()) {
            if !self.text.is_first(first) {
                return None;
            }
            let hoisted = self.text.hoisted(range.clone(), self.text.indent(first));
            self.text.insert(self.text.line_start(first), hoisted);
        }
        self.text.replace(range, with);
        Some(())
    }

    fn remove_entry(&mut self, (key, node): (&Node<'_>, &Node<'_>), next: Option<&Node<'_>>) -> Option<()> {
        let start = self.entry_start(key);
        if self.text.is_first(start) {
            self.remove_lines(start, self.last_line(node).max(key.at.0));
            return Some(());
        }
        // Behind a dash: the next entry takes its place.
        let range = start..self.offsets.byte_offset(next?.at);
        if self.text.has_comments_in(range.clone()) {
            return None;
        }
        self.text.replace(range, "");
        Some(())
    }

    /// Removes whole lines, but for their comments.
    fn remove_lines(&mut self, start: usize, last: usize) {
        let range = self.text.line_start(start)..self.behind(last);
        let hoisted = self.text.hoisted(range.clone(), self.text.indent(start));
        self.text.replace(range, hoisted);
    }

    fn list(&mut self, node: &Node<'_>, elements: &[Element]) -> Option<Emptied> {
        let Body::List(items) = &node.body else { return None };
        if let Some(inside) = self.brackets(node) {
            self.list_in_brackets(inside, items, elements)?;
            return Some(false);
        }
        for (index, change) in changed(elements) {
            self.item(items.get(index)?, change)?;
        }
        if !is_unmoved(elements, items.len()) {
            self.arrange_lines(items, elements)?;
        }
        Some(elements.is_empty())
    }

    fn arrange_lines(&mut self, items: &[Node<'_>], elements: &[Element]) -> Option<()> {
        let own: Option<Vec<_>> = (0..items.len()).map(|index| self.item_lines(items, index)).collect();
        let (own, newline) = (own?, self.text.newline);
        let dash = self.dash(items.first()?)?;
        let indent = " ".repeat(dash - self.text.line_start(dash));
        // The first dash may be behind another one.
        let hanging = (!self.text.is_first(dash)).then_some(indent.as_str());
        let separator = line_separator(&self.text, &own);
        let lines = Lines { own: &own, separator, hanging };
        lines.arrange(&mut self.text, elements, |new| {
            let item = value(&Change::Put(new.clone()), &format!("{indent}  "), newline);
            Some(format!("{indent}- {item}{newline}"))
        })
    }

    fn item(&mut self, node: &Node<'_>, change: &Change) -> Option<()> {
        match (change, &node.body) {
            (Change::Inside(changes), Body::Table(_)) if !self.empties(node, changes) => {
                self.table(node, changes).map(|_| ())
            }
            (Change::Inside(_) | Change::Elements(_), Body::List(items)) => {
                let elements = change.elements(items.len())?;
                let is_empty = elements.is_empty() && self.brackets(node).is_none();
                if is_empty {
                    return self.put_item(node, &Change::Put(Value::list([])));
                }
                self.list(node, &elements).map(|_| ())
            }
            (Change::Inside(_), Body::Table(_)) => self.put_item(node, &Change::Put(change.apply(None)?)),
            (change, _) => self.put_item(node, &self.whole_change(node, change)),
        }
    }

    fn empties(&self, node: &Node<'_>, changes: &Changes) -> bool {
        let entries = match &node.body {
            Body::Table(nodes) => nodes.len() / 2,
            Body::List(_) | Body::Scalar { .. } | Body::Alias(_) => return false,
        };
        self.brackets(node).is_none()
            && changes.iter().filter(|(_, change)| *change == Change::Remove).count() == entries
    }

    fn put_item(&mut self, node: &Node<'_>, change: &Change) -> Option<()> {
        let range = self.on_one_line(node).filter(|_| node.tag.is_none());
        if let (Change::Put(new), Some(range)) = (change, range) {
            self.text.replace(range, write::value(new, Format::Yaml)?);
            return Some(());
        }
        let dash = self.dash(node)?;
        let range = self.start(node)..self.text.content_end(self.line(self.last_line(node)));
        let with = value(change, &" ".repeat(node.at.1 - 1), self.text.newline);
        self.replace_lines(dash, range, with)
    }

    fn table_in_brackets(
        &mut self,
        inside: Range<usize>,
        entries: &[(&Node<'_>, &Node<'_>)],
        changes: &Changes,
    ) -> Option<Emptied> {
        let (mut removed, mut added, mut hidden) = (BTreeSet::new(), Vec::new(), Vec::new());
        let places = places(entries);
        for (key, change) in changes {
            match (place_of(&places, key), change, key) {
                (Some(at), Change::Remove, _) => drop(removed.insert(at)),
                (Some(at), change, _) => self.in_brackets(entries[at].1, change)?,
                (None, change, Key::Name(name)) if !change.is_removal() => {
                    added.push(format!("{}: {}", write::key(name), flow::text(change, Format::Yaml)?));
                }
                (None, Change::Remove, _) => hidden.push(key),
                (None, ..) => {}
            }
        }
        self.hide_merged(entries, &hidden)?;
        let items: Option<Vec<_>> = entries
            .iter()
            .map(|(key, node)| {
                let end = self.end(node)?.max(self.offsets.byte_offset(key.end));
                Some(self.offsets.byte_offset(key.at)..end)
            })
            .collect();
        Flow { inside, items: &items?, padding: ("", "") }.edit(&mut self.text, &removed, &added);
        Some(false)
    }

    fn list_in_brackets(
        &mut self,
        inside: Range<usize>,
        nodes: &[Node<'_>],
        elements: &[Element],
    ) -> Option<()> {
        for (index, change) in changed(elements) {
            self.in_brackets(nodes.get(index)?, change)?;
        }
        let items: Option<Vec<_>> =
            nodes.iter().map(|node| Some(self.start_with_properties(node)..self.end(node)?)).collect();
        let flow = Flow { inside, items: &items?, padding: ("", "") };
        flow.arrange(&mut self.text, elements, |_, value| write::value(value, Format::Yaml))
    }

    /// A value that stands in brackets.
    fn in_brackets(&mut self, node: &Node<'_>, change: &Change) -> Option<()> {
        match (change, &node.body) {
            (Change::Inside(changes), Body::Table(_)) => drop(self.table(node, changes)?),
            (Change::Inside(_) | Change::Elements(_), Body::List(items)) => {
                self.list(node, &change.elements(items.len())?)?;
            }
            (change, _) if change.is_removal() => {}
            _ if node.is_blank() || node.tag.is_some() => return None,
            (change, _) => {
                let change = &self.whole_change(node, change);
                let range = self.offsets.byte_offset(node.at)..self.end(node)?;
                if self.text.has_comments_in(range.clone()) {
                    return None;
                }
                self.text.replace(range, flow::text(change, Format::Yaml)?);
            }
        }
        Some(())
    }
}

/// The places of the entries of a table by the text of their keys.
fn places<'n>(entries: &'n [(&Node<'_>, &Node<'_>)]) -> HashMap<&'n str, usize> {
    let place = |(at, (key, _)): (usize, &(&'n Node<'_>, &'n Node<'_>))| match &key.body {
        Body::Scalar { text, .. } => Some((text.as_ref(), at)),
        _ => None,
    };
    entries.iter().enumerate().filter_map(place).collect()
}

fn place_of(places: &HashMap<&str, usize>, key: &Key) -> Option<usize> {
    match key {
        Key::Name(name) => places.get(&**name).copied(),
        Key::Index(_) => None,
    }
}

fn is_block(value: &Value) -> bool {
    value.as_table().is_some_and(|table| !table.is_empty())
}
