//! TOML, as the `toml` crate reads it, with every error it recovers from.

mod comments;
mod edit;
mod fresh;
mod sections;
mod spans;

use std::{ops::Range, sync::Arc};

use ::toml::{
    Spanned,
    de::{DeFloat, DeInteger, DeTable, DeValue},
};

pub(super) use self::{
    comments::comments,
    edit::{in_place, whole},
    spans::spans,
};
use super::{
    MAX_DEPTH,
    name::Names,
    string,
    text::{Flaw, at_offsets},
    too_deep,
};
use crate::{
    number::{OUT_OF_RANGE, Refusal, TOO_WIDE, refused_at},
    value::{Table, Value},
};

pub(super) fn parse(text: &str) -> Result<Value, Vec<Flaw>> {
    let (root, errors) = recovered(text);
    if !errors.is_empty() {
        return Err(at_offsets(text, first_of_each_line(text, &errors)));
    }
    let mut reader = Reader { text, names: Names::new(), flaws: Vec::new() };
    let value = reader.table(root.into_inner(), MAX_DEPTH - 1);
    if reader.flaws.is_empty() { Ok(value) } else { Err(at_offsets(text, reader.flaws)) }
}

/// Of a larger text only the first problem is reported.
const RECOVERED: usize = 64 << 10;

/// The parser keeps about a kilobyte for each error, and two letters are enough for one. So a text with errors is read piece
/// by piece, up to the piece with which it has enough of them.
const PIECE: usize = 4 << 10;
const ENOUGH: usize = 100;

/// The parser's only message about a number that is refused alike in every format.
const LEADING_ZERO: &str = "unexpected leading zero";

fn recovered(text: &str) -> (Spanned<DeTable<'_>>, Vec<::toml::de::Error>) {
    match DeTable::parse(text) {
        Ok(root) => (root, Vec::new()),
        Err(first) => (Spanned::new(0..0, DeTable::new()), errors_from(text, first)),
    }
}

fn errors_from(text: &str, first: ::toml::de::Error) -> Vec<::toml::de::Error> {
    if text.len() > RECOVERED {
        return vec![first];
    }
    let mut end = first.span().map_or(0, |span| span.start);
    loop {
        end = end_of_line(text, end.saturating_add(PIECE));
        let (_, mut errors) = DeTable::parse_recoverable(&text[..end]);
        if end == text.len() {
            return errors;
        }
        if errors.len() >= ENOUGH {
            // What is wrong with the end is that more follows.
            errors.retain(|error| error.span().is_none_or(|span| span.end < end));
            return errors;
        }
    }
}

/// The end of the line in which the byte at `at` is.
fn end_of_line(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(text.len(), |line_end| at + line_end + 1)
}

/// What the parser says after the first error of a line is mostly about its own recovery.
///
/// The crate's `Display` prints the line of the text, its message does not.
fn first_of_each_line(text: &str, errors: &[::toml::de::Error]) -> Vec<(usize, String)> {
    let offset = |error: &::toml::de::Error| error.span().map_or(0, |span| span.start);
    let mut found: Vec<_> = errors.iter().map(|error| (offset(error), message(text, error))).collect();
    for (offset, message) in found.iter_mut().filter(|(_, message)| *message == LEADING_ZERO) {
        if let Some((start, refusal)) = refused_at(text, *offset) {
            (*offset, *message) = (start, refusal.message().to_owned());
        }
    }
    found.sort();
    let mut line_end = 0;
    found.retain(|(offset, _)| {
        let first = *offset >= line_end;
        if first {
            let rest = text.get(*offset..).unwrap_or_default();
            line_end = offset + rest.find('\n').unwrap_or(rest.len()) + 1;
        }
        first
    });
    found
}

fn message(text: &str, error: &::toml::de::Error) -> String {
    match error.message() {
        _ if lacks_value(text, error) => "a value is missing behind the equals sign".to_owned(),
        "recursion limit" | "cannot recurse further; max recursion depth met" => too_deep(),
        // What the parser adds when it has nothing to advise.
        message => message.strip_suffix(", expected nothing").unwrap_or(message).to_owned(),
    }
}

/// Whether nothing but a comment or a closing bracket follows where the parser expects a value.
fn lacks_value(text: &str, error: &::toml::de::Error) -> bool {
    let Some((before, rest)) = error.span().and_then(|span| text.split_at_checked(span.start)) else {
        return false;
    };
    let is_behind_sign = rest.starts_with('=') || before.trim_end_matches([' ', '\t']).ends_with('=');
    let next = rest.trim_start_matches('=').trim_start_matches([' ', '\t']).chars().next();
    is_behind_sign && next.is_none_or(|next| "\r\n#,}]".contains(next))
}

/// TOML promises 64 bits, and this reader takes what an `i128` holds.
fn too_wide(integer: &DeInteger<'_>) -> String {
    // The parser takes the prefix of a radix without digits for a number.
    if !integer.as_str().contains(|digit: char| digit.is_digit(integer.radix())) {
        return "invalid integer, expected digits".to_owned();
    }
    match u128::from_str_radix(integer.as_str(), integer.radix()) {
        Ok(_) => {
            format!("TOML integers end at {} here, use JSON, YAML or a variable for larger ones", i128::MAX)
        }
        Err(_) => TOO_WIDE.to_owned(),
    }
}

struct Reader<'t> {
    text: &'t str,
    names: Names,
    /// By offset.
    flaws: Vec<(usize, String)>,
}

impl Reader<'_> {
    /// `room` is how many more levels may stand below.
    fn table(&mut self, table: DeTable<'_>, room: usize) -> Value {
        let entries = table.into_iter();
        let table: Table =
            entries.map(|(name, value)| (self.names.get(name.get_ref()), self.value(value, room))).collect();
        Value::Table(Arc::new(table))
    }

    fn value(&mut self, value: Spanned<DeValue<'_>>, room: usize) -> Value {
        let span = value.span();
        match value.into_inner() {
            DeValue::String(text) => string(&text),
            DeValue::Integer(integer) => self.integer(&integer, span),
            DeValue::Float(float) => self.float(&float, span),
            DeValue::Boolean(value) => Value::Bool(value),
            DeValue::Datetime(_) => Value::text(self.text.get(span).unwrap_or_default()),
            DeValue::Array(_) | DeValue::Table(_) if room == 0 => self.refuse(too_deep(), span),
            DeValue::Array(items) => Value::list(items.into_iter().map(|item| self.value(item, room - 1))),
            DeValue::Table(table) => self.table(table, room - 1),
        }
    }

    fn integer(&mut self, integer: &DeInteger<'_>, span: Range<usize>) -> Value {
        if self.has_plus_sign(&span) {
            return self.refuse(Refusal::PlusSign.message().into(), span);
        }
        match i128::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(value) => Value::Int(value),
            Err(_) => self.refuse(too_wide(integer), span),
        }
    }

    fn float(&mut self, float: &DeFloat<'_>, span: Range<usize>) -> Value {
        let finite = float.as_str().contains(|c: char| c.is_ascii_digit());
        if finite && self.has_plus_sign(&span) {
            return self.refuse(Refusal::PlusSign.message().into(), span);
        }
        match float.as_str().parse::<f64>() {
            Ok(value) if value.is_finite() || !finite => Value::Float(value),
            _ => self.refuse(OUT_OF_RANGE.into(), span),
        }
    }

    fn has_plus_sign(&self, span: &Range<usize>) -> bool {
        self.text.get(span.clone()).is_some_and(|number| number.starts_with('+'))
    }

    fn refuse(&mut self, message: String, span: Range<usize>) -> Value {
        self.flaws.push((span.start, message));
        Value::Null
    }
}
