//! JSON: serde_json reads it, straight into a [`Value`]; a scan of our own finds what serde_json does not tell.

mod edit;
mod scan;
mod visit;

pub(super) use self::edit::edit;
use self::{
    scan::{Scan, scan},
    visit::Visit,
};
use super::{
    MAX_DEPTH, root_is_no_table,
    text::{Flaw, at_offsets, place},
};
use crate::{source::locate::Mark, value::Value};

pub(super) fn parse(text: &str) -> Result<Value, Vec<Flaw>> {
    let mut visit = Visit::new(MAX_DEPTH);
    let value = read(text, &mut visit).map_err(|flaw| vec![flaw])?;
    if value.as_table().is_none() {
        return Err(vec![Flaw::new(root_is_no_table(kind(&value)), start(text))]);
    }
    if visit.is_plain() { Ok(value) } else { parse_closely(text) }
}

pub(super) fn marks(text: &str) -> Option<Mark> {
    scan(text, MAX_DEPTH).map(|scan| scan.root)
}

/// The second reading of a text that repeats a key or holds an integer beyond `u64`: serde_json neither says
/// where the one stands nor keeps the digits of the other.
fn parse_closely(text: &str) -> Result<Value, Vec<Flaw>> {
    let Some(Scan { duplicates, integers, .. }) = scan(text, MAX_DEPTH) else {
        return Err(vec![Flaw::new("the text is no JSON", start(text))]);
    };
    let wide = integers.values().filter(|integer| integer.value.is_none()).map(|integer| integer.offset);
    let wide = wide.map(|offset| (offset, "the integer has more than 128 bits".to_string()));
    let duplicates = duplicates.into_iter().map(|offset| (offset, "duplicate key".to_string()));
    let found: Vec<_> = duplicates.chain(wide).collect();
    if !found.is_empty() {
        return Err(at_offsets(text, found));
    }
    read(text, &mut Visit::with_integers(MAX_DEPTH, integers)).map_err(|flaw| vec![flaw])
}

fn read(text: &str, visit: &mut Visit) -> Result<Value, Flaw> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = visit.value(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| flaw(text, &error))
}

fn flaw(text: &str, error: &serde_json::Error) -> Flaw {
    let (line, column) = (error.line(), error.column());
    let told = error.to_string();
    let message = told.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&told);
    // serde_json counts bytes, and an end of the text by the last of them.
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let offset = if error.is_eof() { text.len() } else { start + column.saturating_sub(1) };
    Flaw::new(message.replace("EOF", "the text ends"), place(text, offset))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::List(_) => "a list",
        Value::Null => "`null`",
        _ => "a single value",
    }
}

fn start(text: &str) -> (usize, usize) {
    place(text, text.len() - text.trim_start().len())
}
