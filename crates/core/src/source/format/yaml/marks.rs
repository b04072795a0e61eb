//! Where everything stands in a YAML text.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    compose::{Body, Node, compose},
    pairs,
};
use crate::source::locate::{At, Below, Mark};

/// An alias stands where it is written; what stands below it, and what `<<` brings in, where the anchor is.
pub(in crate::source::format) fn marks(text: &str) -> Option<Mark> {
    let root = compose(text).ok()?;
    let mut marker = Marker::default();
    Some(match root {
        Some(root) => marker.mark(&root),
        None => Mark::new(At::Places((1, 1), (1, 1)), Below::Nothing),
    })
}

/// What the anchors stand for, and the texts of those that can be keys.
#[derive(Default)]
struct Marker {
    anchors: HashMap<usize, Arc<Below>>,
    keys: HashMap<usize, Box<str>>,
}

impl Marker {
    fn mark(&mut self, node: &Node<'_>) -> Mark {
        let below = match &node.body {
            Body::Scalar { .. } => Arc::new(Below::Nothing),
            Body::Alias(anchor) => self.anchors.get(anchor).cloned().unwrap_or_else(|| Below::Nothing.into()),
            Body::List(nodes) => Arc::new(Below::List(nodes.iter().map(|node| self.mark(node)).collect())),
            Body::Table(nodes) => Arc::new(Below::table(self.table(nodes))),
        };
        self.keep(node, &below);
        Mark { at: At::Places(node.at, node.end), below }
    }

    fn keep(&mut self, node: &Node<'_>, below: &Arc<Below>) {
        if node.anchor == 0 {
            return;
        }
        self.anchors.insert(node.anchor, below.clone());
        if let Body::Scalar { text, .. } = &node.body {
            self.keys.insert(node.anchor, text.as_ref().into());
        }
    }

    fn table(&mut self, nodes: &[Node<'_>]) -> BTreeMap<Box<str>, (At, Mark)> {
        let mut table = BTreeMap::new();
        let mut merged = None;
        for (key, node) in pairs(nodes) {
            let value = self.mark(node);
            if key.is_merge_key() {
                merged = Some(value);
            } else if let Some(name) = self.key(key) {
                table.insert(name, (At::Places(key.at, key.end), value));
            }
        }
        if let Some(source) = merged {
            merge(&mut table, &source.below);
        }
        table
    }

    fn key(&mut self, key: &Node<'_>) -> Option<Box<str>> {
        self.keep(key, &Below::Nothing.into());
        match &key.body {
            Body::Scalar { text, .. } => Some(text.as_ref().into()),
            Body::Alias(anchor) => self.keys.get(anchor).cloned(),
            Body::List(_) | Body::Table(_) => None,
        }
    }
}

fn merge(table: &mut BTreeMap<Box<str>, (At, Mark)>, source: &Below) {
    let tables = match source {
        Below::List(sources) => sources.iter().map(|source| &*source.below).collect(),
        single => vec![single],
    };
    for source in tables {
        let Below::Table(entries) = source else { continue };
        for (name, entry) in entries.iter() {
            table.entry(name.clone()).or_insert_with(|| entry.clone());
        }
    }
}
