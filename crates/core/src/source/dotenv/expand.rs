//! `$NAME`, `${NAME}` and the forms with a default, in a value of a dotenv file.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::statement::after;
use crate::{
    excerpt,
    resolve::{budget::Budget, interpolate::is_conventional},
    secret::Private,
    source::format::text::{Flaw, Flaws, LineCol},
};

/// The maximum nesting of defaults.
const MAX_NESTING: usize = 32;

type Lookup<'l> = &'l dyn Fn(&str) -> Option<Private>;

/// A value as written, and its context.
#[derive(Clone, Copy)]
pub(super) struct Expansion<'t> {
    pub(super) raw: &'t str,
    /// Whether it is in double quotes.
    pub(super) escapes: bool,
    pub(super) lookup: Lookup<'t>,
    /// Whether the statement that sets a variable is wrong, which is reported there.
    pub(super) is_broken: &'t dyn Fn(&str) -> bool,
    /// Whether the value is known not to be secret; otherwise messages do not quote it.
    pub(super) is_open: &'t dyn Fn() -> bool,
    /// The position of the value.
    pub(super) start: LineCol,
}

/// An expanded value.
pub(super) struct Expanded {
    pub(super) text: Zeroizing<String>,
    /// Whether it contains no variable.
    pub(super) verbatim: bool,
    /// Whether no text comes from variables.
    pub(super) literal: bool,
}

impl Expansion<'_> {
    /// The value; `None` if there is an error.
    ///
    /// Read twice: the first run measures the length. A growing text would leave copies that are not wiped, and a
    /// text that is too long is never created.
    pub(super) fn run(&self, budget: &mut Budget, flaws: &mut Flaws) -> Option<Expanded> {
        let mut measured = Walk::new(self, None);
        if let Err(flaw) = measured.text(0, true) {
            flaws.push(flaw);
            return None;
        }
        let incomplete = measured.depends_on_broken || !measured.missing.is_empty();
        measured.flaws.into_iter().for_each(|flaw| flaws.push(flaw));
        if incomplete {
            return None;
        }
        if budget.spend(measured.expanded).is_err() {
            flaws.push(Flaw::new(Budget::message(), self.start));
            return None;
        }
        let mut walk = Walk::new(self, Some(Zeroizing::new(String::with_capacity(measured.length))));
        // It was well formed before.
        walk.text(0, true).ok()?;
        let (verbatim, literal) = (measured.names.is_empty(), measured.expanded == 0);
        Some(Expanded { text: walk.out?, verbatim, literal })
    }
}

/// The names of all variables in a value as written.
pub(super) fn names(raw: &str) -> BTreeSet<&str> {
    let (lookup, is_broken, start) = (&|_: &str| None, &|_: &str| false, (1, 1));
    let value = Expansion { raw, escapes: true, lookup, is_broken, is_open: &|| false, start };
    let mut walk = Walk::new(&value, None);
    // A malformed text was refused before.
    let _ = walk.text(0, false);
    walk.names
}

struct Walk<'t> {
    value: Expansion<'t>,
    rest: &'t str,
    /// `None` during the measurement.
    out: Option<Zeroizing<String>>,
    length: usize,
    /// The number of bytes from variables.
    expanded: usize,
    /// Every variable of the text.
    names: BTreeSet<&'t str>,
    missing: BTreeSet<&'t str>,
    /// Whether it refers to a variable with a malformed statement.
    depends_on_broken: bool,
    flaws: Vec<Flaw>,
}

impl<'t> Walk<'t> {
    fn new(value: &Expansion<'t>, out: Option<Zeroizing<String>>) -> Self {
        Self {
            value: *value,
            rest: value.raw,
            out,
            length: 0,
            expanded: 0,
            names: BTreeSet::new(),
            missing: BTreeSet::new(),
            depends_on_broken: false,
            flaws: Vec::new(),
        }
    }

    /// Expands up to the end, or, in a default, to its closing `}`. Text that is not `live` is parsed without
    /// effect.
    fn text(&mut self, nesting: usize, live: bool) -> Result<(), Flaw> {
        let mut braces = 0_usize;
        while let Some(next) = self.rest.chars().next() {
            match next {
                '}' if nesting > 0 && braces == 0 => return Ok(()),
                '{' if nesting > 0 => braces += 1,
                '}' if nesting > 0 => braces -= 1,
                '$' => {
                    self.dollar(nesting, live)?;
                    continue;
                }
                '\\' => {
                    self.backslash(live)?;
                    continue;
                }
                _ => {}
            }
            self.plain(next.len_utf8(), live);
        }
        Ok(())
    }

    /// The first bytes, and the literal text up to the next special character.
    fn plain(&mut self, first: usize, live: bool) {
        let more = self.rest[first..].find(['$', '\\', '{', '}']).unwrap_or(self.rest.len() - first);
        let (text, rest) = self.rest.split_at(first + more);
        self.rest = rest;
        self.push(text, live);
    }

    fn push(&mut self, text: &str, live: bool) {
        if live {
            self.length = self.length.saturating_add(text.len());
            self.out.iter_mut().for_each(|out| out.push_str(text));
        }
    }

    fn push_value(&mut self, value: &str) {
        self.expanded = self.expanded.saturating_add(value.len());
        self.push(value, true);
    }

    /// In double quotes it may start an escape; otherwise it is literal.
    fn backslash(&mut self, live: bool) -> Result<(), Flaw> {
        let escaped = self.rest[1..].chars().next();
        if !self.value.escapes {
            if escaped == Some('$') && refers(&self.rest[2..]) {
                return Err(self.flaw(self.rest, BACKSLASH));
            }
            self.plain(1, live);
            return Ok(());
        }
        let meant = match escaped {
            Some('n') => "\n",
            Some('r') => "\r",
            Some('t') => "\t",
            Some('a') => "\u{7}",
            Some('b') => "\u{8}",
            Some('f') => "\u{c}",
            Some('v') => "\u{b}",
            Some('\\') => "\\",
            Some('"') => "\"",
            Some('$') => "$",
            _ => {
                self.plain(1, live);
                return Ok(());
            }
        };
        self.rest = &self.rest[2..];
        self.push(meant, live);
        Ok(())
    }

    fn dollar(&mut self, nesting: usize, live: bool) -> Result<(), Flaw> {
        let start = self.rest;
        let rest = &start[1..];
        if let Some(rest) = rest.strip_prefix('$') {
            self.rest = rest;
            self.push("$", live);
            return Ok(());
        }
        if let Some(rest) = rest.strip_prefix('{') {
            self.rest = rest;
            return self.braced(start, nesting + 1, live);
        }
        if !refers(rest) {
            // "$5", and a dollar at the end, are literal.
            self.plain(1, live);
            return Ok(());
        }
        self.rest = rest;
        let name = self.name();
        self.names.insert(name);
        if self.is_broken(name, live) {
            return Ok(());
        }
        match self.get(name).filter(|_| live) {
            Some(value) => self.push_value(value.to_str().unwrap_or_default()),
            None if live => self.miss(name, start, is_conventional(name) && (self.value.is_open)()),
            None => {}
        }
        Ok(())
    }

    /// The part after `${`.
    fn braced(&mut self, start: &'t str, nesting: usize, live: bool) -> Result<(), Flaw> {
        if nesting > MAX_NESTING {
            return Err(self.flaw(start, "the defaults are nested too deep"));
        }
        let name = self.name();
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.flaw(start, FORM));
        }
        self.names.insert(name);
        // The content of the braces depends on an unknown value.
        let live = !self.is_broken(name, live) && live;
        let empty_is_unset = self.skip(':');
        let value = self.get(name).filter(|value| !(empty_is_unset && value.is_empty()));
        let form = self.rest.chars().next();
        match form {
            Some('}') if !empty_is_unset => {
                self.put(value.as_ref(), live);
                if live && value.is_none() {
                    self.miss(name, start, is_conventional(name) || (self.value.is_open)());
                }
            }
            Some('-') => {
                self.put(value.as_ref(), live);
                self.inner(nesting, live && value.is_none())?;
            }
            Some('+') => self.inner(nesting, live && value.is_some())?,
            Some('?') => {
                self.put(value.as_ref(), live);
                let from = &self.rest[1..];
                self.inner(nesting, false)?;
                if live && value.is_none() {
                    self.demand(name, start, &from[..from.len() - self.rest.len()]);
                }
            }
            _ => return Err(self.flaw(start, FORM)),
        }
        if self.skip('}') { Ok(()) } else { Err(self.flaw(start, UNCLOSED)) }
    }

    fn put(&mut self, value: Option<&Private>, live: bool) {
        if let Some(value) = value.filter(|_| live) {
            self.push_value(value.to_str().unwrap_or_default());
        }
    }

    /// The text after the operator of a form.
    fn inner(&mut self, nesting: usize, live: bool) -> Result<(), Flaw> {
        self.rest = &self.rest[1..];
        self.text(nesting, live)
    }

    fn is_broken(&mut self, name: &str, live: bool) -> bool {
        let broken = live && (self.value.is_broken)(name);
        self.depends_on_broken |= broken;
        broken
    }

    fn get(&self, name: &str) -> Option<Private> {
        (self.value.lookup)(name).filter(|value| value.to_str().is_some())
    }

    fn name(&mut self) -> &'t str {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        name
    }

    fn skip(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Reports a variable that is not set. Text after a bare `$` may be part of a password, and is then not
    /// quoted.
    fn miss(&mut self, name: &'t str, start: &str, named: bool) {
        let shown = excerpt::name(name);
        let message = match named {
            true => format!(
                "the variable {shown} is not set; write `${{{shown}:-default}}` for a default, or {LITERAL}"
            ),
            false => format!("a `$` names a variable that is not set; write {LITERAL}"),
        };
        self.record_undefined(name, start, message);
    }

    /// Reports a variable that is not set, with the message in the file.
    fn demand(&mut self, name: &'t str, start: &str, told: &str) {
        let is_open = (self.value.is_open)();
        let told = if is_open { excerpt::visible(told.trim()) } else { String::new() };
        let colon = if told.is_empty() { "" } else { ": " };
        let message = match is_open || is_conventional(name) {
            true => format!("the variable {} is not set{colon}{told}", excerpt::name(name)),
            false => format!("a `$` names a variable that is not set; write {LITERAL}"),
        };
        self.record_undefined(name, start, message);
    }

    fn record_undefined(&mut self, name: &'t str, start: &str, message: String) {
        if self.missing.insert(name) && self.missing.len() <= Flaws::MAX {
            let flaw = self.flaw(start, message);
            self.flaws.push(flaw);
        }
    }

    /// A flaw at the position where the text `left` starts.
    fn flaw(&self, left: &str, message: impl Into<String>) -> Flaw {
        let read = &self.value.raw[..self.value.raw.len() - left.len()];
        Flaw::new(message, after(self.value.start, read))
    }
}

/// Whether the text after a `$` makes it a reference.
fn refers(behind: &str) -> bool {
    behind.starts_with(|c: char| c.is_ascii_alphabetic() || "_{".contains(c))
}

const LITERAL: &str = "`$$` for a literal `$`";
const UNCLOSED: &str = "a `${` has no `}`";
const BACKSLASH: &str =
    "a backslash before `$` has a meaning in double quotes only; write `$$` for a literal `$`";
const FORM: &str = "expected `${NAME}`, `${NAME:-default}`, `${NAME:+text}` or `${NAME:?message}`; write `$$` for a literal `$`";
