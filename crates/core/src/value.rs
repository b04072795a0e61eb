//! The value tree that every layer yields and the pipeline merges.
//!
//! Tables and lists are shared, so that merging copies only the paths that occur in more than one layer.

mod place;

use std::{collections::BTreeMap, fmt, sync::Arc};

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

pub(crate) use place::{open_in, place_at, place_in};

use crate::{secret::MASK, structure::Parsed};

/// The maximum nesting of lists and tables, including the root, whatever their origin.
///
/// The parsers, the merge, the decoder and all traversals of a tree are recursive; this limit protects them from a
/// stack overflow.
pub(crate) const MAX_DEPTH: usize = 64;

/// The message for a value that is nested more deeply.
pub(crate) const TOO_DEEP: &str = "lists and tables are nested deeper than 64 levels";
const _: () = assert!(MAX_DEPTH == 64, "the message names the limit");

/// [`TOO_DEEP`] for errors that own their text.
pub(crate) fn too_deep() -> String {
    TOO_DEEP.to_owned()
}

/// The message for a repeated key of a table.
pub(crate) const DUPLICATE_KEY: &str = "duplicate key";

/// Sorted by key, so that tables are equal regardless of the order in which they were written.
pub(crate) type Table = BTreeMap<Arc<str>, Value>;

/// One value of a layer.
#[derive(Clone, Debug)]
pub enum Value {
    /// An explicit `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i128),
    /// An integer above the range of [`Value::Int`].
    Uint(u128),
    /// Any other number.
    Float(f64),
    /// Text that stays text.
    Text(Arc<str>),
    /// A scalar whose text is read for the type of the field that takes it.
    Untyped(Untyped),
    /// Text of a file that contains `${..}` or `$${`; interpolation turns it into [`Value::Untyped`].
    Template(Arc<str>),
    /// A list.
    List(Arc<Vec<Value>>),
    /// A table.
    Table(Arc<BTreeMap<Arc<str>, Value>>),
    /// Binary data from a store; only inside a secret.
    Bytes(Arc<[u8]>),
    /// A value that a [`Secret`](crate::Secret) wrote: it is read like its content, and never shown.
    Secret(HiddenValue),
}

/// A redacted value, which is wiped when its last owner is dropped.
///
/// Its content has no other owners: a shared text is copied when it is put in, and the only owner of a text may
/// overwrite it (`Arc::get_mut`) without `unsafe`.
#[derive(Clone)]
pub struct HiddenValue(Arc<WipedOnDrop>);

struct WipedOnDrop(Value);

impl Drop for WipedOnDrop {
    fn drop(&mut self) {
        self.0.wipe();
    }
}

impl fmt::Debug for HiddenValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// A scalar of which only the text is known; the field that reads it determines its type.
#[derive(Clone, Debug)]
pub struct Untyped {
    /// The text as written, or the result of interpolation.
    pub text: Arc<str>,
    /// The rules by which it is read.
    pub dialect: Dialect,
    /// The text before interpolation, and the lists and tables in the text of a variable; `None` in YAML, whose plain
    /// scalars have neither. One pointer, so that a `Value` does not grow.
    pub(crate) parsed: Option<Arc<Parsed>>,
}

/// Only texts are compared: templates with the same result are equal, also to a variable with that text, and the
/// parsed forms depend only on the text.
impl PartialEq for Untyped {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.dialect.rules() == other.dialect.rules()
    }
}

impl Eq for Untyped {}

impl Untyped {
    /// A text in this dialect.
    pub fn new(text: &str, dialect: Dialect) -> Self {
        let parsed = (dialect.rules() == Dialect::Variable).then(Arc::default);
        Self { text: text.into(), dialect, parsed }
    }

    /// The text before interpolation: the form that is shown and stored.
    pub(crate) fn template(&self) -> Option<&str> {
        self.parsed.as_ref()?.template.as_deref()
    }

    /// Whether the template is only displayed, because a file with it would not give the same text.
    pub(crate) fn is_display_only(&self) -> bool {
        self.parsed.as_ref().is_some_and(|parsed| parsed.display_only)
    }

    /// Whether part of the text comes from variables.
    pub(crate) fn is_of_variables(&self) -> bool {
        self.parsed.as_ref().is_some_and(|parsed| parsed.template.is_some() && !parsed.literal)
    }

    /// The text that may be shown.
    pub(crate) fn shown(&self) -> &str {
        self.template().unwrap_or(&self.text)
    }
}

/// How the text of an untyped scalar is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A plain YAML scalar: scalars by YAML's core schema, never a list or a table.
    Yaml,
    /// An environment variable: lists as `a,b` or JSON, tables as JSON.
    Variable,
    /// An interpolated string of a file, or a fetched secret: read by the rules of a variable, but as text by a
    /// type that accepts any value, because its author wrote a string and its content changes without the author.
    Interpolated,
}

impl Dialect {
    /// The rules for a type that asks for a particular form.
    pub(crate) fn rules(self) -> Self {
        if self == Self::Interpolated { Self::Variable } else { self }
    }

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

    /// A scalar from a variable.
    pub fn variable(text: &str) -> Self {
        Self::Untyped(Untyped::new(text, Dialect::Variable))
    }

    /// The result of interpolating a template with text from variables.
    #[cfg(test)]
    pub(crate) fn interpolated(text: &str, template: &str) -> Self {
        Self::of_template(text, template, false)
    }

    /// The result of interpolating a template; `literal` if no part comes from a variable.
    pub(crate) fn of_template(text: &str, template: &str, literal: bool) -> Self {
        let mut parsed = Parsed::of_template(template);
        parsed.literal = literal;
        Self::Untyped(Untyped { parsed: Some(Arc::new(parsed)), ..Untyped::new(text, Dialect::Interpolated) })
    }

    /// The same with a template that cannot be written to a file.
    pub(crate) fn display_only(text: &str, template: &str, literal: bool, dialect: Dialect) -> Self {
        let mut parsed = Parsed::of_template(template);
        (parsed.display_only, parsed.literal) = (true, literal);
        Self::Untyped(Untyped { parsed: Some(Arc::new(parsed)), ..Untyped::new(text, dialect) })
    }

    /// A plain YAML scalar.
    pub fn yaml(text: &str) -> Self {
        Self::Untyped(Untyped::new(text, Dialect::Yaml))
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

    pub(crate) fn secret(mut value: Value) -> Self {
        if let Self::Secret(_) = value {
            return value;
        }
        value.unshare();
        Self::Secret(HiddenValue(Arc::new(WipedOnDrop(value))))
    }

    /// The content of a secret; any other value itself.
    pub(crate) fn inside(&self) -> &Self {
        match self {
            Self::Secret(HiddenValue(value)) => value.0.inside(),
            value => value,
        }
    }

    /// Whether any part of the value is a secret.
    pub(crate) fn holds_secret(&self) -> bool {
        match self {
            Self::List(items) => items.iter().any(Self::holds_secret),
            Self::Table(table) => table.values().any(Self::holds_secret),
            other => matches!(other, Self::Secret(_)),
        }
    }

    /// The text of a scalar that has one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self.inside() {
            Self::Text(text) | Self::Template(text) => Some(text),
            Self::Untyped(untyped) => Some(&untyped.text),
            _ => None,
        }
    }

    /// Copies all texts and bytes that have other owners. Removes templates, which may contain part of the secret and
    /// are never shown for a secret.
    fn unshare(&mut self) {
        if let Self::Untyped(Untyped { parsed: Some(parsed), .. }) = self {
            *parsed = Arc::default();
        }
        match self {
            Self::Text(text) | Self::Template(text) | Self::Untyped(Untyped { text, .. }) => {
                if Arc::get_mut(text).is_none() {
                    *text = Arc::from(&**text);
                }
            }
            Self::Bytes(bytes) => drop(Arc::make_mut(bytes)),
            Self::List(items) => Arc::make_mut(items).iter_mut().for_each(Self::unshare),
            Self::Table(table) => Arc::make_mut(table).values_mut().for_each(Self::unshare),
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Uint(_) | Self::Float(_) | Self::Secret(_) => {}
        }
    }

    /// Overwrites all content that has no other owner.
    pub(crate) fn wipe(&mut self) {
        match self {
            Self::Bool(value) => value.zeroize(),
            Self::Int(value) => value.zeroize(),
            Self::Uint(value) => value.zeroize(),
            Self::Float(value) => value.zeroize(),
            Self::Text(text) | Self::Template(text) | Self::Untyped(Untyped { text, .. }) => {
                Arc::get_mut(text).into_iter().for_each(str::zeroize);
            }
            Self::Bytes(bytes) => Arc::get_mut(bytes).into_iter().for_each(<[u8]>::zeroize),
            Self::List(items) => {
                Arc::get_mut(items).into_iter().flatten().for_each(Self::wipe);
            }
            Self::Table(table) => {
                Arc::get_mut(table).into_iter().flat_map(|table| table.values_mut()).for_each(Self::wipe);
            }
            Self::Null | Self::Secret(_) => {}
        }
    }

    /// Whether lists and tables are nested more deeply than this.
    pub(crate) fn is_deeper_than(&self, levels: usize) -> bool {
        let deeper = |below: &Value| levels == 0 || below.is_deeper_than(levels - 1);
        match self.inside() {
            Self::List(items) => levels == 0 || items.iter().any(deeper),
            Self::Table(table) => levels == 0 || table.values().any(deeper),
            _ => false,
        }
    }

    /// Whether the value is an explicit null in any format.
    pub(crate) fn is_null(&self) -> bool {
        match self.inside() {
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

    pub(crate) fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, mutable; a value that is not a table is first replaced by an empty table.
    pub(crate) fn entries_mut(&mut self) -> &mut Table {
        if self.as_table().is_none() {
            *self = Self::empty();
        }
        match self {
            Self::Table(table) => Arc::make_mut(table),
            _ => unreachable!("made a table above"),
        }
    }

    /// The value as JSON: an untyped scalar is a string, interpolated text is its template, and a secret is masked.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) => integer_to_json(*value),
            Self::Uint(value) => {
                let number = serde_json::Number::from_u128(*value);
                number.map_or_else(|| value.to_string().into(), Json::Number)
            }
            Self::Float(value) => {
                let number = serde_json::Number::from_f64(*value);
                number.map_or_else(|| not_finite(*value).into(), Json::Number)
            }
            Self::Text(text) | Self::Template(text) => Json::String(text.to_string()),
            Self::Untyped(untyped) => Json::String(untyped.shown().to_owned()),
            Self::Secret(_) | Self::Bytes(_) => MASK.into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Table(table) => {
                Json::Object(table.iter().map(|(key, value)| (key.to_string(), value.to_json())).collect())
            }
        }
    }
}

/// The text of an infinity or a NaN, which JSON does not have.
fn not_finite(value: f64) -> &'static str {
    match value {
        _ if value.is_nan() => "nan",
        _ if value.is_sign_negative() => "-inf",
        _ => "inf",
    }
}

/// A number beyond 64 bits becomes text, unless the program builds serde_json with `arbitrary_precision`.
fn integer_to_json(value: i128) -> serde_json::Value {
    let number = serde_json::Number::from_i128(value);
    number.map_or_else(|| value.to_string().into(), serde_json::Value::Number)
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
            Json::Number(number) => match (number.as_i128(), number.as_u128()) {
                (Some(value), _) => Self::Int(value),
                (None, Some(value)) => value.into(),
                (None, None) => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Self::text(text),
            Json::Array(items) => Self::list(items.iter().map(Self::from)),
            Json::Object(entries) => {
                Self::table(entries.iter().map(|(key, value)| (key.as_str().into(), value.into())))
            }
        }
    }
}

impl From<u128> for Value {
    fn from(value: u128) -> Self {
        i128::try_from(value).map_or(Self::Uint(value), Self::Int)
    }
}

/// Floats are compared bit by bit, so that a NaN equals itself and never counts as changed.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Uint(a), Self::Uint(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Text(a), Self::Text(b)) | (Self::Template(a), Self::Template(b)) => a == b,
            (Self::Untyped(a), Self::Untyped(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a.ct_eq(b).into(),
            (Self::List(a), Self::List(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Table(a), Self::Table(b)) => Arc::ptr_eq(a, b) || a == b,
            // One layer has the value as a secret, another one as text.
            (Self::Secret(_), _) | (_, Self::Secret(_)) => self.inside() == other.inside(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
