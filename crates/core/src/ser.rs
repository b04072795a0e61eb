//! Writes any serializable value as a [`Value`]; the counterpart of the decoder.

use std::{fmt, sync::Arc};

use serde::ser::{self, Serialize};

use crate::{
    secret,
    value::{MAX_DEPTH, Table, Value, too_deep},
};

/// The reason for which a value cannot be written: its type has no `Serialize`, or its `Serialize`
/// failed.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct EncodeError {
    message: String,
    too_deep: bool,
}

impl EncodeError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), too_deep: false }
    }

    fn too_deep() -> Self {
        Self { message: too_deep(), too_deep: true }
    }

    /// The value is well formed, but nested too deeply.
    pub(crate) fn is_too_deep(&self) -> bool {
        self.too_deep
    }
}

impl ser::Error for EncodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

/// A serde serializer that yields a [`Value`].
#[derive(Clone, Copy, Debug)]
pub struct Encoder {
    /// The remaining levels of nesting.
    room: usize,
}

impl Encoder {
    pub(crate) fn new() -> Self {
        Self { room: MAX_DEPTH }
    }

    /// The serializer for the elements of a list or table.
    fn below(self) -> Result<Self, EncodeError> {
        self.room.checked_sub(1).map(|room| Self { room }).ok_or_else(EncodeError::too_deep)
    }
}

/// Writes a value by its own `Serialize`.
pub(crate) fn encode<F: Serialize + ?Sized>(value: &F) -> Result<Value, EncodeError> {
    value.serialize(Encoder::new())
}

macro_rules! integers {
    ($($method:ident $int:ty)*) => {
        $(fn $method(self, value: $int) -> Result<Value, EncodeError> {
            Ok(Value::Int(value.into()))
        })*
    };
}

impl ser::Serializer for Encoder {
    type Ok = Value;
    type Error = EncodeError;
    type SerializeSeq = ListEncoder;
    type SerializeTuple = ListEncoder;
    type SerializeTupleStruct = ListEncoder;
    type SerializeTupleVariant = ListEncoder;
    type SerializeMap = TableEncoder;
    type SerializeStruct = TableEncoder;
    type SerializeStructVariant = TableEncoder;

    integers! {
        serialize_i8 i8 serialize_i16 i16 serialize_i32 i32 serialize_i64 i64 serialize_i128 i128
        serialize_u8 u8 serialize_u16 u16 serialize_u32 u32 serialize_u64 u64
    }

    fn serialize_u128(self, value: u128) -> Result<Value, EncodeError> {
        Ok(value.into())
    }

    fn serialize_bool(self, value: bool) -> Result<Value, EncodeError> {
        Ok(Value::Bool(value))
    }

    /// Converted by its shortest text, so that 0.1 stays 0.1.
    fn serialize_f32(self, value: f32) -> Result<Value, EncodeError> {
        Ok(Value::Float(value.to_string().parse().unwrap_or_else(|_| value.into())))
    }

    fn serialize_f64(self, value: f64) -> Result<Value, EncodeError> {
        Ok(Value::Float(value))
    }

    fn serialize_char(self, value: char) -> Result<Value, EncodeError> {
        Ok(Value::text(value.encode_utf8(&mut [0; 4])))
    }

    fn serialize_str(self, value: &str) -> Result<Value, EncodeError> {
        Ok(Value::text(value))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Value, EncodeError> {
        Ok(Value::list(value.iter().map(|byte| Value::Int((*byte).into()))))
    }

    fn serialize_none(self) -> Result<Value, EncodeError> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, EncodeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, EncodeError> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Value, EncodeError> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Value, EncodeError> {
        Ok(Value::text(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Value, EncodeError> {
        match name {
            secret::NAME => secret::reveal(|| value.serialize(self)).map(Value::secret),
            _ => value.serialize(self),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, EncodeError> {
        Ok(variant_of(Some(variant), value.serialize(self.below()?)?))
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<ListEncoder, EncodeError> {
        ListEncoder::new(None, self)
    }

    fn serialize_tuple(self, _len: usize) -> Result<ListEncoder, EncodeError> {
        ListEncoder::new(None, self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<ListEncoder, EncodeError> {
        ListEncoder::new(None, self)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<ListEncoder, EncodeError> {
        ListEncoder::new(Some(variant), self.below()?)
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<TableEncoder, EncodeError> {
        TableEncoder::new(None, self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<TableEncoder, EncodeError> {
        TableEncoder::new(None, self)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<TableEncoder, EncodeError> {
        TableEncoder::new(Some(variant), self.below()?)
    }
}

fn variant_of(variant: Option<&'static str>, content: Value) -> Value {
    match variant {
        Some(name) => Value::table([(name.into(), content)]),
        None => content,
    }
}

pub struct ListEncoder {
    variant: Option<&'static str>,
    items: Vec<Value>,
    below: Encoder,
}

impl ListEncoder {
    fn new(variant: Option<&'static str>, at: Encoder) -> Result<Self, EncodeError> {
        Ok(Self { variant, items: Vec::new(), below: at.below()? })
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.items.push(value.serialize(self.below)?);
        Ok(())
    }

    fn finish(self) -> Result<Value, EncodeError> {
        Ok(variant_of(self.variant, Value::List(Arc::new(self.items))))
    }
}

macro_rules! list_encoder {
    ($($kind:ident $method:ident)*) => {
        $(impl ser::$kind for ListEncoder {
            type Ok = Value;
            type Error = EncodeError;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
                self.push(value)
            }
            fn end(self) -> Result<Value, EncodeError> {
                self.finish()
            }
        })*
    };
}

list_encoder! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

pub struct TableEncoder {
    variant: Option<&'static str>,
    key: Option<Arc<str>>,
    entries: Table,
    below: Encoder,
}

impl TableEncoder {
    fn new(variant: Option<&'static str>, at: Encoder) -> Result<Self, EncodeError> {
        Ok(Self { variant, key: None, entries: Table::new(), below: at.below()? })
    }

    fn finish(self) -> Result<Value, EncodeError> {
        Ok(variant_of(self.variant, Value::Table(Arc::new(self.entries))))
    }
}

impl ser::SerializeMap for TableEncoder {
    type Ok = Value;
    type Error = EncodeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), EncodeError> {
        self.key = Some(match encode(key)? {
            Value::Text(text) => text,
            Value::Int(value) => value.to_string().into(),
            Value::Uint(value) => value.to_string().into(),
            Value::Bool(value) => value.to_string().into(),
            _ => return Err(EncodeError::new("the keys of a map must be strings, integers or booleans")),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        let key = self.key.take().ok_or_else(|| EncodeError::new("a map gave a value without its key"))?;
        self.entries.insert(key, value.serialize(self.below)?);
        Ok(())
    }

    fn end(self) -> Result<Value, EncodeError> {
        self.finish()
    }
}

macro_rules! table_encoder {
    ($($kind:ident)*) => {
        $(impl ser::$kind for TableEncoder {
            type Ok = Value;
            type Error = EncodeError;
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), EncodeError> {
                self.entries.insert(key.into(), value.serialize(self.below)?);
                Ok(())
            }
            fn end(self) -> Result<Value, EncodeError> {
                self.finish()
            }
        })*
    };
}

table_encoder! { SerializeStruct SerializeStructVariant }
