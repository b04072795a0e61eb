//! The keys of tables.

use serde::{
    de::{IntoDeserializer, Visitor},
    forward_to_deserialize_any,
};

use super::{
    DecodeError,
    scalar::{Width, visit_integer},
    width,
};
use crate::{
    number,
    value::{DUPLICATE_KEY, Dialect, Table, Value},
};

/// Reads the key of a table: text that may have to become a number, for maps with number keys.
#[derive(Clone, Copy)]
pub(super) struct KeyDecoder<'v> {
    pub(super) text: &'v str,
    /// Whether a tracer reads it, so that any key will do.
    pub(super) traced: bool,
    /// The table of the key.
    pub(super) beside: Option<&'v Table>,
    /// Whether a type that asks for any key receives the integer or the boolean that the text
    /// spells.
    pub(super) typed: bool,
}

/// The boolean or the 64-bit integer that a key spells.
pub(super) fn typed(text: &str) -> Option<Value> {
    match text {
        "true" | "True" | "TRUE" => return Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Value::Bool(false)),
        _ if number::refusal(text).is_some() => return None,
        _ => {}
    }
    let fits = |value: &i128| i64::try_from(*value).is_ok() || u64::try_from(*value).is_ok();
    match number::integer(text, Dialect::Variable) {
        Some(Ok(Value::Int(value))) if fits(&value) && (value != 0 || text == "0") => Some(Value::Int(value)),
        _ => None,
    }
}

macro_rules! number_keys {
    ($($method:ident $int:ident)*) => {
        $(fn $method<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            self.integer(width!($int), visitor)
        })*
    };
}

impl<'v> KeyDecoder<'v> {
    /// Only one notation for each number, so that two keys of a table are never the same key of the
    /// map.
    fn integer<V: Visitor<'v>>(self, width: Width, visitor: V) -> Result<V::Value, DecodeError> {
        if let Some(refusal) = number::refusal(self.text) {
            return Err(DecodeError::refused(refusal));
        }
        match number::integer(self.text, Dialect::Variable) {
            Some(Ok(Value::Int(0))) if self.text != "0" => {
                Err(DecodeError::wrong("a key of zero is written without a sign").with_help("write `0`"))
            }
            Some(Ok(integer)) => width.visit(&integer, visitor),
            Some(Err(wide)) => Err(DecodeError::wrong(wide)),
            None => visitor.visit_borrowed_str(self.text).map_err(|error| self.spelled(error)),
        }
    }

    /// With the spelling that a number key has here.
    fn spelled(self, error: DecodeError) -> DecodeError {
        match number::integer(self.text, Dialect::Yaml).and_then(Result::ok) {
            Some(Value::Int(value)) => error.with_help(format!("a key is a decimal number: write `{value}`")),
            Some(Value::Uint(value)) => {
                error.with_help(format!("a key is a decimal number: write `{value}`"))
            }
            _ => error,
        }
    }

    /// A boolean in the notations of values, if the table contains it in only one of them.
    fn truth<V: Visitor<'v>>(self, value: bool, visitor: V) -> Result<V::Value, DecodeError> {
        let spellings = if value { ["true", "True", "TRUE"] } else { ["false", "False", "FALSE"] };
        let given =
            spellings.iter().filter(|other| self.beside.is_some_and(|table| table.contains_key(**other)));
        if given.count() > 1 {
            return Err(DecodeError::wrong(DUPLICATE_KEY).with_help(format!("write `{value}` once")));
        }
        visitor.visit_bool(value)
    }
}

impl<'v> serde::Deserializer<'v> for KeyDecoder<'v> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match typed(self.text).filter(|_| self.typed) {
            Some(Value::Bool(value)) => self.truth(value, visitor),
            Some(Value::Int(value)) => visit_integer(value, visitor),
            _ => visitor.visit_borrowed_str(self.text),
        }
    }

    fn deserialize_bool<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.text {
            _ if self.traced => visitor.visit_bool(true),
            "true" | "True" | "TRUE" => self.truth(true, visitor),
            "false" | "False" | "FALSE" => self.truth(false, visitor),
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
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let text = if self.traced { variants.first().copied().unwrap_or_default() } else { self.text };
        visitor.visit_enum(IntoDeserializer::<DecodeError>::into_deserializer(text))
    }

    number_keys! {
        deserialize_i8 i8 deserialize_i16 i16 deserialize_i32 i32 deserialize_i64 i64 deserialize_i128 i128
        deserialize_u8 u8 deserialize_u16 u16 deserialize_u32 u32 deserialize_u64 u64 deserialize_u128 u128
    }

    forward_to_deserialize_any! {
        <W: Visitor<'v>>
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}
