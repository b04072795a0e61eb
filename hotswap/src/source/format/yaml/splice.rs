//! Edits in the lines of a YAML text, so that everything else stays as it is, comments too.
//!
//! Only what is simple is done: a scalar or a one-line list that is replaced, a line that is added or goes. Whoever calls
//! this compares what the result means, and writes the whole text anew where it is not what was wanted.

use std::sync::Arc;

use super::{
    compose::{Body, Node, compose},
    pairs,
};
use crate::source::format::{text::Place, write};

/// A name in each level, and the value on one line; `None` takes the entry out.
pub(super) struct Splice<'e> {
    pub(super) path: &'e [Arc<str>],
    pub(super) value: Option<&'e str>,
}

/// The texts that the edit may lead to, the likeliest first; none if it is not simple.
pub(super) fn splice(text: &str, edit: &Splice<'_>) -> Vec<String> {
    let Ok(root) = compose(text) else { return Vec::new() };
    let Some(root) = root else {
        return edit
            .value
            .map(|value| added(text, text.lines().count(), 0, edit.path, value))
            .into_iter()
            .collect();
    };
    let mut node = &root;
    for (depth, name) in edit.path.iter().enumerate() {
        let Some(entries) = block(text, node) else { return Vec::new() };
        let found = entries.iter().find(|(key, _)| is(key, name));
        let Some((key, below)) = found else {
            let Some(value) = edit.value else { return vec![text.to_owned()] };
            let (Some((first, _)), Some(last)) = (entries.first(), last_line(node)) else {
                return Vec::new();
            };
            return vec![added(text, last, first.at.1 - 1, &edit.path[depth..], value)];
        };
        if depth + 1 == edit.path.len() {
            return match edit.value {
                Some(value) => replaced(text, below, value),
                None => without_line(text, key, below).into_iter().collect(),
            };
        }
        node = below;
    }
    Vec::new()
}

type Entries<'n, 't> = Vec<(&'n Node<'t>, &'n Node<'t>)>;

/// The entries of a table that has a line, or more, for each.
fn block<'n, 't>(text: &str, node: &'n Node<'t>) -> Option<Entries<'n, 't>> {
    let Body::Table(nodes) = &node.body else { return None };
    let in_braces = text[offset(text, node.at)?..].starts_with('{');
    let entries: Entries<'n, 't> = pairs(nodes).collect();
    (!in_braces && !entries.is_empty()).then_some(entries)
}

fn is(key: &Node<'_>, name: &str) -> bool {
    matches!(&key.body, Body::Scalar { text, .. } if text == name)
}

/// The last line on which something of the node stands.
fn last_line(node: &Node<'_>) -> Option<usize> {
    match &node.body {
        Body::Scalar { .. } | Body::Alias(_) => Some(node.end.0),
        Body::List(nodes) | Body::Table(nodes) => match nodes.last() {
            Some(last) => last_line(last),
            None => Some(node.at.0),
        },
    }
}

/// The text with lines behind the one of this number.
fn added(text: &str, line: usize, indent: usize, path: &[Arc<str>], value: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let depth = path.len();
    let new = path.iter().enumerate().map(|(place, name)| {
        let (indent, name) = (" ".repeat(indent + 2 * place), write::key(name));
        if place + 1 == depth { format!("{indent}{name}: {value}") } else { format!("{indent}{name}:") }
    });
    let line = line.min(lines.len());
    lines.splice(line..line, new);
    lines.join("\n") + "\n"
}

fn replaced(text: &str, node: &Node<'_>, value: &str) -> Vec<String> {
    if node.anchor != 0 || node.tag.is_some() {
        return Vec::new();
    }
    let Some(start) = offset(text, node.at) else { return Vec::new() };
    let with = |end: usize| format!("{}{value}{}", &text[..start], &text[end..]);
    match &node.body {
        Body::Scalar { .. } if node.at.0 == node.end.0 && !node.is_blank() => {
            offset(text, node.end).into_iter().map(with).collect()
        }
        Body::List(_) | Body::Table(_) if text[start..].starts_with(['[', '{']) => {
            // Where it ends is not told: one of the brackets of the line closes it.
            let line = text[start..].lines().next().unwrap_or_default();
            line.match_indices([']', '}']).map(|(place, _)| with(start + place + 1)).collect()
        }
        _ => Vec::new(),
    }
}

/// The text without a line that has nothing else in it.
fn without_line(text: &str, key: &Node<'_>, below: &Node<'_>) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let line = lines.get(key.at.0 - 1)?;
    let alone = line.chars().take(key.at.1 - 1).all(|letter| letter == ' ');
    (alone && last_line(below)? == key.at.0).then(|| {
        lines.remove(key.at.0 - 1);
        lines.join("\n") + "\n"
    })
}

/// In bytes.
fn offset(text: &str, (line, column): Place) -> Option<usize> {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = text.get(start..)?;
    let ahead: usize = rest.chars().take(column - 1).map(char::len_utf8).sum();
    Some(start + ahead)
}
