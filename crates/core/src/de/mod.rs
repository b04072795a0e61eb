//! Reads a [`Value`] into any type that serde can deserialize.
//!
//! Borrows from the tree, follows the requested type (an untyped scalar is read as the type of the
//! field), keeps the path of errors, and records every key that the type ignored.

mod access;
mod buffered;
mod bytes;
mod cause;
mod error;
mod key;
mod notes;
mod scalar;
mod trace;

use std::any::type_name;

use serde::de::{DeserializeOwned, Visitor};

pub(crate) use buffered::{
    Examination, FlatReading, Reading, as_scalars, contained, read, read_flat, search, takes_all,
    tree::{alone, only, shortened, size, with as changed},
};
pub(crate) use cause::of_bytes;
pub use error::DecodeError;
use notes::TypedKeys;
pub(crate) use notes::{Ignored, Notes};
pub(crate) use trace::{Asked, Heard, KEY as TRACED_KEY, Tracer};

use crate::{
    keys::{Key, Keys},
    secret,
    value::{Dialect, MAX_DEPTH, Table, Untyped, Value},
};
use access::{ListAccess, Named, TableAccess, VariantAccess};
use error::kind_of_value;
use key::KeyDecoder;
use scalar::{Precision, Scalar, Width};

/// One step of the path from the root. The path is only built if there is something to report.
#[derive(Clone, Copy)]
struct PathNode<'p> {
    parent: Option<&'p PathNode<'p>>,
    step: Step<'p>,
    /// The other keys that the type knows.
    known: &'static [&'static str],
    notes: Option<&'p Notes>,
    /// Answers requests without a value.
    tracer: Option<&'p Tracer>,
    /// How many lists and tables are around it.
    depth: usize,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Root,
    Name(&'p str),
    Index(usize),
}

impl<'p> PathNode<'p> {
    fn below<'q>(&'q self, step: Step<'q>, known: &'static [&'static str]) -> PathNode<'q>
    where
        'p: 'q,
    {
        let (notes, tracer, depth) = (self.notes, self.tracer, self.depth + 1);
        PathNode { parent: Some(self), step, known, notes, tracer, depth }
    }

    fn keys(&self) -> Keys {
        let parent = self.parent.map(PathNode::keys).unwrap_or_default();
        match self.step {
            Step::Root => parent,
            Step::Name(name) => parent.name(name),
            Step::Index(index) => parent.index(index),
        }
    }

    fn ignore(&self) {
        if let Some(notes) = self.notes {
            notes.ignore(self.keys(), self.known);
        }
    }

    /// The visitor `V` asked for any value. serde_json's reads it as it comes; serde's own takes it into a buffer, and
    /// what a type asks of that is never seen here. So is any other taken to do.
    fn buffer<V>(&self) {
        if let Some(notes) = self.notes.filter(|_| !type_name::<V>().contains("serde_json::value")) {
            notes.buffer(self.keys());
        }
    }
}

/// A serde deserializer over a [`Value`].
#[derive(Clone, Copy)]
pub struct Decoder<'p, 'v> {
    /// `None` is a value that no layer gives: only an `Option` can be read from it.
    value: Option<&'v Value>,
    place: PathNode<'p>,
    /// Whether the table contains keys of other fields, too.
    flat: bool,
}

/// Reads any type; called by generated code for a leaf without `with`.
#[doc(hidden)]
pub fn decode<F: DeserializeOwned>(decoder: Decoder<'_, '_>) -> Result<F, DecodeError> {
    F::deserialize(decoder)
}

impl<'p, 'v> Decoder<'p, 'v> {
    pub(crate) fn new(value: Option<&'v Value>, notes: Option<&'p Notes>) -> Self {
        let place = PathNode { parent: None, step: Step::Root, known: &[], notes, tracer: None, depth: 0 };
        Self { value: value.map(Value::inside), place, flat: false }
    }

    /// The same for a value that is flattened into its struct: the other keys of the table belong to the struct.
    pub(crate) fn flat(self) -> Self {
        Self { flat: true, ..self }
    }

    /// The same for a value inside the given number of lists and tables.
    pub(crate) fn at_depth(mut self, depth: usize) -> Self {
        self.place.depth = depth;
        self
    }

    /// Whether it is one more list or table than may be in each other, in a text that holds one too.
    fn is_too_deep(&self) -> bool {
        self.place.depth >= MAX_DEPTH && matches!(self.value, Some(Value::List(_) | Value::Table(_)))
    }

    fn given(&self, asked: impl FnOnce() -> Asked) -> Result<&'v Value, DecodeError> {
        match self.value {
            Some(value) => Ok(value),
            None => self.hole(asked),
        }
    }

    fn any<V: Visitor<'v>>(self, given: &'v Value, visitor: V) -> Result<V::Value, DecodeError> {
        match given {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => scalar::visit_integer(*value, visitor),
            Value::Uint(value) => visitor.visit_u128(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(text) | Value::Template(text) => visitor.visit_borrowed_str(text),
            Value::Untyped(Untyped { text, dialect: Dialect::Interpolated, .. }) => {
                visitor.visit_borrowed_str(text)
            }
            Value::Untyped(untyped) => match self.structured(given)? {
                Some(structured) => serde::Deserializer::deserialize_any(structured, visitor),
                None => Scalar::new(&untyped.text, untyped.dialect.rules()).any(visitor),
            },
            Value::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Value::List(items) => access::visit_list(ListAccess::new(items, &self.place), visitor),
            Value::Table(table) => visitor.visit_map(TableAccess::new(table, &self.place, &[])),
            secret @ Value::Secret(_) => {
                serde::Deserializer::deserialize_any(Self { value: Some(secret.inside()), ..self }, visitor)
            }
        }
    }

    /// An untyped scalar, or bytes that are one.
    fn scalar(&self, given: &'v Value) -> Option<Scalar<'v>> {
        let (text, dialect) = match given {
            Value::Untyped(untyped) => (&*untyped.text, untyped.dialect.rules()),
            Value::Bytes(bytes) => (std::str::from_utf8(bytes).ok()?, Dialect::Variable),
            _ => return None,
        };
        Some(Scalar::new(text, dialect))
    }

    /// Passes an untyped scalar to `read`, and anything else to `any`.
    fn scalar_or_any<V: Visitor<'v>>(
        self,
        given: &'v Value,
        visitor: V,
        read: impl FnOnce(Scalar<'v>, V) -> Result<V::Value, DecodeError>,
    ) -> Result<V::Value, DecodeError> {
        match self.scalar(given) {
            Some(scalar) => read(scalar, visitor),
            None => self.any(given, visitor),
        }
    }

    fn list<V: Visitor<'v>>(self, asked: Asked, visitor: V) -> Result<V::Value, DecodeError> {
        if let Some(count) = self.traced_elements(&asked) {
            return access::visit_list(ListAccess::holes(count, &self.place), visitor);
        }
        let given = self.given(|| asked)?;
        match self.listed(given)? {
            Some(Self { value: Some(listed), .. }) => self.any(listed, visitor),
            _ if matches!(given, Value::Untyped(_)) => {
                self.scalar_or_any(given, visitor, Scalar::no_structure)
            }
            _ => match given {
                Value::Bytes(bytes) => bytes::visit(bytes, visitor),
                given => self.any(given, visitor),
            },
        }
    }

    fn table<V: Visitor<'v>>(
        self,
        asked: Asked,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if let Some(names) = self.traced_keys(&asked) {
            return visitor.visit_map(TableAccess::holes(names, &self.place, known));
        }
        let given = self.given(|| asked)?;
        let given = self.structured(given)?.and_then(|structured| structured.value).unwrap_or(given);
        match given {
            Value::Table(table) => visitor.visit_map(TableAccess::new(table, &self.place, known)),
            Value::Bytes(bytes) => bytes::table(bytes, visitor),
            list @ Value::List(_) => Err(DecodeError::expected_table(list)),
            other => self.scalar_or_any(other, visitor, Scalar::no_structure),
        }
    }
}

macro_rules! scalars {
    ($($method:ident => $read:ident, $asked:expr;)*) => {
        $(fn $method<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            let asked: fn(&V) -> Asked = $asked;
            let given = self.given(|| asked(&visitor))?;
            self.$read(given, visitor)
        })*
    };
}

macro_rules! width {
    ($int:ident) => {
        Width { name: stringify!($int), least: $int::MIN as i128, greatest: $int::MAX as u128 }
    };
}
use width;

macro_rules! integers {
    ($($method:ident $int:ident)*) => {
        $(fn $method<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            let asked = || Asked::Integer(i128::try_from($int::MIN).ok(), i128::try_from($int::MAX).ok());
            let given = self.given(asked)?;
            self.integer(given, width!($int), visitor)
        })*
    };
}

impl<'v> serde::Deserializer<'v> for Decoder<'_, 'v> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let given = self.given(|| Asked::Any)?;
        self.place.buffer::<V>();
        self.any(given, visitor)
    }

    scalars! {
        deserialize_bool => bool, |_| Asked::Bool;
        deserialize_char => text, |_| Asked::Char;
        deserialize_str => text, |visitor| Asked::text(visitor);
        deserialize_string => text, |visitor| Asked::text(visitor);
        deserialize_identifier => text, |visitor| Asked::text(visitor);
    }

    fn deserialize_unit<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let given = self.given(|| Asked::Unit)?;
        if let (true, Value::Table(table)) = (self.flat, given) {
            access::ignore_all(table, &self.place);
            return visitor.visit_unit();
        }
        self.scalar_or_any(given, visitor, Scalar::any)
    }

    integers! {
        deserialize_i8 i8 deserialize_i16 i16 deserialize_i32 i32 deserialize_i64 i64 deserialize_i128 i128
        deserialize_u8 u8 deserialize_u16 u16 deserialize_u32 u32 deserialize_u64 u64 deserialize_u128 u128
    }

    fn deserialize_f32<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let given = self.given(|| Asked::Number)?;
        self.float(given, Precision::Single, visitor)
    }

    fn deserialize_f64<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let given = self.given(|| Asked::Number)?;
        self.float(given, Precision::Double, visitor)
    }

    fn deserialize_bytes<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.given(|| Asked::Any)? {
            bytes @ Value::Bytes(_) => self.any(bytes, visitor),
            given => self.text(given, visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.value {
            None if self.is_traced_option() => visitor.visit_some(self),
            None | Some(Value::Null) => visitor.visit_none(),
            Some(Value::Untyped(untyped)) if untyped.dialect.is_null(&untyped.text) => visitor.visit_none(),
            Some(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'v>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'v>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match name {
            secret::NAME => self.secret(false, visitor),
            secret::BYTES => self.secret(true, visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.list(Asked::List, visitor)
    }

    fn deserialize_tuple<V: Visitor<'v>>(self, len: usize, visitor: V) -> Result<V::Value, DecodeError> {
        let place = self.place;
        secret::tracking::tuple(|| place.keys(), || self.list(Asked::Tuple(len), visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'v>>(
        self,
        _name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let place = self.place;
        secret::tracking::tuple(|| place.keys(), || self.list(Asked::Tuple(len), visitor))
    }

    fn deserialize_map<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.table(Asked::Map, &[], visitor)
    }

    fn deserialize_struct<V: Visitor<'v>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        // Other formats take a list for the fields in their order; a reader of the file cannot tell them
        // apart.
        if let Some(list @ Value::List(_)) = self.value {
            return Err(DecodeError::expected_table(list));
        }
        self.table(Asked::Struct(name, fields), fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'v>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if let Some(variant) = self.traced_variant(variants) {
            return visitor.visit_enum(VariantAccess::hole(variant, &self.place));
        }
        match self.given(|| Asked::Enum(name, variants))? {
            Value::Text(text) | Value::Template(text) => visitor.visit_enum(Named(text)),
            Value::Table(table) if self.flat => match VariantAccess::among(table, variants, &self.place) {
                Some(variant) => visitor.visit_enum(variant),
                None => Err(DecodeError::no_variant(&keys_of(table), variants)),
            },
            Value::Table(table) => match VariantAccess::new(table, &self.place) {
                Some(variant) => visitor.visit_enum(variant),
                None => Err(DecodeError::no_variant(&keys_of(table), variants)),
            },
            other => match (self.structured(other)?, self.scalar(other)) {
                (Some(structured), _) => structured.deserialize_enum(name, variants, visitor),
                (None, Some(scalar)) if !scalar.is_null() => visitor.visit_enum(Named(scalar.text)),
                _ => Err(DecodeError::no_variant(kind_of_value(other), variants)),
            },
        }
    }

    fn deserialize_ignored_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.place.ignore();
        if self.value.is_none() && self.place.tracer.is_some() {
            self.hole(|| Asked::Any)?;
        }
        visitor.visit_unit()
    }
}

fn keys_of(table: &Table) -> String {
    match table.len() {
        0 => "an empty table".to_owned(),
        count => format!("a table with {count} keys"),
    }
}

fn step_key(step: Step<'_>) -> Option<Key> {
    match step {
        Step::Root => None,
        Step::Name(name) => Some(Key::Name(name.into())),
        Step::Index(index) => Some(Key::Index(index)),
    }
}
