//! Paths in the value tree: `servers[3].port`, `/servers/3/port`.

use std::{borrow::Cow, fmt, sync::Arc};

use crate::{excerpt, value::Value};

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    /// Into a table.
    Name(Arc<str>),
    /// Into a list.
    Index(usize),
}

/// A path in the value tree, from its root.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Keys(pub(crate) Vec<Key>);

impl Keys {
    /// The configuration itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// The entry with this name in the table at this path.
    pub fn name(&self, name: &str) -> Self {
        self.with(Key::Name(name.into()))
    }

    /// The item with this index in the list at this path.
    pub fn index(&self, index: usize) -> Self {
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

    /// The path of the parent; the root for the root.
    pub(crate) fn parent(&self) -> Self {
        Self(self.0[..self.0.len().saturating_sub(1)].to_vec())
    }

    /// Whether it is one step, into the table's key `name`.
    pub(crate) fn is_only(&self, name: &str) -> bool {
        matches!(&*self.0, [Key::Name(only)] if **only == *name)
    }

    /// The path below one of its parents.
    pub(crate) fn below(&self, parent: &Keys) -> Self {
        Self(self.0.get(parent.0.len()..).unwrap_or_default().to_vec())
    }

    pub(crate) fn starts_with(&self, other: &Keys) -> bool {
        self.0.starts_with(&other.0)
    }

    /// Whether one of two paths equals or contains the other.
    pub(crate) fn is_related_to(&self, other: &Keys) -> bool {
        self.starts_with(other) || other.starts_with(self)
    }

    /// The value at this path, if there is one. The text of a variable is read as a list or table if a step
    /// leads into it.
    pub fn find<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(root, |value, key| match (key, value) {
            (Key::Name(name), Value::Table(table)) => table.get(name),
            (Key::Index(index), Value::List(items)) => items.get(*index),
            (key, Value::Untyped(untyped)) => untyped.below(key),
            _ => None,
        })
    }

    /// The same, also inside the sealed text of a variable: a value found there is secret, but not sealed itself.
    pub(crate) fn find_sealed<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(root, |value, key| match (key, value) {
            (Key::Name(name), Value::Table(table)) => table.get(name),
            (Key::Index(index), Value::List(items)) => items.get(*index),
            (key, value) => match value.inside() {
                Value::Untyped(untyped) => untyped.below(key),
                _ => None,
            },
        })
    }

    /// Parses a path as `Display` prints it. Other text is read as far as it is meaningful.
    pub(crate) fn parse(path: &str) -> Self {
        let (mut keys, mut rest) = (Vec::new(), path);
        while !rest.is_empty() {
            let read = quoted(rest).or_else(|| index(rest)).unwrap_or_else(|| plain(rest));
            keys.extend(read.0);
            rest = read.1;
        }
        Self(keys)
    }

    /// For a report.
    pub(crate) fn shown(&self) -> Shown<'_> {
        Shown(self)
    }

    /// RFC 6901.
    pub(crate) fn pointer(&self) -> String {
        self.0.iter().fold(String::new(), |pointer, key| match key {
            Key::Name(name) => format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")),
            Key::Index(index) => format!("{pointer}/{index}"),
        })
    }
}

/// The path from the root of a traversal to its current position, on the stack. It becomes [`Keys`] only if something
/// is found.
#[derive(Clone, Copy)]
pub(crate) enum Way<'w> {
    Start,
    Name(&'w Way<'w>, &'w Arc<str>),
    Index(&'w Way<'w>, usize),
}

impl Way<'_> {
    pub(crate) fn keys(self) -> Keys {
        match self {
            Self::Start => Keys::root(),
            Self::Name(above, name) => above.keys().with(Key::Name(Arc::clone(name))),
            Self::Index(above, index) => above.keys().index(index),
        }
    }
}

/// `servers[3].port`; a name that would be ambiguous or invisible is quoted and escaped.
impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self, f, |name| in_path(name))
    }
}

/// The same for display, with every name truncated like a value.
pub(crate) struct Shown<'k>(&'k Keys);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self.0, f, |name| Cow::Owned(excerpt::visible(&in_path(start(name)))))
    }
}

/// The start of a name, long enough to be truncated later: escapes only make it longer.
fn start(name: &str) -> &str {
    name.char_indices().nth(excerpt::WIDEST + 1).map_or(name, |(end, _)| &name[..end])
}

fn write<'k>(
    keys: &'k Keys,
    f: &mut fmt::Formatter<'_>,
    spelled: impl Fn(&'k str) -> Cow<'k, str>,
) -> fmt::Result {
    for (place, key) in keys.0.iter().enumerate() {
        match key {
            Key::Index(index) => write!(f, "[{index}]")?,
            Key::Name(name) => {
                let dot = if place == 0 { "" } else { "." };
                write!(f, "{dot}{}", spelled(name))?;
            }
        }
    }
    Ok(())
}

/// A name as it is written in a path. Its escapes are those of a Rust string.
fn in_path(name: &str) -> Cow<'_, str> {
    let plain = |c: char| !".[]\"".contains(c) && !excerpt::is_hidden(c);
    if !name.is_empty() && name.chars().all(plain) {
        return name.into();
    }
    let mut quoted = String::from("\"");
    for c in name.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if excerpt::is_hidden(c) => quoted.extend(c.escape_default()),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted.into()
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

    #[test]
    fn names_that_do_not_show_are_escaped() {
        let path = |name: &str| Keys::root().name("a").name(name).to_string();
        assert_eq!(path("b\u{202e}c"), "a.\"b\\u{202e}c\"");
        assert_eq!(path("b\u{200b}"), "a.\"b\\u{200b}\"");
        assert_eq!(path("x\n\"\\"), "a.\"x\\n\\\"\\\\\"");
        assert_eq!(
            [path("b.c"), path(""), path("ü名"), path("a b")],
            ["a.\"b.c\"", "a.\"\"", "a.ü名", "a.a b"]
        );
    }

    #[test]
    fn a_report_cuts_long_names() {
        let long = Keys::root().name(&"x".repeat(5000)).index(3).name(&"\u{200b}".repeat(5000));
        let shown = long.shown().to_string();
        assert!(shown.starts_with(&format!("{}…[3].\"", "x".repeat(60))) && shown.len() < 200, "{shown}");
        assert_eq!(Keys::root().name("a.b").shown().to_string(), "\"a.b\"");
    }
}
