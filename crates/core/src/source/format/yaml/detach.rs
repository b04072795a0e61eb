//! Aliases of values that change: they keep the old value.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
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

    fn touch_below(&self, node: &Node<'_>, changes: &Changes, touched: &mut Touched) {
        touched.anchors.extend((node.anchor != 0).then_some(node.anchor));
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
