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

impl<'k> FromIterator<&'k str> for Keys {
    fn from_iter<I: IntoIterator<Item = &'k str>>(names: I) -> Self {
        Self(names.into_iter().map(|name| Key::Name(name.into())).collect())
    }
}
