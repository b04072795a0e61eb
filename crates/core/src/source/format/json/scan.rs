//! Where everything stands in a JSON text; for texts that serde_json has accepted, so it judges little.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, btree_map::Entry},
};

use crate::{
    keys::{Key, Keys},
    number,
    source::locate::{Children, Span, SpanNode},
    value::{Dialect, Value},
};

/// How many places get their keys; no report names more.
const NAMED: usize = 50;

/// What a text holds.
pub(super) struct Scan {
    pub(super) root: SpanNode,
    /// Keys that their table already has.
    pub(super) duplicates: Vec<Found>,
    /// Integers, by their place among all numbers, that serde_json reads as floats.
    pub(super) integers: HashMap<usize, Integer>,
}

/// A place of the text.
pub(super) struct Found {
    pub(super) keys: Keys,
    pub(super) offset: usize,
}

/// An integer that serde_json reads as a float.
pub(super) struct Integer {
    pub(super) found: Found,
    /// `None` beyond 128 bits.
    pub(super) value: Option<Value>,
}

/// `None` when the text is no JSON or too deep.
pub(super) fn scan(text: &str, max_depth: usize) -> Option<Scan> {
    let mut scanner = Scanner {
        text,
        offset: 0,
        room: max_depth,
        trail: Vec::new(),
        numbers: 0,
        duplicates: Vec::new(),
        integers: HashMap::new(),
    };
    let root = scanner.value()?;
    Some(Scan { root, duplicates: scanner.duplicates, integers: scanner.integers })
}

struct Scanner<'t> {
    text: &'t str,
    offset: usize,
    room: usize,
    /// The keys of the tables and lists that have not ended.
    trail: Vec<Key>,
    numbers: usize,
    duplicates: Vec<Found>,
    integers: HashMap<usize, Integer>,
}

impl<'t> Scanner<'t> {
    fn value(&mut self) -> Option<SpanNode> {
        let at = self.offset_of_next();
        let below = match self.peek()? {
            b'{' => self.nested(Self::table)?,
            b'[' => self.nested(Self::list)?,
            b'"' => self.string().map(|_| Children::Nothing)?,
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.word()?,
        };
        Some(SpanNode::new(Span::Bytes(at, self.offset), below))
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<Children>) -> Option<Children> {
        self.room = self.room.checked_sub(1)?;
        self.offset += 1;
        let below = read(self);
        self.room += 1;
        below
    }

    fn list(&mut self) -> Option<Children> {
        let mut items = Vec::new();
        while !self.skip(b']') {
            self.trail.push(Key::Index(items.len()));
            items.push(self.value()?);
            self.trail.pop();
            self.skip(b',');
        }
        Some(Children::List(items))
    }

    fn table(&mut self) -> Option<Children> {
        let mut entries = BTreeMap::new();
        while !self.skip(b'}') {
            let at = self.offset_of_next();
            let name = self.string()?;
            let key = Span::Bytes(at, self.offset);
            if !self.skip(b':') {
                return None;
            }
            self.trail.push(Key::Name((&*name).into()));
            let value = self.value()?;
            match entries.entry(name.into()) {
                Entry::Vacant(entry) => drop(entry.insert((key, value))),
                Entry::Occupied(_) => self.duplicates.push(self.found(at, self.duplicates.len())),
            }
            self.trail.pop();
            self.skip(b',');
        }
        Some(Children::table(entries))
    }

    /// The text of a string, its escapes resolved.
    fn string(&mut self) -> Option<Cow<'t, str>> {
        let start = self.offset_of_next();
        let bytes = self.text.as_bytes();
        if bytes.get(start) != Some(&b'"') {
            return None;
        }
        let mut end = start + 1;
        while *bytes.get(end)? != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        self.offset = end + 1;
        let quoted = &self.text[start..=end];
        if quoted.contains('\\') {
            return serde_json::from_str(quoted).ok().map(Cow::Owned);
        }
        Some(Cow::Borrowed(&quoted[1..quoted.len() - 1]))
    }

    fn number(&mut self) -> Children {
        let offset = self.offset;
        let literal = self.run(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        let exact = literal.parse::<i64>().is_ok() || literal.parse::<u64>().is_ok();
        let integer = !literal.contains(['.', 'e', 'E']);
        if integer && (!exact || literal == "-0") {
            let value = number::integer(literal, Dialect::Variable).and_then(Result::ok);
            let found = self.found(offset, self.integers.len());
            self.integers.insert(self.numbers, Integer { found, value });
        }
        self.numbers += 1;
        Children::Nothing
    }

    /// Keys for each of a million places would cost more than the text.
    fn found(&self, offset: usize, before: usize) -> Found {
        let named = before < NAMED;
        Found { keys: if named { Keys(self.trail.clone()) } else { Keys::root() }, offset }
    }

    fn word(&mut self) -> Option<Children> {
        let word = self.run(|byte| byte.is_ascii_alphabetic());
        matches!(word, "true" | "false" | "null").then_some(Children::Nothing)
    }

    fn run(&mut self, belongs: impl Fn(u8) -> bool) -> &'t str {
        let rest = &self.text[self.offset..];
        let length = rest.bytes().take_while(|byte| belongs(*byte)).count();
        self.offset += length;
        &rest[..length]
    }

    fn skip(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.offset += usize::from(found);
        found
    }

    fn peek(&mut self) -> Option<u8> {
        let next = self.offset_of_next();
        self.text.as_bytes().get(next).copied()
    }

    fn offset_of_next(&mut self) -> usize {
        let rest = &self.text.as_bytes()[self.offset..];
        self.offset += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.offset
    }
}
