//! The value tree that every layer yields and the pipeline merges.
//!
//! Tables and lists are shared, so that merging copies only the paths on which two layers meet.

use std::{collections::BTreeMap, fmt, sync::Arc};

use crate::secret::MASK;

/// Keys in order, so that equal tables are equal however they were written.
pub(crate) type Table = BTreeMap<Arc<str>, Value>;

/// One value of a layer.
#[derive(Clone, Debug)]
pub enum Value {
    /// An explicit `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// Any integer that a format can write.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// Text that stays text.
    Text(Arc<str>),
    /// A scalar whose text is read for the type of the field that takes it.
    Untyped(Untyped),
    /// Text of a file that holds `${..}` or `$${`; interpolation turns it into [`Value::Untyped`].
    Template(Arc<str>),
    /// A list.
    List(Arc<Vec<Value>>),
    /// A table.
    Table(Arc<BTreeMap<Arc<str>, Value>>),
    /// What a [`Secret`](crate::Secret) wrote: read as what it holds, and never shown.
    Secret(Veiled),
}

/// A value that does not show itself.
#[derive(Clone)]
pub struct Veiled(Arc<Value>);

impl fmt::Debug for Veiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// A scalar that has only its text; the field that takes it decides what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untyped {
    /// The text as written.
    pub text: Arc<str>,
    /// By which rules it is read.
    pub dialect: Dialect,
}

/// How the text of an untyped scalar is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A plain YAML scalar: scalars by YAML's core schema, never a list or a table.
    Yaml,
    /// An environment variable or an interpolated string: lists as `a,b` or JSON, tables as JSON.
    Variable,
}

impl Dialect {
    /// Whether the text means "no value".
    pub(crate) fn is_null(self, text: &str) -> bool {
        self == Self::Yaml && matches!(text, "" | "~" | "null" | "Null" | "NULL")
    }
}

impl Value {
    /// Text that stays text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// A scalar as a variable gives it.
    pub fn variable(text: &str) -> Self {
        Self::Untyped(Untyped { text: text.into(), dialect: Dialect::Variable })
    }

    /// A plain YAML scalar.
    pub fn yaml(text: &str) -> Self {
        Self::Untyped(Untyped { text: text.into(), dialect: Dialect::Yaml })
    }

    /// A list of values.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Self {
        Self::List(Arc::new(items.into_iter().collect()))
    }

    /// A table of values.
    pub fn table(entries: impl IntoIterator<Item = (Arc<str>, Value)>) -> Self {
        Self::Table(Arc::new(entries.into_iter().collect()))
    }

    /// A table without entries.
    pub fn empty() -> Self {
        Self::Table(Arc::default())
    }

    pub(crate) fn secret(value: Value) -> Self {
        Self::Secret(Veiled(Arc::new(value)))
    }

    /// What a secret holds; any other value itself.
    pub(crate) fn inside(&self) -> &Self {
        match self {
            Self::Secret(Veiled(value)) => value.inside(),
            value => value,
        }
    }

    /// An explicit null, as any format writes it.
    pub(crate) fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Untyped(untyped) => untyped.dialect.is_null(&untyped.text),
            _ => false,
        }
    }

    pub(crate) fn as_table(&self) -> Option<&Table> {
        match self {
            Self::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The entries, to be changed; a value that is no table becomes an empty one first.
    pub(crate) fn entries_mut(&mut self) -> &mut Table {
        if self.as_table().is_none() {
            *self = Self::empty();
        }
        match self {
            Self::Table(table) => Arc::make_mut(table),
            _ => unreachable!("made a table above"),
        }
    }

    /// The value as JSON; what has only its text is a string, and a secret is a mask.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) => integer_to_json(*value),
            Self::Float(value) => serde_json::Number::from_f64(*value).map_or(Json::Null, Json::Number),
            Self::Text(text) | Self::Template(text) => Json::String(text.to_string()),
            Self::Untyped(untyped) => Json::String(untyped.text.to_string()),
            Self::Secret(_) => MASK.into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Table(table) => {
                Json::Object(table.iter().map(|(key, value)| (key.to_string(), value.to_json())).collect())
            }
        }
    }
}

fn integer_to_json(value: i128) -> serde_json::Value {
    if let Ok(small) = i64::try_from(value) {
        return small.into();
    }
    match u64::try_from(value) {
        Ok(large) => large.into(),
        Err(_) => value.to_string().into(),
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        Self::from(&json)
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(value), _) => Self::Int(value.into()),
                (_, Some(value)) => Self::Int(value.into()),
                _ => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Self::text(text),
            Json::Array(items) => Self::list(items.iter().map(Self::from)),
            Json::Object(entries) => {
                Self::table(entries.iter().map(|(key, value)| (key.as_str().into(), value.into())))
            }
        }
    }
}

/// Floats are compared bit by bit, so that a NaN equals itself and never counts as changed.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Text(a), Self::Text(b)) | (Self::Template(a), Self::Template(b)) => a == b,
            (Self::Untyped(a), Self::Untyped(b)) => a == b,
            (Self::List(a), Self::List(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Table(a), Self::Table(b)) => Arc::ptr_eq(a, b) || a == b,
            // One layer knows that it is a secret, another has its text.
            (Self::Secret(_), _) | (_, Self::Secret(_)) => self.inside() == other.inside(),
            _ => false,
        }
    }
}
