//! Where everything stands in a TOML text.

use std::ops::Range;

use ::toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::source::locate::{At, Below, Mark};

/// A table made by dotted keys stands at the first of them, one with a header at its header.
pub(in crate::source::format) fn marks(text: &str) -> Option<Mark> {
    // A text that parses at all is at most some hundred levels deep, by the limits of the crate.
    let root = DeTable::parse(text).ok()?;
    Some(Mark::new(At::Bytes(0, 0), table(root.get_ref())))
}

fn table(table: &DeTable<'_>) -> Below {
    let entries =
        table.iter().map(|(name, value)| (name.get_ref().as_ref().into(), (at(name.span()), mark(value))));
    Below::table(entries.collect())
}

fn mark(value: &Spanned<DeValue<'_>>) -> Mark {
    let below = match value.get_ref() {
        DeValue::Array(items) => Below::List(items.iter().map(mark).collect()),
        DeValue::Table(entries) => table(entries),
        _ => Below::Nothing,
    };
    Mark::new(at(value.span()), below)
}

fn at(span: Range<usize>) -> At {
    At::Bytes(span.start, span.end)
}
