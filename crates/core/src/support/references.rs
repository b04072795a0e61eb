//! References inside of a file: only they change, whatever format the file has.

use std::{collections::BTreeMap, path::Path};

use crate::{
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    source::{
        format::{
            Format, parse,
            text::{Flaw, line_col, without_mark},
        },
        locate::{SourceMap, SpanOf},
    },
    value::{Untyped, Value},
};

/// How the references of one scheme are replaced.
pub struct References<'r> {
    /// What each of them begins with, the colon included.
    pub scheme: &'r str,
    /// Whether a text that begins with the scheme is a reference.
    pub is_reference: &'r dyn Fn(&str) -> bool,
    /// The new location for such a text.
    pub location: &'r dyn Fn(&str) -> Result<String, Box<Issue>>,
    /// Advice for a reference that is folded over lines or escaped, and cannot be replaced.
    pub help: &'r str,
}

/// What takes the place of each location.
type Replacements<'f> = BTreeMap<&'f str, String>;

impl References<'_> {
    /// The text of the file with a new location in every reference, and how many there were.
    ///
    /// # Errors
    /// Every reference that has no new location or cannot be replaced, with its place; or the file cannot be read.
    pub fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(String, usize), Vec<Issue>> {
        let unknown = || {
            let message = "the format of the file is not known by its extension";
            vec![Issue::new(IssueKind::Unreadable, Keys::root(), message).at(Origin::file(path))]
        };
        let format = Format::of(path).ok_or_else(unknown)?;
        let text = decode(bytes).map_err(|flaw| vec![unread(path, &flaw)])?;
        let tree = parse(format, text)
            .map_err(|flaws| flaws.iter().map(|flaw| unread(path, flaw)).collect::<Vec<_>>())?;
        let mut found = Vec::new();
        self.find(&tree, &Keys::root(), &mut found);
        let places = SourceMap::new(format, text);
        let place = |(keys, issue): (&Keys, Box<Issue>)| placed(*issue, path, places.as_ref(), keys);

        let (fresh, issues) = self.replacements(&found);
        if !issues.is_empty() {
            return Err(issues.into_iter().map(place).collect());
        }
        let edited = fresh.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
        let now = parse(format, &edited).unwrap_or(Value::Null);
        // A location that is folded over lines or escaped is not in the text as it is read.
        let intended = self.replaced(&tree, &fresh);
        let left = found.iter().filter(|(keys, _)| keys.find(&now) != keys.find(&intended));
        let left: Vec<_> = left.map(|(keys, _)| place((keys, self.folded()))).collect();
        match left.is_empty() {
            true if now == intended => Ok((edited, found.len())),
            true => Err(vec![place((&Keys::root(), self.folded()))]),
            false => Err(left),
        }
    }

    fn replacements<'f>(
        &self,
        found: &'f [(Keys, String)],
    ) -> (Replacements<'f>, Vec<(&'f Keys, Box<Issue>)>) {
        let (mut fresh, mut issues) = (Replacements::new(), Vec::new());
        for (keys, old) in found {
            match (self.location)(old) {
                Ok(new) => drop(fresh.insert(self.location_of(old), new)),
                Err(issue) => issues.push((keys, issue)),
            }
        }
        (fresh, issues)
    }

    /// The tree as it is to be.
    fn replaced(&self, value: &Value, fresh: &Replacements<'_>) -> Value {
        let text = |text: &str| {
            let location = self.location_of(text);
            match fresh.get(location).filter(|_| text.starts_with(self.scheme)) {
                Some(new) => text.replacen(location, new, 1),
                None => text.to_owned(),
            }
        };
        match value {
            Value::List(items) => Value::list(items.iter().map(|item| self.replaced(item, fresh))),
            Value::Table(entries) => {
                Value::table(entries.iter().map(|(name, value)| (name.clone(), self.replaced(value, fresh))))
            }
            Value::Text(old) => Value::text(&text(old)),
            Value::Untyped(Untyped { text: old, dialect, .. }) => {
                Value::Untyped(Untyped::new(&text(old), *dialect))
            }
            other => other.clone(),
        }
    }

    fn folded(&self) -> Box<Issue> {
        let message = "the reference spans more than one line, or is escaped";
        Issue::new(IssueKind::Write, Keys::root(), message).with_help(self.help).into()
    }

    /// Every reference, with its place.
    fn find(&self, value: &Value, keys: &Keys, found: &mut Vec<(Keys, String)>) {
        match value {
            Value::List(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.find(item, &keys.index(index), found));
            }
            Value::Table(entries) => {
                entries.iter().for_each(|(name, value)| self.find(value, &keys.name(name), found));
            }
            value => {
                let text = as_text(value).filter(|text| text.starts_with(self.scheme));
                let text = text.filter(|text| (self.is_reference)(text));
                found.extend(text.map(|text| (keys.clone(), text.to_owned())));
            }
        }
    }

    /// The text between the scheme and the key.
    fn location_of<'t>(&self, text: &'t str) -> &'t str {
        let text = text.strip_prefix(self.scheme).unwrap_or(text);
        text.split_once('#').map_or(text, |(location, _)| location)
    }
}

fn unread(path: &Path, flaw: &Flaw) -> Issue {
    let (line, column) = (Some(flaw.line), Some(flaw.column));
    let origin = Origin::File { path: path.to_owned(), line, column };
    Issue::new(IssueKind::Syntax, Keys::root(), flaw.message.as_str()).at(origin)
}

fn placed(issue: Issue, path: &Path, places: Option<&SourceMap<'_>>, keys: &Keys) -> Issue {
    let place = places.map(|places| places.nearest(keys, SpanOf::Value).1);
    let (line, column) = place.map_or((None, None), |(line, column)| (Some(line), Some(column)));
    issue.at(Origin::File { path: path.to_owned(), line, column })
}

fn as_text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Untyped(untyped) => Some(&untyped.text),
        _ => None,
    }
}

/// The bytes of a file as text.
///
/// # Errors
/// The place of the first byte that is not UTF-8.
fn decode(bytes: &[u8]) -> Result<&str, Flaw> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
        let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
        let message =
            if utf16 { "the file is UTF-16, save it as UTF-8" } else { "the file is not UTF-8 here" };
        Flaw::new(message, line_col(without_mark(valid), usize::MAX))
    })
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn a_byte_that_is_not_utf8_has_a_place() {
        let flaw = decode(b"a = 1\nb = \"\xff\"").unwrap_err();
        assert_eq!((flaw.line, flaw.column), (2, 6));
    }

    #[test]
    fn utf16_is_named() {
        assert!(decode(b"\xff\xfea\0").unwrap_err().message.contains("UTF-16"));
    }
}
