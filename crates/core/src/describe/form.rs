//! The form of a value, as far as its type reveals it.

mod required_fields;

use crate::{
    de::{Asked, DecodeError, Decoder, Heard, TRACED_KEY, Tracer},
    keys::Keys,
    panics,
};

/// The maximum depth of a form; deeper values may be anything.
const MAX_DEPTH: usize = 16;
/// The maximum number of runs for one type.
const MAX_RUNS: usize = 4096;
/// The maximum number of elements of a tuple that are distinguished.
const MAX_ELEMENTS: usize = 32;

/// The form that a type reads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Form {
    /// Whether it may be absent, or null.
    pub(crate) nullable: bool,
    /// Whether its struct is refused without it.
    pub(crate) needed: bool,
    /// Whether it is inside a secret.
    secret: bool,
    pub(crate) kind: FormKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FormKind {
    /// The type accepts any value, is recursive, or does not reveal its form.
    Any,
    Unit,
    Bool,
    Integer(Option<i128>, Option<i128>),
    Number,
    Char,
    /// A text, with the type's `expecting` message.
    Text(String),
    /// As a text, or as a list of numbers.
    Bytes,
    List(Box<Form>),
    /// The known first elements, and the number of elements.
    Tuple(Vec<Form>, usize),
    Map(Box<Form>),
    Struct(Vec<(&'static str, Form)>),
    /// The variants and their forms.
    Enum(Vec<(&'static str, Form)>),
}

impl Form {
    const ANY: Self = Self { nullable: false, needed: false, secret: false, kind: FormKind::Any };

    /// Whether rules see the text of the file: a type with its own `expecting` message may change
    /// it.
    pub(super) fn is_plain_text(&self) -> bool {
        matches!(&self.kind, FormKind::Text(expected) if is_plain(expected))
    }
}

impl Form {
    /// The forms of which it consists.
    pub(super) fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            FormKind::List(inner) | FormKind::Map(inner) => vec![inner],
            FormKind::Tuple(known, _) => known.iter().collect(),
            FormKind::Struct(fields) | FormKind::Enum(fields) => {
                fields.iter().map(|(_, form)| form).collect()
            }
            _ => Vec::new(),
        }
    }

    fn holds_secret(&self) -> bool {
        self.secret || self.parts().into_iter().any(Self::holds_secret)
    }

    /// The same for a struct that consists of several documents.
    pub(super) fn in_pieces(mut self) -> Self {
        self.needed = false;
        let pieces = |fields: Vec<(&'static str, Self)>| {
            fields.into_iter().map(|(name, form)| (name, form.in_pieces())).collect()
        };
        self.kind = match self.kind {
            FormKind::List(inner) => FormKind::List(inner.in_pieces().into()),
            FormKind::Map(inner) => FormKind::Map(inner.in_pieces().into()),
            FormKind::Tuple(known, length) => {
                FormKind::Tuple(known.into_iter().map(Self::in_pieces).collect(), length)
            }
            FormKind::Struct(fields) => FormKind::Struct(pieces(fields)),
            FormKind::Enum(variants) => FormKind::Enum(pieces(variants)),
            kind => kind,
        };
        self
    }
}

/// Whether this is the `expecting` message of a text type of the standard library.
pub(super) fn is_plain(expected: &str) -> bool {
    matches!(expected, "a string" | "a borrowed string")
}

/// Traces a type through its reading function, with one probe per run. Panics of the type are
/// contained.
pub(super) fn trace(read: &dyn Fn(Decoder<'_, '_>) -> Option<DecodeError>) -> Form {
    Walk { read, runs: 0, trials: 0, above: Vec::new() }.form(&Keys::root())
}

struct Walk<'r> {
    read: &'r dyn Fn(Decoder<'_, '_>) -> Option<DecodeError>,
    runs: usize,
    trials: usize,
    /// The enclosing structs and enums, to detect a recursive one.
    above: Vec<Named>,
}

/// A type as serde identifies it: its name, and the address and length of its list of fields.
type Named = (&'static str, *const &'static str, usize);

impl Walk<'_> {
    fn form(&mut self, target: &Keys) -> Form {
        if target.0.len() > MAX_DEPTH {
            return Form::ANY;
        }
        let heard = self.ask(target);
        let kind = heard.asked.map_or(FormKind::Any, |asked| self.kind(asked, target));
        Form { nullable: heard.nullable, needed: false, secret: heard.secret, kind }
    }

    fn ask(&mut self, target: &Keys) -> Heard {
        self.runs += 1;
        if self.runs > MAX_RUNS {
            return Heard::default();
        }
        let tracer = Tracer::new(target.clone());
        // The result of the run does not matter: it always fails at its target.
        let _ = panics::catch_panic(|| (self.read)(Decoder::tracing(&tracer)));
        tracer.heard()
    }

    fn kind(&mut self, asked: Asked, target: &Keys) -> FormKind {
        match asked {
            Asked::Any => FormKind::Any,
            Asked::Unit => FormKind::Unit,
            Asked::Bool => FormKind::Bool,
            Asked::Integer(min, max) => FormKind::Integer(min, max),
            Asked::Number => FormKind::Number,
            Asked::Char => FormKind::Char,
            Asked::Text(expected) => FormKind::Text(expected),
            Asked::Bytes => FormKind::Bytes,
            Asked::List => FormKind::List(Box::new(self.form(&target.index(0)))),
            Asked::Tuple(length) => {
                let known = (0..length.min(MAX_ELEMENTS)).map(|index| self.form(&target.index(index)));
                FormKind::Tuple(known.collect(), length)
            }
            Asked::Map => FormKind::Map(Box::new(self.form(&target.name(TRACED_KEY[0])))),
            Asked::Struct(name, names) => {
                let fields = self.below(name, names, target).map(|fields| self.needing(fields, target));
                fields.map_or(FormKind::Any, FormKind::Struct)
            }
            Asked::Enum(name, names) => self.below(name, names, target).map_or(FormKind::Any, FormKind::Enum),
        }
    }

    /// The forms below a struct or an enum; `None` if it is recursive.
    fn below(
        &mut self,
        name: &'static str,
        names: &'static [&'static str],
        target: &Keys,
    ) -> Option<Vec<(&'static str, Form)>> {
        let named = (name, names.as_ptr(), names.len());
        if self.above.contains(&named) {
            return None;
        }
        self.above.push(named);
        let forms = names.iter().map(|name| (*name, self.form(&target.name(name)))).collect();
        self.above.pop();
        Some(forms)
    }
}
