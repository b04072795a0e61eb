//! Errors of reading a value into a type.

use std::fmt;

use serde::de::{Expected, Unexpected};

use super::{
    buffered::Poison,
    cause::{self, Cause, Span},
};
use crate::{
    excerpt,
    issue::IssueKind,
    keys::{Key, Keys},
    number::{self, Refusal},
    structure::{Malformed, NOT_JSON},
    suggest::did_you_mean,
    value::{DUPLICATE_KEY, Dialect, TOO_DEEP, Value},
};

/// The reason for which a value does not fit its type, and the path below the requested value.
///
/// Boxed, because every step of the decoder returns room for one.
#[derive(Clone, Debug)]
pub struct DecodeError(Box<ErrorDetails>);

#[derive(Clone, Debug)]
struct ErrorDetails {
    /// The path, from the inside out.
    steps: Vec<Key>,
    kind: IssueKind,
    message: String,
    /// The message if the value is secret.
    discreet: &'static str,
    help: Option<String>,
    /// Whether the help contains no part of the value.
    is_help_general: bool,
    cause: Cause,
    /// Whether a secret of bytes was read.
    of_bytes: bool,
}

const DISCREET: &str = "the value does not fit the type of the field";
const BYTES: &str = "it is bytes, which do not fit the type of the secret: keep them in a `Secret<Vec<u8>>`, or put text \
                     there, in base64 for example";
const MISSING: &str = "missing value";
const PANICKED: &str = "code of the program panicked while it read the value";
const WIDE: &str = "a 128-bit integer cannot be read here: serde buffers values of types with `flatten`, `tag` or \
                    `untagged`, and its buffer ends at 64 bits";
const WIDE_HELP: &str =
    "keep the field out of such a type, or read it with a `deserialize_with` function that takes text";

/// What may be said of a text that is no JSON, or is not taken for a value, even if a part of it may be a secret.
const OF_TEXT: [&str; 4] = [NOT_JSON, DUPLICATE_KEY, number::TOO_WIDE, number::OUT_OF_RANGE];
const TOO_WIDE_FOR_ANY: &str = "the type of the field holds no integer beyond 64 bits";
const TOO_WIDE_HELP: &str = "give a smaller integer, or text in quotes";

impl DecodeError {
    fn new(kind: IssueKind, message: String, discreet: &'static str) -> Self {
        let of_bytes = cause::wants_bytes();
        Self(Box::new(ErrorDetails {
            steps: Vec::new(),
            kind,
            message,
            discreet,
            help: None,
            is_help_general: false,
            cause: Cause::Other,
            of_bytes,
        }))
    }

    /// The same error with its cause. Each listener of the run receives a copy.
    fn about(mut self, cause: Cause) -> Self {
        self.0.cause = cause;
        cause::log(&self);
        self
    }

    pub(super) fn wide() -> Self {
        Self::new(IssueKind::WrongType, WIDE.into(), WIDE).with_help(WIDE_HELP).about(Cause::Wide)
    }

    /// Why no type can hold a text that is written like a number. It may be shown of a secret, too: it says
    /// less than the form of the field does.
    pub(super) fn unusable_number(text: &str, dialect: Dialect) -> Option<Self> {
        let (message, help) = match (number::refusal(text), number::float(text, dialect)) {
            (Some(refusal), _) => (refusal.message(), refusal.help()),
            (None, Some(Err(message))) => (message, "give a smaller number, or text in quotes"),
            _ => (number::integer(text, dialect)?.err()?, TOO_WIDE_HELP),
        };
        Some(Self::new(IssueKind::WrongType, message.into(), message).with_general_help(help))
    }

    /// Whether the type asked for a number and was given something else.
    pub(super) fn wants_number(&self) -> bool {
        self.0.message.starts_with("expected an integer, ")
            || self.0.message.starts_with("expected a number, ")
    }

    fn too_wide_for_any() -> Self {
        let error = Self::new(IssueKind::WrongType, TOO_WIDE_FOR_ANY.into(), TOO_WIDE_FOR_ANY);
        error.with_help(TOO_WIDE_HELP).about(Cause::Other)
    }

    pub(super) fn cause(&self) -> Cause {
        self.0.cause
    }

    /// Removes everything that may be part of the value.
    pub(crate) fn conceal(&mut self) {
        self.0.message = self.0.discreet.to_owned();
        let is_general = self.0.is_help_general || self.0.kind == IssueKind::Missing;
        self.0.help = self.0.help.take().filter(|_| is_general);
    }

    /// The same error, with `keys` as prefix of its path.
    pub(crate) fn below_all(self, keys: &Keys) -> Self {
        keys.0.iter().rev().fold(self, |error, key| error.below(key.clone()))
    }

    pub(super) fn of_bytes(&self) -> bool {
        self.0.of_bytes
    }

    /// The same error at another path.
    pub(super) fn moved(mut self, keys: &Keys) -> Self {
        self.0.steps = keys.0.iter().rev().cloned().collect();
        self
    }

    /// A missing value without which serde drops the value of `name`.
    pub(super) fn lost(name: &str) -> Self {
        Self::missing().with_help(format!("`{name}` has no effect without it"))
    }

    /// A missing value at an unknown path: the message names the key instead.
    pub(super) fn missing_somewhere(mut self, name: &str) -> Self {
        self.0.message = format!("the key `{name}` is missing");
        self
    }

    pub(super) fn wrong(message: impl Into<String>) -> Self {
        Self::new(IssueKind::WrongType, message.into(), DISCREET)
    }

    /// Code of the program panicked instead of reading the value.
    pub(crate) fn panicked() -> Self {
        Self::new(IssueKind::Setup, PANICKED.into(), PANICKED)
            .with_general_help("look for a panic in `Deserialize` or `Default` of the type")
    }

    pub(super) fn missing() -> Self {
        Self::new(IssueKind::Missing, MISSING.into(), MISSING)
    }

    pub(super) fn found(expected: &str, found: &Value) -> Self {
        Self::wrong(format!("expected {expected}, found {}", kind_of_value(found)))
    }

    pub(super) fn bytes() -> Self {
        Self::new(IssueKind::WrongType, BYTES.into(), BYTES)
    }

    pub(crate) fn expected_table(found: &Value) -> Self {
        Self::found("a table", found)
    }

    pub(super) fn too_deep() -> Self {
        Self::new(IssueKind::WrongType, TOO_DEEP.into(), TOO_DEEP)
            .with_general_help("give a value with fewer levels")
    }

    pub(super) fn is_too_deep(&self) -> bool {
        self.0.discreet == TOO_DEEP
    }

    /// A variable's text that should have been JSON.
    pub(super) fn malformed(malformed: &Malformed) -> Self {
        if malformed.message == TOO_DEEP {
            return Self::too_deep();
        }
        let discreet = OF_TEXT.iter().find(|message| **message == malformed.message);
        let discreet = discreet.copied().unwrap_or(DISCREET);
        let error = Self::new(IssueKind::WrongType, malformed.message.clone(), discreet);
        let error = error.with_help(&malformed.help);
        malformed.keys.0.iter().rev().fold(error, |error, key| error.below(key.clone()))
    }

    /// A number in a notation that has different meanings in different formats.
    pub(super) fn refused(refusal: Refusal) -> Self {
        Self::wrong(refusal.message()).with_help(refusal.help())
    }

    pub(super) fn out_of_range(
        value: impl fmt::Display,
        name: &str,
        least: impl fmt::Display,
        greatest: impl fmt::Display,
    ) -> Self {
        Self::wrong(format!("{value} is out of range for {name}"))
            .with_help(format!("give an integer from {least} to {greatest}"))
    }

    /// A value that names no variant of an enum.
    pub(super) fn no_variant(found: &str, variants: &[&str]) -> Self {
        Self::wrong(format!("expected one of the variants, found {found}")).with_help(choices(variants))
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// A help that depends only on the type, and is shown even if the value is not.
    pub(super) fn with_general_help(mut self, help: impl Into<String>) -> Self {
        self.0.is_help_general = true;
        self.with_help(help)
    }

    /// The same problem with another message.
    pub(super) fn worded(mut self, message: String, help: &str) -> Self {
        self.0.message = message;
        self.with_help(help)
    }

    pub(crate) fn below(mut self, key: Key) -> Self {
        self.0.steps.push(key);
        self
    }

    pub(crate) fn keys(&self) -> Keys {
        Keys(self.0.steps.iter().rev().cloned().collect())
    }

    pub(crate) fn kind(&self) -> IssueKind {
        self.0.kind
    }

    /// The help; without any part of the value if it is secret.
    pub(crate) fn help(&self, secret: bool) -> Option<&str> {
        self.0.help.as_deref().filter(|_| !secret || self.0.is_help_general)
    }

    /// The message; without any part of the value if it is secret.
    pub(crate) fn message(&self, secret: bool) -> &str {
        if secret { self.0.discreet } else { &self.0.message }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for DecodeError {}

impl serde::de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        // serde's message for a request that its buffer does not support.
        if matches!(&*message, "i128 is not supported" | "u128 is not supported") {
            return Self::wide();
        }
        // serde_json's message for a value of any kind.
        if message == "JSON number out of range" {
            return Self::too_wide_for_any();
        }
        Self::wrong(message).about(Cause::Other)
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let wide = |found: &str| found.ends_with("` as i128") || found.ends_with("` as u128");
        if matches!(unexpected, Unexpected::Other(found) if wide(found))
            && expected.to_string() == "any value"
        {
            return Self::wide();
        }
        if matches!(unexpected, Unexpected::Other(found) if wide(found)) && takes_any(expected) {
            return Self::too_wide_for_any();
        }
        let message = format!("expected {}, found {}", expectation(expected), kind_of(unexpected));
        Self::wrong(message).about(unexpected.into())
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let wanted = expected.to_string();
        let error = match (unexpected, range_of(&wanted)) {
            (Unexpected::Unsigned(value), Some((name, low, high))) => {
                Self::out_of_range(value, name, low, high)
            }
            (Unexpected::Signed(value), Some((name, low, high))) => {
                Self::out_of_range(value, name, low, high)
            }
            (Unexpected::Str(_), _) => Self::wrong(format!("expected {}", expectation(expected))),
            (other, _) => Self::wrong(format!("expected {}, found {other}", expectation(expected))),
        };
        error.about(unexpected.into())
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::wrong(format!("expected {expected}, found {length} items")).about(Cause::Length(length))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let hint = did_you_mean(variant, expected.iter().copied())
            .map_or(String::new(), |name| format!(", did you mean `{name}`?"));
        let message = format!("`{}` is not one of the choices{hint}", excerpt::visible(variant));
        let error = Self::wrong(message).with_general_help(choices(expected));
        error.about(Poison::cause_of(variant).unwrap_or_else(|| Cause::Text(Span::new(variant.as_bytes()))))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let hint = did_you_mean(field, expected.iter().copied())
            .map_or(String::new(), |name| format!(", did you mean `{name}`?"));
        let error = Self::new(IssueKind::UnknownKey, format!("unknown key{hint}"), "unknown key");
        error.below(Key::Name(field.into())).about(Cause::UnknownKey)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::missing().below(Key::Name(field.into())).about(Cause::Missing(field))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::wrong("given twice").below(Key::Name(field.into())).about(Cause::Twice)
    }
}

fn choices(variants: &[&str]) -> String {
    let names: Vec<_> = variants.iter().map(|name| format!("`{name}`")).collect();
    format!("choose one of {}", names.join(", "))
}

/// The bounds of an integer type that serde names in "expected u16".
fn range_of(name: &str) -> Option<(&'static str, String, String)> {
    macro_rules! bounds {
        ($($int:ident)*) => {
            match name {
                $(stringify!($int) => Some((stringify!($int), $int::MIN.to_string(), $int::MAX.to_string())),)*
                _ => None,
            }
        };
    }
    bounds!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize)
}

pub(super) fn kind_of_value(found: &Value) -> &'static str {
    match found.inside() {
        // A plain YAML scalar says it by its text.
        Value::Untyped(untyped) if untyped.dialect.is_null(&untyped.text) => "null",
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::Uint(_) => "an integer",
        Value::Float(_) => "a number",
        Value::Text(_) | Value::Untyped(_) | Value::Template(_) => "a string",
        Value::Bytes(_) => "bytes",
        Value::List(_) => "a list",
        Value::Table(_) => "a table",
        Value::Secret(_) => "a secret",
    }
}

/// Whether the type accepts values of any kind, such as `serde_json::Value`.
fn takes_any(expected: &dyn Expected) -> bool {
    let text = expected.to_string();
    text.starts_with("any ") && text.ends_with("value")
}

/// serde's expectation, in terms for authors of configuration files.
fn expectation(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    if range_of(&text).is_some() {
        return "an integer".into();
    }
    match text.as_str() {
        "f32" | "f64" => "a number".into(),
        "a sequence" => "a list".into(),
        "a map" => "a table".into(),
        other if other.starts_with("struct ") => "a table".into(),
        other if other.starts_with("enum ") || other == "variant identifier" => {
            "the name of a variant".into()
        }
        other => other.into(),
    }
}

fn kind_of(unexpected: Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Bool(_) => "a boolean".into(),
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer".into(),
        Unexpected::Float(_) => "a number".into(),
        Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::Bytes(_) => "a string".into(),
        Unexpected::Unit | Unexpected::Option => "null".into(),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "a table".into(),
        // serde's message for more than 64 bits contains the value.
        Unexpected::Other(other) if other.starts_with("integer `") => "an integer".into(),
        other => other.to_string(),
    }
}
