//! JSON: serde_json reads it, straight into a [`Value`]; a scan of our own finds what serde_json does not tell.

mod edit;
mod scan;
mod visit;

#[cfg(feature = "json")]
pub(super) use self::edit::{comments, in_place, whole};
use self::{
    scan::{Found, Scan, scan},
    visit::Visit,
};
use super::{
    DUPLICATE_KEY, MAX_DEPTH, root_is_no_table,
    text::{Flaw, at_offsets, line_col},
};
use crate::{
    keys::Keys,
    number::{self, OUT_OF_RANGE, TOO_WIDE, refused_at},
    source::locate::SpanNode,
    value::{Dialect, TOO_DEEP, Value},
};

/// What is wrong with a text.
pub(crate) struct Fault {
    /// Where in the value, as far as that is known.
    pub(crate) keys: Keys,
    pub(crate) offset: usize,
    /// Never repeats the text.
    pub(crate) message: String,
    /// The text is no JSON.
    pub(crate) syntax: bool,
}

pub(super) fn parse(text: &str) -> Result<Value, Vec<Flaw>> {
    let value = value(text).map_err(|faults| {
        at_offsets(text, faults.into_iter().map(|fault| (fault.offset, fault.message)).collect())
    })?;
    match value.as_table() {
        Some(_) => Ok(value),
        None => Err(vec![Flaw::new(root_is_no_table(kind(&value)), start(text))]),
    }
}

/// Any value, as a variable may hold one.
pub(crate) fn value(text: &str) -> Result<Value, Vec<Fault>> {
    let mut visit = Visit::new(MAX_DEPTH);
    let value = read(text, &mut visit).map_err(|fault| vec![fault])?;
    if visit.is_plain() { Ok(value) } else { read_closely(text) }
}

pub(super) fn spans(text: &str) -> Option<SpanNode> {
    scan(text, MAX_DEPTH).map(|scan| scan.root)
}

/// The second reading of a text that repeats a key or holds an integer beyond `u64`: serde_json neither says
/// where the one stands nor keeps the digits of the other.
fn read_closely(text: &str) -> Result<Value, Vec<Fault>> {
    let Some(Scan { duplicates, integers, .. }) = scan(text, MAX_DEPTH) else {
        let message = "the text is no JSON".to_owned();
        return Err(vec![Fault { keys: Keys::root(), offset: 0, message, syntax: true }]);
    };
    let wide = integers.values().filter(|integer| integer.value.is_none()).map(|integer| &integer.found);
    let fault = |message: &str, Found { keys, offset }: &Found| Fault {
        keys: keys.clone(),
        offset: *offset,
        message: message.to_owned(),
        syntax: false,
    };
    let duplicates = duplicates.iter().map(|found| fault(DUPLICATE_KEY, found));
    let found: Vec<_> = duplicates.chain(wide.map(|found| fault(TOO_WIDE, found))).collect();
    if !found.is_empty() {
        return Err(found);
    }
    read(text, &mut Visit::with_integers(MAX_DEPTH, integers)).map_err(|fault| vec![fault])
}

fn read(text: &str, visit: &mut Visit) -> Result<Value, Fault> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = visit.value(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| fault(text, &error))
}

fn fault(text: &str, error: &serde_json::Error) -> Fault {
    let (line, column) = (error.line(), error.column());
    let told = error.to_string();
    let message = told.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&told);
    // serde_json counts bytes, and an end of the text by the last of them.
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let offset = if error.is_eof() { text.len() } else { start + column.saturating_sub(1) };
    let keys = Keys::root();
    // The two messages about a token that begins a value: the other ones are about a string, a key or an end.
    let is_value = matches!(message, "invalid number" | "expected value");
    match (message, refused_at(text, offset).filter(|_| is_value)) {
        (_, Some((offset, refusal))) => {
            Fault { keys, offset, message: refusal.message().to_owned(), syntax: false }
        }
        ("number out of range", _) => {
            let message = if is_integer_at(text, offset) { TOO_WIDE } else { OUT_OF_RANGE };
            Fault { keys, offset, message: message.to_owned(), syntax: false }
        }
        (TOO_DEEP, _) => Fault { keys, offset, message: message.to_owned(), syntax: false },
        _ => Fault { keys, offset, message: message.replace("EOF", "the text ends"), syntax: true },
    }
}

/// Whether the number around the offset, which may be just behind it, is an integer.
fn is_integer_at(text: &str, offset: usize) -> bool {
    [offset, offset.saturating_sub(1)].into_iter().any(|offset| {
        number::token_at(text, offset)
            .is_some_and(|(_, token)| number::integer(token, Dialect::Variable).is_some())
    })
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::List(_) => "a list",
        Value::Null => "`null`",
        _ => "a single value",
    }
}

fn start(text: &str) -> (usize, usize) {
    line_col(text, text.len() - text.trim_start().len())
}
