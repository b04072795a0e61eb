//! What variables put into the values of one load, and the words that repeat it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use zeroize::Zeroizing;

use crate::{keys::Keys, value::Value};

/// Shorter texts count only as words of their own: nearly every sentence has their letters.
const SHORT: usize = 3;

/// From this length on a part of a variable counts too, such as the password of a URL.
const PART: usize = 4;

/// As much of a text, in characters, is enough to count: words may cut it off.
const HEAD: usize = 24;

/// The values of one load after interpolation.
pub(crate) struct Interpolated {
    tree: Value,
    /// The names of the variables in each template.
    names: BTreeMap<Arc<str>, BTreeSet<String>>,
    /// The texts of the variables in templates. Wiped, for they may hold secrets.
    variables: BTreeMap<String, Zeroizing<String>>,
}

impl Default for Interpolated {
    fn default() -> Self {
        Self { tree: Value::Null, names: BTreeMap::new(), variables: BTreeMap::new() }
    }
}

impl fmt::Debug for Interpolated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interpolated").finish_non_exhaustive()
    }
}

impl Interpolated {
    /// `names_in` yields the names of the variables in a template, and `lookup` the text of a variable.
    pub(crate) fn new(
        tree: &Value,
        names_in: fn(&str) -> BTreeSet<String>,
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let mut names = BTreeMap::new();
        each(tree, &mut |_, template| {
            names.entry(Arc::from(template)).or_insert_with(|| names_in(template));
        });
        let text = |name: &String| lookup(name).map(|text| (name.clone(), Zeroizing::new(text)));
        let all: BTreeSet<&String> = names.values().flatten().collect();
        let variables = all.into_iter().filter_map(text).collect();
        Self { tree: tree.clone(), names, variables }
    }

    /// The first template at, above or below `keys`; where nothing is at `keys`, around it, but not beyond the value at the
    /// first `within` of them.
    pub(super) fn template(&self, keys: &Keys, within: usize) -> Option<Arc<str>> {
        let mut value = &self.tree;
        for (depth, key) in keys.0.iter().enumerate() {
            match Keys(vec![key.clone()]).find(value) {
                Some(below) => value = below,
                None if depth < within && matches!(value.inside(), Value::Table(_) | Value::List(_)) => {
                    return None;
                }
                None => break,
            }
        }
        let mut first = None;
        each(value, &mut |_, template| {
            first.get_or_insert_with(|| Arc::from(template));
        });
        first
    }

    /// Whether the words repeat the text of a template at or below `keys`, or that of one of its variables.
    pub(super) fn is_repeated(&self, keys: &Keys, words: &str) -> bool {
        let mut repeated = false;
        each(keys.find(&self.tree).unwrap_or(&Value::Null), &mut |text, template| {
            let whole = || text.chars().count() >= SHORT && words.contains(head(text));
            // A dotenv file may set a name again, so what its variable says now is not what is in the text.
            let part = || parts(text).any(|part| !template.contains(part) && words.contains(head(part)));
            repeated = repeated || whole() || part() || {
                let names = self.names.get(template).into_iter().flatten();
                names.filter_map(|name| self.variables.get(name)).any(|text| repeats(words, text))
            };
        });
        repeated
    }
}

/// Visits every text that variables gave a part of, and its template.
fn each(value: &Value, visit: &mut dyn FnMut(&str, &str)) {
    match value.inside() {
        Value::Untyped(untyped) if untyped.is_of_variables() => {
            untyped.template().into_iter().for_each(|template| visit(&untyped.text, template));
        }
        Value::List(items) => items.iter().for_each(|item| each(item, visit)),
        Value::Table(table) => table.values().for_each(|value| each(value, visit)),
        _ => {}
    }
}

/// Whether the words have the text of a variable in them, or a part of it.
fn repeats(words: &str, text: &str) -> bool {
    let text = text.trim();
    if text.chars().count() < SHORT {
        return has_word(words, text);
    }
    words.contains(head(text)) || parts(text).any(|part| words.contains(head(part)))
}

/// The parts of a text that are long enough to count.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let behind_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
    let parts = behind_scheme.split(|c: char| c.is_whitespace() || "/:@?&=;,\"'\\".contains(c));
    parts.filter(|part| part.chars().count() >= PART)
}

fn head(text: &str) -> &str {
    text.char_indices().nth(HEAD).map_or(text, |(end, _)| &text[..end])
}

fn has_word(words: &str, text: &str) -> bool {
    let apart = |(start, _): (usize, &str)| {
        let before = words[..start].chars().next_back();
        let after = words[start + text.len()..].chars().next();
        !before.into_iter().chain(after).any(char::is_alphanumeric)
    };
    !text.is_empty() && words.match_indices(text).any(apart)
}
