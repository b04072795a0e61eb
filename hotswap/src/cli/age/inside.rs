//! References inside of a file: only they change, whatever format the file has.

use std::{collections::BTreeMap, path::Path};

use super::{keys::Lock, unopened};
use crate::{
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    secrets::age::{
        Identities,
        seal::{encode, is_age_file, reference},
    },
    source::{
        format::{self, Format, text},
        locate::{Places, Spot},
    },
    value::Value,
};

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
    let whole =
        |message: &str| vec![Issue::new(IssueKind::Unreadable, Keys::root(), message).at(Origin::file(path))];
    let format =
        Format::of(path).ok_or_else(|| whole("the format of the file is not known by its extension"))?;
    let text = text::decode(bytes).map_err(|flaw| whole(&flaw.message))?;
    let tree = format::parse(format, text)
        .map_err(|flaws| flaws.iter().flat_map(|flaw| whole(&flaw.message)).collect::<Vec<_>>())?;
    let mut found = Vec::new();
    references(&tree, &Keys::root(), &mut found);
    let places = Places::of(format, text);
    let mut fresh = BTreeMap::new();
    let mut issues = Vec::new();
    for (keys, old) in &found {
        let sealed = reference(old.as_bytes())
            .and_then(|ciphertext| identities.open_file(&ciphertext))
            .map_err(|error| unopened(&error))
            .and_then(|plaintext| lock.encrypt(&plaintext));
        match sealed {
            Ok(ciphertext) => {
                fresh.entry(location(old).to_owned()).or_insert_with(|| encode(&ciphertext));
            }
            Err(issue) => issues.push(placed(issue, path, places.as_ref(), keys)),
        }
    }
    let edited = fresh.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old.as_str(), new));
    // What is folded over lines or escaped does not stand in the text as it is read.
    let now = format::parse(format, &edited).unwrap_or(Value::Null);
    for (keys, old) in &found {
        let expected = fresh.get(location(old)).map(|new| old.replacen(location(old), new, 1));
        let is = keys.find(&now).and_then(as_text);
        if expected.is_some() && is != expected.as_deref() {
            let issue = Issue::new(
                IssueKind::Write,
                Keys::root(),
                "the reference stands on more than one line, or is escaped",
            )
            .with_help("write it on one line, as the command `encrypt` prints it");
            issues.push(placed(issue, path, places.as_ref(), keys));
        }
    }
    if issues.is_empty() { Ok((edited, found.len())) } else { Err(issues) }
}

fn placed(issue: Issue, path: &Path, places: Option<&Places<'_>>, keys: &Keys) -> Issue {
    let place = places.map(|places| places.nearest(keys, Spot::Value).1);
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
        Value::Text(text) | Value::Template(text) => Some(text),
        Value::Untyped(untyped) => Some(&untyped.text),
        _ => None,
    }
}
