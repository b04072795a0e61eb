//! Where everything stands in a YAML text.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    compose::{Body, Node, compose},
    pairs,
};
use crate::source::locate::{Children, Span, SpanNode};

/// An alias stands where it is written; what stands below it, and what `<<` brings in, where the anchor is.
pub(in crate::source::format) fn spans(text: &str) -> Option<SpanNode> {
    let root = compose(text).ok()?;
    let mut marker = SpanBuilder::default();
    Some(match root {
        Some(root) => marker.mark(&root),
        None => SpanNode::new(Span::Places((1, 1), (1, 1)), Children::Nothing),
    })
}

/// What the anchors stand for, and the texts of those that can be keys.
#[derive(Default)]
struct SpanBuilder {
    anchors: HashMap<usize, Arc<Children>>,
    keys: HashMap<usize, Box<str>>,
}

impl SpanBuilder {
    fn mark(&mut self, node: &Node<'_>) -> SpanNode {
        let below = match &node.body {
            Body::Scalar { .. } => Arc::new(Children::Nothing),
            Body::Alias(anchor) => {
                self.anchors.get(anchor).cloned().unwrap_or_else(|| Children::Nothing.into())
            }
            Body::List(nodes) => Arc::new(Children::List(nodes.iter().map(|node| self.mark(node)).collect())),
            Body::Table(nodes) => Arc::new(Children::table(self.table(nodes))),
        };
        self.add(node, &below);
        SpanNode { at: Span::Places(node.at, node.end), below }
    }

    fn add(&mut self, node: &Node<'_>, below: &Arc<Children>) {
        if node.anchor == 0 {
            return;
        }
        self.anchors.insert(node.anchor, below.clone());
        if let Body::Scalar { text, .. } = &node.body {
            self.keys.insert(node.anchor, text.as_ref().into());
        }
    }

    fn table(&mut self, nodes: &[Node<'_>]) -> BTreeMap<Box<str>, (Span, SpanNode)> {
        let mut table = BTreeMap::new();
        let mut merged = None;
        for (key, node) in pairs(nodes) {
            let value = self.mark(node);
            if key.is_merge_key() {
                merged = Some(value);
            } else if let Some(name) = self.key(key) {
                table.insert(name, (Span::Places(key.at, key.end), value));
            }
        }
        if let Some(source) = merged {
            merge(&mut table, &source.below);
        }
        table
    }

    fn key(&mut self, key: &Node<'_>) -> Option<Box<str>> {
        self.add(key, &Children::Nothing.into());
        match &key.body {
            Body::Scalar { text, .. } => Some(text.as_ref().into()),
            Body::Alias(anchor) => self.keys.get(anchor).cloned(),
            Body::List(_) | Body::Table(_) => None,
        }
    }
}

fn merge(table: &mut BTreeMap<Box<str>, (Span, SpanNode)>, source: &Children) {
    let tables = match source {
        Children::List(sources) => sources.iter().map(|source| &*source.below).collect(),
        single => vec![single],
    };
    for source in tables {
        let Children::Table(entries) = source else { continue };
        for (name, entry) in entries.iter() {
            table.entry(name.clone()).or_insert_with(|| entry.clone());
        }
    }
}
