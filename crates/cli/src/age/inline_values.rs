//! References inside of a file: only they change, whatever format the file has.

use std::{collections::BTreeMap, path::Path};

use hotswap_age::{
    Identities,
    seal::{encode, is_age_file, reference},
};
use hotswap_core::{
    Format, Issue, IssueKind, Origin,
    support::command_line::{
        Flaw, Keys, MakeIssue as _, SourceMap, SpanOf, Untyped, Value, file, line_col, parse, without_mark,
    },
};

use super::{Refusal, keys::Lock, unopened};

/// The text of the file with every `age:` reference encrypted anew, and how many there were.
///
/// # Errors
/// Every one that does not open, with its place.
pub(super) fn rotate(
    path: &Path,
    bytes: &[u8],
    identities: &Identities,
    lock: &Lock,
) -> Result<(String, usize), Vec<Issue>> {
    let unknown = || {
        let message = "the format of the file is not known by its extension";
        vec![Issue::new(IssueKind::Unreadable, Keys::root(), message).at(file(path))]
    };
    let format = Format::of(path).ok_or_else(unknown)?;
    let text = decode(bytes).map_err(|flaw| vec![unread(path, &flaw)])?;
    let tree = parse(format, text)
        .map_err(|flaws| flaws.iter().map(|flaw| unread(path, flaw)).collect::<Vec<_>>())?;
    let mut found = Vec::new();
    references(&tree, &Keys::root(), &mut found);
    let places = SourceMap::new(format, text);
    let place = |(keys, issue): (&Keys, Refusal)| placed(*issue, path, places.as_ref(), keys);

    let (fresh, issues) = sealed_anew(&found, identities, lock);
    if !issues.is_empty() {
        return Err(issues.into_iter().map(place).collect());
    }
    let edited = fresh.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
    let now = parse(format, &edited).unwrap_or(Value::Null);
    // What is folded over lines or escaped does not stand in the text as it is read.
    let meant = replaced(&tree, &fresh);
    let left = found.iter().filter(|(keys, _)| keys.find(&now) != keys.find(&meant));
    let left: Vec<_> = left.map(|(keys, _)| place((keys, folded()))).collect();
    match left.is_empty() {
        true if now == meant => Ok((edited, found.len())),
        true => Err(vec![place((&Keys::root(), folded()))]),
        false => Err(left),
    }
}

/// What takes the place of each ciphertext.
type Fresh<'f> = BTreeMap<&'f str, String>;

fn sealed_anew<'f>(
    found: &'f [(Keys, String)],
    identities: &Identities,
    lock: &Lock,
) -> (Fresh<'f>, Vec<(&'f Keys, Refusal)>) {
    let (mut fresh, mut issues) = (Fresh::new(), Vec::new());
    for (keys, old) in found {
        let opened = reference(old.as_bytes()).and_then(|ciphertext| identities.open_file(&ciphertext));
        let sealed = opened.map_err(|error| unopened(&error)).and_then(|plaintext| lock.encrypt(&plaintext));
        match sealed {
            Ok(ciphertext) => drop(fresh.insert(location(old), encode(&ciphertext))),
            Err(issue) => issues.push((keys, issue)),
        }
    }
    (fresh, issues)
}

/// The tree as it is to be.
fn replaced(value: &Value, fresh: &Fresh<'_>) -> Value {
    let text = |text: &str| match fresh.get(location(text)).filter(|_| text.starts_with("age:")) {
        Some(new) => text.replacen(location(text), new, 1),
        None => text.to_owned(),
    };
    match value {
        Value::List(items) => Value::list(items.iter().map(|item| replaced(item, fresh))),
        Value::Table(entries) => {
            Value::table(entries.iter().map(|(name, value)| (name.clone(), replaced(value, fresh))))
        }
        Value::Text(old) => Value::text(&text(old)),
        Value::Untyped(Untyped { text: old, dialect, .. }) => {
            Value::Untyped(Untyped::new(&text(old), *dialect))
        }
        other => other.clone(),
    }
}

fn folded() -> Refusal {
    let message = "the reference stands on more than one line, or is escaped";
    let help = "write it on one line, as the command `encrypt` prints it";
    Issue::new(IssueKind::Write, Keys::root(), message).with_help(help).into()
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

/// Every text that refers to an age file, with its place.
fn references(value: &Value, keys: &Keys, found: &mut Vec<(Keys, String)>) {
    match value {
        Value::List(items) => {
            items.iter().enumerate().for_each(|(index, item)| references(item, &keys.index(index), found));
        }
        Value::Table(entries) => {
            entries.iter().for_each(|(name, value)| references(value, &keys.name(name), found));
        }
        value => {
            let text = as_text(value).filter(|text| text.starts_with("age:"));
            found.extend(text.filter(|text| refers(text)).map(|text| (keys.clone(), text.to_owned())));
        }
    }
}

/// Any other text may begin like a reference.
fn refers(text: &str) -> bool {
    reference(text.as_bytes()).is_ok_and(|ciphertext| is_age_file(&ciphertext))
}

/// What stands between the scheme and the key.
fn location(text: &str) -> &str {
    let text = text.strip_prefix("age:").unwrap_or(text);
    text.split_once('#').map_or(text, |(location, _)| location)
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
