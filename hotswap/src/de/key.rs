//! The keys of tables.

use serde::{
    de::{IntoDeserializer, Visitor},
    forward_to_deserialize_any,
};

use super::{DecodeError, scalar};

/// What reads a table's key: text that may have to become a number, for maps with number keys.
#[derive(Clone, Copy)]
pub(super) struct KeyDecoder<'v> {
    pub(super) text: &'v str,
    /// It is a tracer's: any key will do.
    pub(super) traced: bool,
}

macro_rules! number_keys {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            match self.text.parse::<i128>() {
                Ok(number) => scalar::visit_integer(number, visitor),
                Err(_) => visitor.visit_borrowed_str(self.text),
            }
        })*
    };
}

impl<'v> serde::Deserializer<'v> for KeyDecoder<'v> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_borrowed_str(self.text)
    }

    fn deserialize_bool<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.text {
            _ if self.traced => visitor.visit_bool(true),
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
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let text = if self.traced { variants.first().copied().unwrap_or_default() } else { self.text };
        visitor.visit_enum(IntoDeserializer::<DecodeError>::into_deserializer(text))
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
