//! Traces what a type asks for without a value: the form that only serde knows.
//!
//! A type shows its form only while it is read, one question after another, and the answer to a question
//! decides which one is next. So a run has a target: on the way to it each question is answered with exactly
//! the way, at the target the question is noted and refused, and beside the way the smallest answer is given.
//! No type is read to its end, only what stands before the target in a tuple is given a value, and the same
//! code runs as for real values.

use std::{cell::RefCell, sync::LazyLock};

use serde::de::Expected;

use super::{DecodeError, Decoder, PathNode};
use crate::{
    keys::{Key, Keys},
    value::Value,
};

/// The key by which the value type of a map is reached; a number is a text too.
pub(crate) const KEY: &[&str] = &["1"];

/// How deep samples go: a type may hold itself.
const MAX_DEPTH: usize = 64;

/// The request of a type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Asked {
    /// Any value.
    Any,
    Unit,
    Bool,
    /// With the bounds of the type, as far as they fit.
    Integer(Option<i128>, Option<i128>),
    Number,
    Char,
    /// A text, with the type's `expecting` message.
    Text(String),
    /// A text will do, or a list.
    Bytes,
    List,
    Tuple(usize),
    Map,
    Struct(&'static str, &'static [&'static str]),
    Enum(&'static str, &'static [&'static str]),
}

impl Asked {
    pub(super) fn text(expected: &dyn Expected) -> Self {
        Self::Text(expected.to_string())
    }

    /// A small value that fits; only what stands beside the way is given one.
    fn sample(&self) -> &'static Value {
        static TEXT: LazyLock<Value> = LazyLock::new(|| Value::text(KEY[0]));
        static LIST: LazyLock<Value> = LazyLock::new(|| Value::list([]));
        static TABLE: LazyLock<Value> = LazyLock::new(Value::empty);
        match self {
            Self::Unit => &Value::Null,
            Self::Bool => &Value::Bool(true),
            Self::Integer(..) => &Value::Int(1),
            Self::Number => &Value::Float(1.0),
            Self::Bytes | Self::List | Self::Tuple(_) => &LIST,
            Self::Map | Self::Struct(..) => &TABLE,
            Self::Any | Self::Char | Self::Text(_) | Self::Enum(..) => &TEXT,
        }
    }
}

/// What was heard at the target.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Whether a value may be absent or null.
    pub(crate) nullable: bool,
    /// Whether it is inside a secret.
    pub(crate) secret: bool,
    pub(crate) asked: Option<Asked>,
}

/// Records one run.
#[derive(Debug)]
pub(crate) struct Tracer {
    target: Keys,
    /// The keys that the struct at the target is given, each with a sample.
    given: Option<Vec<&'static str>>,
    heard: RefCell<Heard>,
}

/// Where a question is asked.
enum Role<'t> {
    /// On the way, and where it goes on.
    Way(&'t Key),
    Target,
    Beside,
}

impl Tracer {
    pub(crate) fn new(target: Keys) -> Self {
        Self { target, given: None, heard: RefCell::default() }
    }

    /// One that hears how the struct at the target takes these keys and no others.
    pub(crate) fn giving(target: Keys, given: Vec<&'static str>) -> Self {
        Self { given: Some(given), ..Self::new(target) }
    }

    pub(crate) fn heard(self) -> Heard {
        self.heard.into_inner()
    }

    fn role(&self, place: &PathNode<'_>) -> Role<'_> {
        let here = place.keys();
        match self.target.0.get(here.0.len()) {
            _ if !self.target.starts_with(&here) => Role::Beside,
            Some(next) => Role::Way(next),
            None => Role::Target,
        }
    }

    /// Only the first request counts: a request after a refusal is a fallback of the type.
    fn hear(&self, asked: Asked) {
        self.heard.borrow_mut().asked.get_or_insert(asked);
    }

    pub(super) fn hear_secret(&self, place: &PathNode<'_>) {
        self.heard.borrow_mut().secret |= !matches!(self.role(place), Role::Beside);
    }

    /// A secret of bytes, whose own question comes next.
    pub(super) fn hear_bytes(&self, place: &PathNode<'_>) {
        if matches!(self.role(place), Role::Target) {
            self.hear(Asked::Bytes);
        }
    }

    fn gives(&self) -> bool {
        self.given.is_some()
    }

    fn hear_option(&self) {
        self.heard.borrow_mut().nullable = true;
    }
}

impl<'p, 'v> Decoder<'p, 'v> {
    pub(crate) fn tracing(tracer: &'p Tracer) -> Self {
        let mut decoder = Self::new(None, None);
        decoder.place.tracer = Some(tracer);
        decoder
    }

    /// A question where no value is: an error, or what a tracer answers.
    #[cold]
    pub(super) fn hole(&self, asked: impl FnOnce() -> Asked) -> Result<&'v Value, DecodeError> {
        let Some(tracer) = self.place.tracer else { return Err(DecodeError::missing()) };
        match tracer.role(&self.place) {
            Role::Beside => return Ok(asked().sample()),
            Role::Target => tracer.hear(asked()),
            Role::Way(_) => {}
        }
        Err(DecodeError::missing())
    }

    /// Whether a tracer takes the option for a value, rather than for a missing one.
    pub(super) fn is_traced_option(&self) -> bool {
        let Some(tracer) = self.place.tracer.filter(|_| self.value.is_none()) else { return false };
        match tracer.role(&self.place) {
            // A key that is given has a value; what stands further down may hold itself.
            Role::Beside => return tracer.gives() && self.place.depth == tracer.target.0.len() + 1,
            Role::Target => tracer.hear_option(),
            Role::Way(_) => {}
        }
        true
    }

    /// How many elements a tracer gives a list that no value fills.
    pub(super) fn traced_elements(&self, asked: &Asked) -> Option<usize> {
        match (self.traced_role()?, asked) {
            (Role::Way(Key::Index(index)), _) => Some(index + 1),
            (Role::Beside, Asked::Tuple(length)) => Some(*length),
            _ => None,
        }
    }

    /// The keys that a tracer gives a table that no value fills.
    pub(super) fn traced_keys(&self, asked: &Asked) -> Option<&'p [&'static str]> {
        let role = self.traced_role()?;
        let names = match asked {
            Asked::Struct(_, fields) => fields,
            _ => KEY,
        };
        match (role, asked) {
            (Role::Way(Key::Name(next)), _) => {
                let at = names.iter().position(|name| **name == **next)?;
                names.get(at..=at)
            }
            (Role::Beside, Asked::Struct(..)) => Some(names),
            (Role::Target, Asked::Struct(..)) => self.place.tracer?.given.as_deref(),
            _ => None,
        }
    }

    /// The variant that a tracer gives an enum that no value fills.
    pub(super) fn traced_variant(&self, variants: &'static [&'static str]) -> Option<&'static str> {
        match self.traced_role()? {
            Role::Way(Key::Name(next)) => variants.iter().copied().find(|name| **name == **next),
            Role::Beside => variants.first().copied(),
            _ => None,
        }
    }

    fn traced_role(&self) -> Option<Role<'p>> {
        let tracer = self.place.tracer.filter(|_| self.value.is_none())?;
        Some(tracer.role(&self.place)).filter(|_| self.place.depth < MAX_DEPTH)
    }
}
