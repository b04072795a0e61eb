//! The statements of a dotenv file: names, quotes and comments. Values are expanded in `expand`.

use zeroize::Zeroizing;

use crate::source::format::text::{Flaw, LineCol};

/// One `NAME=value`.
pub(super) struct Statement<'t> {
    pub(super) name: &'t str,
    pub(super) body: Body<'t>,
    /// The position of the name.
    pub(super) place: LineCol,
}

pub(super) enum Body<'t> {
    /// Without `=` and value: the variable of the process.
    Inherited,
    /// In single quotes, which are resolved.
    Literal(Zeroizing<String>),
    /// Without quotes, or in double quotes.
    Text { raw: &'t str, escapes: bool, place: LineCol },
}

/// A malformed statement.
pub(super) struct Broken<'t> {
    /// The name that it sets, as far as it can be read.
    pub(super) name: &'t str,
    pub(super) flaw: Flaw,
}

/// Reads statement by statement. After a malformed one it continues with the next line.
pub(super) struct Statements<'t> {
    rest: &'t str,
    place: LineCol,
}

impl<'t> Statements<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { rest: text, place: (1, 1) }
    }

    /// Takes a number of bytes from the front.
    fn advance(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        self.place = after(self.place, taken);
        taken
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        self.advance(end)
    }

    fn skip_line(&mut self) {
        self.take_while(|c| c != '\n');
    }

    /// Skips to the next character that is neither white space nor part of a comment.
    fn skip_comments(&mut self) {
        self.take_while(char::is_whitespace);
        while self.rest.starts_with('#') {
            self.skip_line();
            self.take_while(char::is_whitespace);
        }
    }

    fn statement(&mut self) -> Result<Statement<'t>, Broken<'t>> {
        if let Some(rest) = self.rest.strip_prefix("export").filter(|rest| rest.starts_with(is_blank)) {
            self.advance(self.rest.len() - rest.len());
            self.take_while(is_blank);
        }
        let place = self.place;
        let name = self.take_while(is_of_name);
        if name.is_empty() {
            return Err(Broken { name, flaw: Flaw::new(NAME, place) });
        }
        let blanks = self.take_while(is_blank);
        match self.rest.chars().next() {
            Some('=' | ':') => {
                self.advance(1);
                let before = self.take_while(is_blank);
                let body = self.value(before).map_err(|flaw| Broken { name, flaw })?;
                Ok(Statement { name, body, place })
            }
            None | Some('\n') => Ok(Statement { name, body: Body::Inherited, place }),
            Some('#') if !blanks.is_empty() => Ok(Statement { name, body: Body::Inherited, place }),
            _ => Err(Broken { name, flaw: Flaw::new(NAME, place) }),
        }
    }

    fn value(&mut self, before: &str) -> Result<Body<'t>, Flaw> {
        match self.rest.chars().next() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote),
            _ => Ok(self.unquoted(before)),
        }
    }

    /// Reads up to the end of the line, or to a comment after a blank.
    fn unquoted(&mut self, before: &str) -> Body<'t> {
        let place = self.place;
        let line = self.take_while(|c| c != '\n');
        let after_blank = |at: usize| line[..at].chars().next_back().map_or(!before.is_empty(), is_blank);
        let comment = line.match_indices('#').map(|(at, _)| at).find(|at| after_blank(*at));
        let raw = line[..comment.unwrap_or(line.len())].trim_end();
        Body::Text { raw, escapes: false, place }
    }

    fn quoted(&mut self, quote: char) -> Result<Body<'t>, Flaw> {
        let start = self.place;
        let Some(length) = quoted_length(&self.rest[1..], quote) else {
            return Err(Flaw::new(UNCLOSED, start));
        };
        self.advance(1);
        let place = self.place;
        let raw = self.advance(length);
        self.advance(1);
        self.end_of_quoted()?;
        match quote {
            '"' => Ok(Body::Text { raw, escapes: true, place }),
            _ => Ok(Body::Literal(unescaped(raw))),
        }
    }

    /// Only a comment may follow the closing quote.
    fn end_of_quoted(&mut self) -> Result<(), Flaw> {
        self.take_while(is_blank);
        match self.rest.chars().next() {
            None | Some('\n' | '#') => {
                self.skip_line();
                Ok(())
            }
            Some(_) => Err(Flaw::new(BEHIND, self.place)),
        }
    }
}

impl<'t> Iterator for Statements<'t> {
    type Item = Result<Statement<'t>, Broken<'t>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_comments();
        if self.rest.is_empty() {
            return None;
        }
        let statement = self.statement();
        self.skip_line();
        Some(statement)
    }
}

/// The bytes up to the closing quote. A backslash escapes a quote, and another backslash before a quote.
fn quoted_length(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

/// Single quotes have only one escape, for the quote.
fn unescaped(raw: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(raw.len()));
    let mut escaped = false;
    for c in raw.chars() {
        if escaped && c != '\'' {
            text.push('\\');
        }
        escaped = c == '\\' && !escaped;
        if !escaped {
            text.push(c);
        }
    }
    text
}

/// Blanks within a line.
fn is_blank(c: char) -> bool {
    c != '\n' && c.is_whitespace()
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || "_.-[]".contains(c)
}

/// The position after a text that starts at `place`.
pub(super) fn after((line, column): LineCol, text: &str) -> LineCol {
    match text.rfind('\n') {
        None => (line, column + text.chars().count()),
        Some(last) => (line + text.matches('\n').count(), 1 + text[last + 1..].chars().count()),
    }
}

const NAME: &str = "expected `NAME=value`; a name is of letters, digits, `_`, `.` and `-`";
const UNCLOSED: &str =
    "the quote is never closed; in quotes `\\` before a quote makes it a part of the value";
const BEHIND: &str = "expected the end of the line or a comment behind the closing quote; a value with quotes in it stands in the other kind of quotes";
