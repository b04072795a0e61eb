//! The requirement of a rule as data, for schemas and text.

use std::{
    any::Any,
    fmt::{self, Debug},
};

use serde_json::{Number, Value as Json};

/// The requirement of a rule.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq)]
pub enum Requirement {
    Range {
        min: Option<Literal>,
        max: Option<Literal>,
        exclusive_min: Option<Literal>,
        exclusive_max: Option<Literal>,
    },
    /// In characters, elements or entries. `distinct` if equal elements count once.
    Length {
        min: Option<usize>,
        max: Option<usize>,
        distinct: bool,
    },
    Email,
    Url,
    Ip,
    Regex(&'static str),
    Contains(&'static str),
    OneOf(Vec<Literal>),
    /// A function of the program, by its path.
    Custom(&'static str),
    /// A function of the program over a struct, by its path.
    Check(&'static str),
    /// The type's own `validator::Validate`.
    Validate,
    Each(Vec<Requirement>),
}

impl Requirement {
    /// For programs, with the name of the rule's attribute.
    pub(crate) fn to_json(&self) -> Json {
        let object = |name: &str, value: Json| Json::Object([(name.to_owned(), value)].into_iter().collect());
        let bounds = |bounds: &[(&str, Option<Json>)]| {
            let given = bounds.iter().filter_map(|(name, bound)| Some(((*name).to_owned(), bound.clone()?)));
            Json::Object(given.collect())
        };
        match self {
            Self::Range { min, max, exclusive_min, exclusive_max } => {
                let literal = |bound: &Option<Literal>| bound.as_ref().map(Literal::to_json);
                let all = [
                    ("min", literal(min)),
                    ("max", literal(max)),
                    ("exclusive_min", literal(exclusive_min)),
                    ("exclusive_max", literal(exclusive_max)),
                ];
                object("range", bounds(&all))
            }
            Self::Length { min, max, .. } => {
                object("length", bounds(&[("min", min.map(Json::from)), ("max", max.map(Json::from))]))
            }
            Self::Email => "email".into(),
            Self::Url => "url".into(),
            Self::Ip => "ip".into(),
            Self::Regex(pattern) => object("regex", (*pattern).into()),
            Self::Contains(needle) => object("contains", (*needle).into()),
            Self::OneOf(choices) => object("one_of", choices.iter().map(Literal::to_json).collect()),
            Self::Custom(path) => object("custom", (*path).into()),
            Self::Check(path) => object("check", (*path).into()),
            Self::Validate => "validate".into(),
            Self::Each(rules) => object("each", rules.iter().map(Self::to_json).collect()),
        }
    }
}

/// A value in a rule.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    /// The form in files; `None` for types whose form only their own `Deserialize` knows.
    pub(crate) json: Option<Json>,
    pub(crate) words: String,
}

impl Literal {
    pub(crate) fn new<T: Debug + 'static>(value: &T) -> Self {
        Self { json: json(value), words: format!("{value:?}") }
    }

    /// The form in files, or else its text.
    fn to_json(&self) -> Json {
        self.json.clone().unwrap_or_else(|| Json::String(self.words.clone()))
    }
}

/// Primitives and text.
fn json(value: &dyn Any) -> Option<Json> {
    macro_rules! integers {
        ($($int:ident)*) => {
            $(if let Some(int) = value.downcast_ref::<$int>() {
                let signed = i64::try_from(*int).map(Json::from);
                return signed.or_else(|_| u64::try_from(*int).map(Json::from)).ok();
            })*
        };
    }
    integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);
    if let Some(float) = value.downcast_ref::<f32>() {
        // Converted by its shortest text, so that 0.1 stays 0.1.
        return Number::from_f64(float.to_string().parse().ok()?).map(Json::Number);
    }
    if let Some(float) = value.downcast_ref::<f64>() {
        return Number::from_f64(*float).map(Json::Number);
    }
    if let Some(value) = value.downcast_ref::<bool>() {
        return Some(Json::Bool(*value));
    }
    let letter = value.downcast_ref::<char>().map(ToString::to_string);
    let text = value.downcast_ref::<&str>().map(ToString::to_string);
    let owned = value.downcast_ref::<String>().cloned();
    letter.or(text).or(owned).map(Json::String)
}

/// Text for authors of configuration files.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range { min: Some(min), max: Some(max), .. } => {
                write!(f, "from {} to {}", min.words, max.words)
            }
            Self::Range { min, max, exclusive_min, exclusive_max } => {
                let bounds = [
                    ("at least ", min),
                    ("more than ", exclusive_min),
                    ("at most ", max),
                    ("less than ", exclusive_max),
                ];
                let bounds = bounds.iter().filter_map(|(words, bound)| {
                    bound.as_ref().map(|bound| format!("{words}{}", bound.words))
                });
                f.write_str(&bounds.collect::<Vec<_>>().join(", "))
            }
            Self::Length { min: Some(1), max: None, .. } => f.write_str("not empty"),
            Self::Length { min: Some(min), max: Some(max), .. } if min == max => write!(f, "length {min}"),
            Self::Length { min: Some(min), max: Some(max), .. } => write!(f, "length {min} to {max}"),
            Self::Length { min: Some(min), .. } => write!(f, "length at least {min}"),
            Self::Length { max: Some(max), .. } => write!(f, "length at most {max}"),
            Self::Length { .. } => f.write_str("any length"),
            Self::Email => f.write_str("an email address"),
            Self::Url => f.write_str("a URL"),
            Self::Ip => f.write_str("an IP address"),
            Self::Regex(pattern) => write!(f, "matches `{pattern}`"),
            Self::Contains(needle) => write!(f, "contains {needle:?}"),
            Self::OneOf(choices) => {
                let choices: Vec<&str> = choices.iter().map(|choice| choice.words.as_str()).collect();
                write!(f, "one of {}", choices.join(", "))
            }
            Self::Custom(path) | Self::Check(path) => write!(f, "passes `{path}`"),
            Self::Validate => f.write_str("passes its own checks"),
            Self::Each(rules) => {
                let rules: Vec<String> = rules.iter().map(ToString::to_string).collect();
                write!(f, "each: {}", rules.join(", "))
            }
        }
    }
}
