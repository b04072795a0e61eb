//! YAML: saphyr-parser's events, composed to nodes, resolved to values.
//!
//! A plain scalar keeps its text, so that the field decides whether `no`, `007` or `1.10` is text or not.

mod alias;
mod block;
mod comments;
mod compose;
mod detach;
mod edit;
mod layout;
mod offsets;
mod spans;
mod tag;

use std::{borrow::Cow, sync::Arc};

use self::{
    alias::{Anchor, Anchors},
    compose::{Body, Node, compose},
};
pub(super) use self::{
    comments::comments,
    edit::{in_place, whole},
    spans::spans,
};
use super::{
    DUPLICATE_KEY,
    name::Names,
    root_is_no_table, string,
    text::{Flaw, LineCol, at_places},
};
use crate::value::{Table, Value};

pub(super) fn parse(text: &str) -> Result<Value, Vec<Flaw>> {
    let Some(root) = compose(text).map_err(|flaw| vec![flaw])?.filter(|root| !root.is_blank()) else {
        return Ok(Value::empty());
    };
    let mut reader = Reader { names: Names::new(), anchors: Anchors::new(text.len()), flaws: Vec::new() };
    let value = reader.node(&root, 1).value;
    if reader.flaws.is_empty() && value.as_table().is_none() {
        let found = if matches!(value, Value::List(_)) { "a list" } else { "a single value" };
        reader.refuse(root_is_no_table(found), root.at);
    }
    if reader.flaws.is_empty() { Ok(value) } else { Err(at_places(reader.flaws)) }
}

struct Reader {
    names: Names,
    anchors: Anchors,
    flaws: Vec<Flaw>,
}

impl Reader {
    /// `depth` is 1 for the root.
    fn node(&mut self, node: &Node<'_>, depth: usize) -> Anchor {
        let read = match &node.body {
            Body::Alias(anchor) => self.alias(*anchor, depth, node.at),
            Body::Scalar { text, plain } => Anchor::text(self.scalar(node, text, *plain), text),
            Body::List(nodes) => self.list(nodes, depth),
            Body::Table(nodes) => self.table(nodes, depth),
        };
        self.check_collection_tag(node);
        self.anchors.insert(node.anchor, &read);
        read
    }

    fn alias(&mut self, anchor: usize, depth: usize, at: LineCol) -> Anchor {
        let found = self.anchors.expand(anchor, depth);
        found.unwrap_or_else(|message| Anchor::scalar(self.refuse(message, at)))
    }

    fn scalar(&mut self, node: &Node<'_>, text: &str, plain: bool) -> Value {
        let value = match &node.tag {
            None if plain => Ok(Value::yaml(text)),
            None => Ok(Value::Text(text.into())),
            Some(tag) => tag::scalar(tag, text),
        };
        match (value, string(text)) {
            (Err(message), _) => self.refuse(message, node.at),
            (Ok(_), template @ Value::Template(_)) => template,
            (Ok(value), _) => value,
        }
    }

    fn list(&mut self, nodes: &[Node<'_>], depth: usize) -> Anchor {
        let mut size = Anchor::scalar(Value::Null);
        let items = nodes.iter().map(|node| size.add(self.node(node, depth + 1))).collect();
        size.with(Value::List(Arc::new(items)))
    }

    fn table(&mut self, nodes: &[Node<'_>], depth: usize) -> Anchor {
        let mut size = Anchor::scalar(Value::Null);
        let mut table = Table::new();
        let mut merged: Option<(Value, LineCol)> = None;
        for (key, node) in pairs(nodes) {
            let value = size.add(self.node(node, depth + 1));
            if !key.is_merge_key() {
                self.insert(&mut table, &mut size, key, value);
            } else if merged.is_none() {
                merged = Some((value, node.at));
            } else {
                self.refuse(DUPLICATE_KEY.into(), key.at);
            }
        }
        if let Some((source, at)) = merged {
            self.merge(&mut table, &source, at);
        }
        size.with(Value::Table(Arc::new(table)))
    }

    fn insert(&mut self, table: &mut Table, size: &mut Anchor, key: &Node<'_>, value: Value) {
        let Some(name) = self.key(key) else {
            self.refuse("a key is a single value, found a list or a table".into(), key.at);
            return;
        };
        size.add_key(&name);
        let name = self.names.get(&name);
        if table.insert(name, value).is_some() {
            self.refuse(DUPLICATE_KEY.into(), key.at);
        }
    }

    /// A key is its text, whatever a field would make of it.
    fn key<'n>(&mut self, key: &'n Node<'_>) -> Option<Cow<'n, str>> {
        match &key.body {
            Body::Scalar { text, .. } => {
                if let Some(Err(message)) = key.tag.as_ref().map(|tag| tag::scalar(tag, text)) {
                    self.refuse(message, key.at);
                }
                self.anchors.insert(key.anchor, &Anchor::text(Value::yaml(text), text));
                Some(Cow::Borrowed(text))
            }
            Body::Alias(anchor) => match self.anchors.expand(*anchor, 1).ok()?.value {
                Value::Text(text) | Value::Template(text) => Some(Cow::Owned(text.to_string())),
                Value::Untyped(untyped) => Some(Cow::Owned(untyped.text.to_string())),
                _ => None,
            },
            Body::List(_) | Body::Table(_) => None,
        }
    }

    /// What the table has itself wins; of several sources the first one that has a key.
    fn merge(&mut self, table: &mut Table, source: &Value, at: LineCol) {
        let sources = match source {
            Value::List(sources) => sources.as_slice(),
            single => std::slice::from_ref(single),
        };
        for source in sources {
            let Some(source) = source.as_table() else {
                self.refuse("`<<` takes a table or a list of tables".into(), at);
                return;
            };
            for (name, value) in source {
                table.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
    }

    fn check_collection_tag(&mut self, node: &Node<'_>) {
        let wanted = match &node.body {
            Body::List(_) => "seq",
            Body::Table(_) => "map",
            Body::Scalar { .. } | Body::Alias(_) => return,
        };
        if let Some(Err(message)) = node.tag.as_ref().map(|tag| tag::collection(tag, wanted)) {
            self.refuse(message, node.at);
        }
    }

    fn refuse(&mut self, message: String, at: LineCol) -> Value {
        self.flaws.push(Flaw::new(message, at));
        Value::Null
    }
}

/// The keys of a table with their values.
fn pairs<'n, 't>(nodes: &'n [Node<'t>]) -> impl Iterator<Item = (&'n Node<'t>, &'n Node<'t>)> {
    nodes.chunks_exact(2).map(|pair| (&pair[0], &pair[1]))
}
