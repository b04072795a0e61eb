//! Reads a [`Value`] into any type that serde reads.
//!
//! Borrows from the tree, follows the type that asks (an untyped scalar is read as what the field wants), keeps
//! the place of what goes wrong, and notes every key that the type ignored.

mod access;
mod error;
mod scalar;

use std::cell::RefCell;

use serde::{
    de::{DeserializeOwned, IntoDeserializer, Visitor},
    forward_to_deserialize_any,
};

pub use error::DecodeError;

use crate::{
    keys::{Key, Keys},
    value::Value,
};
use access::{ListAccess, TableAccess, VariantAccess};
use scalar::Scalar;

/// A key that the type being read ignored.
#[derive(Debug, PartialEq)]
pub(crate) struct Ignored {
    pub(crate) keys: Keys,
    /// The keys that the type knows there.
    pub(crate) known: &'static [&'static str],
}

/// Where the ignored keys of one run are kept.
pub(crate) type IgnoredKeys = RefCell<Vec<Ignored>>;

/// One step of the way from the root; the way is only spelled out when something must be reported.
#[derive(Clone, Copy)]
struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    step: Step<'p>,
    /// The keys that the type knows beside this one.
    known: &'static [&'static str],
    ignored: Option<&'p IgnoredKeys>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Root,
    Name(&'p str),
    Index(usize),
}

impl Place<'_> {
    fn keys(&self) -> Keys {
        let parent = self.parent.map(Place::keys).unwrap_or_default();
        match self.step {
            Step::Root => parent,
            Step::Name(name) => parent.name(name),
            Step::Index(index) => parent.index(index),
        }
    }

    fn ignore(&self) {
        if let Some(ignored) = self.ignored {
            ignored.borrow_mut().push(Ignored { keys: self.keys(), known: self.known });
        }
    }
}

/// A serde deserializer over a [`Value`].
#[derive(Clone, Copy)]
pub struct Decoder<'p, 'v> {
    /// `None` stands for a value that no layer gives: only an `Option` can be read from it.
    value: Option<&'v Value>,
    place: Place<'p>,
}

/// Reads any type; what generated code names for a leaf without `with`.
#[doc(hidden)]
pub fn decode<F: DeserializeOwned>(decoder: Decoder<'_, '_>) -> Result<F, DecodeError> {
    F::deserialize(decoder)
}

impl<'p, 'v> Decoder<'p, 'v> {
    pub(crate) fn new(value: Option<&'v Value>, ignored: Option<&'p IgnoredKeys>) -> Self {
        Self { value, place: Place { parent: None, step: Step::Root, known: &[], ignored } }
    }

    fn given(&self) -> Result<&'v Value, DecodeError> {
        self.value.ok_or_else(DecodeError::missing)
    }

    /// Hands an untyped scalar to `read`, anything else to the general way.
    fn scalar_or_any<V: Visitor<'v>>(
        self,
        visitor: V,
        read: impl FnOnce(Scalar<'p, 'v>, V) -> Result<V::Value, DecodeError>,
    ) -> Result<V::Value, DecodeError> {
        match self.given()? {
            Value::Untyped(untyped) => read(Scalar::new(&untyped.text, untyped.dialect, self.place), visitor),
            _ => serde::Deserializer::deserialize_any(self, visitor),
        }
    }

    fn table<V: Visitor<'v>>(
        self,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match self.given()? {
            Value::Table(table) => visitor.visit_map(TableAccess::new(table, &self.place, known)),
            _ => self.scalar_or_any(visitor, Scalar::json),
        }
    }
}

macro_rules! scalars {
    ($($method:ident => $read:ident)*) => {
        $(fn $method<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            self.scalar_or_any(visitor, Scalar::$read)
        })*
    };
}

impl<'v> serde::Deserializer<'v> for Decoder<'_, 'v> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.given()? {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => scalar::visit_integer(*value, visitor),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(text) | Value::Template(text) => visitor.visit_borrowed_str(text),
            Value::Untyped(untyped) => Scalar::new(&untyped.text, untyped.dialect, self.place).any(visitor),
            Value::List(items) => access::visit_list(ListAccess::new(items, &self.place), visitor),
            Value::Table(table) => visitor.visit_map(TableAccess::new(table, &self.place, &[])),
        }
    }

    scalars! {
        deserialize_bool => bool
        deserialize_i8 => integer deserialize_i16 => integer deserialize_i32 => integer
        deserialize_i64 => integer deserialize_i128 => integer
        deserialize_u8 => integer deserialize_u16 => integer deserialize_u32 => integer
        deserialize_u64 => integer deserialize_u128 => integer
        deserialize_f32 => float deserialize_f64 => float
        deserialize_char => text deserialize_str => text deserialize_string => text
        deserialize_bytes => text deserialize_byte_buf => text deserialize_identifier => text
        deserialize_seq => list
    }

    fn deserialize_option<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.value {
            None | Some(Value::Null) => visitor.visit_none(),
            Some(Value::Untyped(untyped)) if untyped.dialect.is_null(&untyped.text) => visitor.visit_none(),
            Some(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.scalar_or_any(visitor, Scalar::any)
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
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'v>>(self, _len: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'v>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.table(&[], visitor)
    }

    fn deserialize_struct<V: Visitor<'v>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.table(fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'v>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match self.given()? {
            Value::Text(text) | Value::Template(text) => {
                visitor.visit_enum(IntoDeserializer::<DecodeError>::into_deserializer(&**text))
            }
            Value::Table(table) if table.len() == 1 => VariantAccess::of(table, &self.place)
                .map_or_else(|| Err(DecodeError::missing()), |variant| visitor.visit_enum(variant)),
            Value::Untyped(untyped) => {
                Scalar::new(&untyped.text, untyped.dialect, self.place).variant(name, variants, visitor)
            }
            other => Err(DecodeError::found("one of the variants", other)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.place.ignore();
        visitor.visit_unit()
    }
}

/// What reads a table's key: text that may have to become a number, for maps with number keys.
#[derive(Clone, Copy)]
struct KeyDecoder<'v>(&'v str);

macro_rules! number_keys {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            match self.0.parse::<i128>() {
                Ok(number) => scalar::visit_integer(number, visitor),
                Err(_) => visitor.visit_borrowed_str(self.0),
            }
        })*
    };
}

impl<'v> serde::Deserializer<'v> for KeyDecoder<'v> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_bool<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            other => visitor.visit_borrowed_str(other),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'v>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'v>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_enum(IntoDeserializer::<DecodeError>::into_deserializer(self.0))
    }

    number_keys! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    forward_to_deserialize_any! {
        <W: Visitor<'v>>
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

fn step_key(step: Step<'_>) -> Option<Key> {
    match step {
        Step::Root => None,
        Step::Name(name) => Some(Key::Name(name.into())),
        Step::Index(index) => Some(Key::Index(index)),
    }
}
