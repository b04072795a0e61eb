//! Where everything stands in a TOML text.

use std::ops::Range;

use ::toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::source::locate::{Children, Span, SpanNode};

/// A table made by dotted keys stands at the first of them, one with a header at its header.
pub(in crate::source::format) fn spans(text: &str) -> Option<SpanNode> {
    // A text that parses at all is at most some hundred levels deep, by the limits of the crate.
    let root = DeTable::parse(text).ok()?;
    Some(SpanNode::new(Span::Bytes(0, 0), table(root.get_ref())))
}

fn table(table: &DeTable<'_>) -> Children {
    let entries =
        table.iter().map(|(name, value)| (name.get_ref().as_ref().into(), (span(name.span()), mark(value))));
    Children::table(entries.collect())
}

fn mark(value: &Spanned<DeValue<'_>>) -> SpanNode {
    let below = match value.get_ref() {
        DeValue::Array(items) => Children::List(items.iter().map(mark).collect()),
        DeValue::Table(entries) => table(entries),
        _ => Children::Nothing,
    };
    SpanNode::new(span(value.span()), below)
}

fn span(span: Range<usize>) -> Span {
    Span::Bytes(span.start, span.end)
}
