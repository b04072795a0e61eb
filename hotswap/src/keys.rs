//! Places in the value tree: `servers[3].port`, `/servers/3/port`.

use std::{fmt, sync::Arc};

use crate::value::Value;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    /// Into a table.
    Name(Arc<str>),
    /// Into a list.
    Index(usize),
}

/// A place in the value tree, from its root.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Keys(pub(crate) Vec<Key>);

impl Keys {
    pub(crate) fn root() -> Self {
        Self::default()
    }

    pub(crate) fn name(&self, name: &str) -> Self {
        self.with(Key::Name(name.into()))
    }

    pub(crate) fn index(&self, index: usize) -> Self {
        self.with(Key::Index(index))
    }

    pub(crate) fn with(&self, key: Key) -> Self {
        let mut keys = self.0.clone();
        keys.push(key);
        Self(keys)
    }

    pub(crate) fn join(&self, more: &Keys) -> Self {
        Self(self.0.iter().chain(&more.0).cloned().collect())
    }

    pub(crate) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn starts_with(&self, other: &Keys) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The value at this place, if there is one. The text of a variable is read as the list or table that a step
    /// leads into.
    pub(crate) fn find<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(root, |value, key| match (key, value) {
            (Key::Name(name), Value::Table(table)) => table.get(name),
            (Key::Index(index), Value::List(items)) => items.get(*index),
            (key, Value::Untyped(untyped)) => untyped.below(key),
            _ => None,
        })
    }

    /// The place that `Display` prints so. What it would not print is read as far as it means something.
    pub(crate) fn parse(path: &str) -> Self {
        let (mut keys, mut rest) = (Vec::new(), path);
        while !rest.is_empty() {
            let read = quoted(rest).or_else(|| index(rest)).unwrap_or_else(|| plain(rest));
            keys.extend(read.0);
            rest = read.1;
        }
        Self(keys)
    }

    /// RFC 6901.
    pub(crate) fn pointer(&self) -> String {
        self.0.iter().fold(String::new(), |pointer, key| match key {
            Key::Name(name) => format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")),
            Key::Index(index) => format!("{pointer}/{index}"),
        })
    }
}

/// `servers[3].port`; a name that would be ambiguous stands in quotes.
impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, key) in self.0.iter().enumerate() {
            match key {
                Key::Index(index) => write!(f, "[{index}]")?,
                Key::Name(name) => {
                    let dot = if place == 0 { "" } else { "." };
                    if name.is_empty() || name.contains(|c: char| ".[]\"".contains(c) || c.is_control()) {
                        write!(f, "{dot}{name:?}")?;
                    } else {
                        write!(f, "{dot}{name}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// A key, if there is one, and what follows it.
type Read<'p> = (Option<Key>, &'p str);

fn plain(path: &str) -> Read<'_> {
    if let Some(rest) = path.strip_prefix('.') {
        return (None, rest);
    }
    // A bracket that opens no index belongs to a name.
    let end = path.char_indices().skip(1).find(|(_, letter)| ".[".contains(*letter));
    let (name, rest) = path.split_at(end.map_or(path.len(), |(at, _)| at));
    (Some(Key::Name(name.into())), rest)
}

fn index(path: &str) -> Option<Read<'_>> {
    let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
    Some((Some(Key::Index(index.parse().ok()?)), rest))
}

/// A name in quotes, with the escapes of `Debug`.
fn quoted(path: &str) -> Option<Read<'_>> {
    let inside = path.strip_prefix('"')?;
    let mut letters = inside.char_indices();
    let mut name = String::new();
    loop {
        match letters.next()? {
            (at, '"') => return Some((Some(Key::Name(name.into())), &inside[at + 1..])),
            (_, '\\') => name.push(escaped(&mut letters)?),
            (_, letter) => name.push(letter),
        }
    }
}

fn escaped(letters: &mut std::str::CharIndices<'_>) -> Option<char> {
    Some(match letters.next()?.1 {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        'u' => {
            let (code, rest) = letters.as_str().strip_prefix('{')?.split_once('}')?;
            let code = u32::from_str_radix(code, 16).ok()?;
            while letters.as_str().len() > rest.len() {
                letters.next();
            }
            char::from_u32(code)?
        }
        letter => letter,
    })
}

impl<'k> FromIterator<&'k str> for Keys {
    fn from_iter<I: IntoIterator<Item = &'k str>>(names: I) -> Self {
        Self(names.into_iter().map(|name| Key::Name(name.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> impl Strategy<Value = Key> {
        prop_oneof![
            "[a-z0-9 _-]{1,6}".prop_map(|name| Key::Name(name.into())),
            "[\\PC\n\t\"\\\\.\\[\\]\u{202e}]{0,8}".prop_map(|name| Key::Name(name.into())),
            any::<usize>().prop_map(Key::Index),
        ]
    }

    proptest! {
        #[test]
        fn every_printed_place_is_read_again(keys in prop::collection::vec(key(), 0..6)) {
            let keys = Keys(keys);
            prop_assert_eq!(Keys::parse(&keys.to_string()), keys);
        }

        #[test]
        fn no_text_makes_the_reader_panic(path in "[a.\\[\\]0\"\\\\u{}ü]{0,16}") {
            Keys::parse(&path);
        }
    }

    #[test]
    fn what_is_not_printed_so_is_read_as_far_as_it_means_something() {
        for (path, printed) in
            [("", ""), ("..a..b.", "a.b"), ("a[x]", "a.\"[x]\""), ("\"a", "\"\\\"a\""), ("a.[3]", "a[3]")]
        {
            assert_eq!(Keys::parse(path).to_string(), printed, "{path}");
        }
    }
}
