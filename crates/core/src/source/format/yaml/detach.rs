//! Aliases of values that change: they keep the old value.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
    sync::Arc,
};

use super::{
    Reader,
    alias::Anchors,
    compose::{Body, Node},
    edit::Editor,
    pairs,
};
use crate::{
    keys::Key,
    source::format::{
        Format,
        edit::change::{Change, Changes, Element},
        name::Names,
        write,
    },
    value::Value,
};

/// What each anchor of the text refers to.
pub(super) fn anchored_values(root: &Node<'_>) -> HashMap<usize, Value> {
    let mut anchors = BTreeSet::new();
    collect(root, &mut |node| anchors.extend((node.anchor != 0).then_some(node.anchor)));
    if anchors.is_empty() {
        return HashMap::new();
    }
    let mut reader = Reader { names: Names::new(), anchors: Anchors::new(usize::MAX), flaws: Vec::new() };
    reader.node(root, 1);
    let value = |anchor: usize| Some((anchor, reader.anchors.expand(anchor, 1).ok()?.value));
    anchors.into_iter().filter_map(value).collect()
}

/// What changes touch.
#[derive(Default)]
struct Touched {
    /// Anchors whose values change.
    anchors: BTreeSet<usize>,
    /// Of anchored tables that stay, the entries that change.
    entries: HashMap<usize, Vec<Arc<str>>>,
    /// Text that is replaced or removed.
    ranges: Vec<Range<usize>>,
}

impl Editor<'_> {
    /// Gives the first alias of each anchor whose value changes the old value. Where more aliases follow, it has the anchor
    /// from then on: they refer to the nearest one above them.
    pub(super) fn detach_aliases(&mut self, root: &Node<'_>, changes: &Changes) -> Option<()> {
        if self.anchored.is_empty() {
            return Some(());
        }
        let mut touched = Touched::default();
        self.touch_below(root, changes, &mut touched);
        self.keep_merged(root, &mut touched)?;
        let mut aliases: HashMap<usize, Vec<Range<usize>>> = HashMap::new();
        collect(root, &mut |node| match node.body {
            Body::Alias(anchor) if touched.anchors.contains(&anchor) => {
                let range = self.offsets.byte_offset(node.at)..self.offsets.byte_offset(node.end);
                let is_gone = touched.ranges.iter().any(|gone| gone.contains(&range.start));
                aliases.entry(anchor).or_default().extend((!is_gone).then_some(range));
            }
            _ => {}
        });
        for (anchor, ranges) in aliases {
            let Some(first) = ranges.first().cloned() else { continue };
            let value = write::value(self.anchored.get(&anchor)?, Format::Yaml)?;
            let name = &self.text.text[first.start + 1..first.end];
            let property = if ranges.len() > 1 { format!("&{} ", name.trim_end()) } else { String::new() };
            self.text.replace(first, format!("{property}{value}"));
        }
        Some(())
    }

    /// A table with `<<: *anchor` gets the old value of each entry that changes in the anchored table, unless it has the
    /// entry itself. The alias stays then.
    fn keep_merged(&mut self, root: &Node<'_>, touched: &mut Touched) -> Option<()> {
        let mut tables: Vec<&Node<'_>> = Vec::new();
        let mut aliases: HashMap<usize, usize> = HashMap::new();
        collect(root, &mut |node| match &node.body {
            Body::Alias(anchor) => *aliases.entry(*anchor).or_default() += 1,
            Body::Table(nodes) if pairs(nodes).any(|(key, _)| key.is_merge_key()) => tables.push(node),
            _ => {}
        });
        for (anchor, names) in std::mem::take(&mut touched.entries) {
            let Some(value) = self.anchored.get(&anchor).and_then(Value::as_table).cloned() else { continue };
            let merging: Vec<_> = tables.iter().filter(|table| merges(table) == Some(anchor)).collect();
            let is_gone = |node: &Node<'_>| {
                let start = self.offsets.byte_offset(node.at);
                touched.ranges.iter().any(|gone| gone.contains(&start))
            };
            let is_safe = names.iter().all(|name| value.contains_key(name))
                && aliases.get(&anchor) == Some(&merging.len())
                && !merging.iter().any(|table| is_gone(table));
            if !is_safe {
                continue;
            }
            for table in merging {
                let missing = names.iter().filter(|name| !has_entry(table, name));
                let changes: Changes = missing
                    .filter_map(|name| {
                        Some((Key::Name(Arc::clone(name)), Change::Put(value.get(name)?.clone())))
                    })
                    .collect();
                self.table(table, &changes)?;
            }
            touched.anchors.remove(&anchor);
        }
        Some(())
    }

    /// Entries that a table takes in by `<<: *anchor` are removed: the alias is replaced by a table without them.
    pub(super) fn hide_merged(&mut self, entries: &[(&Node<'_>, &Node<'_>)], hidden: &[&Key]) -> Option<()> {
        let Some((_, source)) = entries.iter().find(|(key, _)| key.is_merge_key()) else { return Some(()) };
        let Body::Alias(anchor) = source.body else { return Some(()) };
        let mut table = self.anchored.get(&anchor)?.as_table()?.clone();
        let before = table.len();
        table.retain(|name, _| !hidden.contains(&&Key::Name(Arc::clone(name))));
        if table.len() < before {
            let range = self.offsets.byte_offset(source.at)..self.offsets.byte_offset(source.end);
            let name = self.text.text[range.clone()].trim_end().len();
            let left = write::value(&Value::Table(Arc::new(table)), Format::Yaml)?;
            self.text.replace(range.start..range.start + name, left);
        }
        Some(())
    }

    fn touch_below(&self, node: &Node<'_>, changes: &Changes, touched: &mut Touched) {
        touched.anchors.extend((node.anchor != 0).then_some(node.anchor));
        if let (Body::Table(_), true) = (&node.body, node.anchor != 0) {
            let names = changes.iter().filter_map(|(key, _)| match key {
                Key::Name(name) => Some(Arc::clone(name)),
                Key::Index(_) => None,
            });
            touched.entries.insert(node.anchor, names.collect());
        }
        for (key, change) in changes {
            let below = match (&node.body, key) {
                (Body::Table(nodes), Key::Name(name)) => pairs(nodes)
                    .find(|(key, _)| matches!(&key.body, Body::Scalar { text, .. } if **text == **name))
                    .map(|(_, value)| value),
                (Body::List(items), Key::Index(index)) => items.get(*index),
                _ => None,
            };
            if let Some(below) = below {
                self.touch(below, change, touched);
            }
        }
    }

    /// The elements of a list that change, move or are removed.
    fn touch_elements(&self, items: &[Node<'_>], elements: &[Element], touched: &mut Touched) {
        let mut stays = vec![false; items.len()];
        for element in elements {
            if let Element::Kept(index, change) = element {
                stays[*index] = true;
                change.iter().for_each(|change| self.touch(&items[*index], change, touched));
            }
        }
        let gone = items.iter().zip(stays).filter(|(_, stays)| !stays);
        gone.for_each(|(item, _)| self.touch(item, &Change::Remove, touched));
    }

    fn touch(&self, node: &Node<'_>, change: &Change, touched: &mut Touched) {
        match (change, &node.body) {
            (Change::Elements(elements), Body::List(items)) => {
                touched.anchors.extend((node.anchor != 0).then_some(node.anchor));
                self.touch_elements(items, elements, touched);
            }
            (Change::Inside(changes), Body::Table(_) | Body::List(_)) => {
                self.touch_below(node, changes, touched);
            }
            (change, _) if change.is_removal() && *change != Change::Remove => {}
            _ => {
                collect(node, &mut |node| touched.anchors.extend((node.anchor != 0).then_some(node.anchor)));
                let end = self.offsets.byte_offset(last_place(node));
                let start = self.offsets.byte_offset(node.at);
                touched.ranges.push(start..end.max(start + 1));
            }
        }
    }

    /// A change inside of an alias as one of the whole value.
    pub(super) fn whole_change(&self, node: &Node<'_>, change: &Change) -> Change {
        match (change, &node.body) {
            (Change::Inside(_) | Change::Elements(_), Body::Alias(anchor)) => {
                let value = change.apply(self.anchored.get(anchor));
                value.map_or_else(|| change.clone(), Change::Put)
            }
            (change, _) => change.clone(),
        }
    }
}

/// The anchor of the only table that a table takes in by `<<`.
fn merges(table: &Node<'_>) -> Option<usize> {
    let Body::Table(nodes) = &table.body else { return None };
    let (_, source) = pairs(nodes).find(|(key, _)| key.is_merge_key())?;
    match source.body {
        Body::Alias(anchor) => Some(anchor),
        _ => None,
    }
}

fn has_entry(table: &Node<'_>, name: &str) -> bool {
    let Body::Table(nodes) = &table.body else { return false };
    pairs(nodes).any(|(key, _)| matches!(&key.body, Body::Scalar { text, .. } if **text == *name))
}

/// The last place of a node or of one below it.
fn last_place(node: &Node<'_>) -> (usize, usize) {
    let mut last = node.end.max(node.close);
    collect(node, &mut |node| last = last.max(node.end));
    last
}

/// Visits a node and all nodes below it, in the order of the text.
fn collect<'n, 't>(node: &'n Node<'t>, visit: &mut impl FnMut(&'n Node<'t>)) {
    visit(node);
    match &node.body {
        Body::Scalar { .. } | Body::Alias(_) => {}
        Body::List(nodes) | Body::Table(nodes) => nodes.iter().for_each(|node| collect(node, visit)),
    }
}
