//! Secrets, and bytes in them.

use serde::de::{Deserializer, Visitor, value::SeqDeserializer};

use super::{DecodeError, Decoder};
use crate::{secret::tracking, structure::Malformed, value::Value};

impl<'v> Decoder<'_, 'v> {
    /// The content of a secret. A secret of bytes accepts the bytes of a text, but never reads the text as
    /// a list.
    pub(super) fn secret<V: Visitor<'v>>(self, of_bytes: bool, visitor: V) -> Result<V::Value, DecodeError> {
        tracking::record_at(|| self.place.keys());
        let Some(value) = self.value else {
            // A secret has one message for all errors below it.
            let Some(tracer) = self.place.tracer else { return Err(DecodeError::missing()) };
            tracer.hear_secret(&self.place);
            if of_bytes {
                tracer.hear_bytes(&self.place);
            }
            return visitor.visit_newtype_struct(self);
        };
        match value.as_text().filter(|_| of_bytes && !value.is_null()) {
            Some(text) => {
                self.note_text(value);
                visitor.visit_newtype_struct(Bytes(text.as_bytes()))
            }
            None if matches!(value, Value::Bytes(_)) => {
                visitor.visit_newtype_struct(self).map_err(|_| DecodeError::bytes())
            }
            None => visitor.visit_newtype_struct(self),
        }
    }
}

/// Visits them one by one.
pub(super) fn visit<'v, V: Visitor<'v>>(bytes: &'v [u8], visitor: V) -> Result<V::Value, DecodeError> {
    SeqDeserializer::new(bytes.iter().copied()).deserialize_any(visitor)
}

/// JSON from a store. Its errors are not reported in detail, because all of it is secret.
pub(super) fn table<'v, V: Visitor<'v>>(bytes: &'v [u8], visitor: V) -> Result<V::Value, DecodeError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = json.deserialize_any(visitor).and_then(|value| json.end().map(|()| value));
    read.map_err(|_| DecodeError::malformed(&Malformed::default()))
}

/// Bytes in the form that the visitor requests.
struct Bytes<'v>(&'v [u8]);

impl<'de> Deserializer<'de> for Bytes<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_borrowed_bytes(self.0)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visit(self.0, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DecodeError> {
        visit(self.0, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use crate::{Secret, value::Value};

    fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, String> {
        decode(super::Decoder::new(Some(value), None)).map_err(|error| error.message(true).to_owned())
    }

    fn bytes(bytes: &[u8]) -> Value {
        Value::secret(Value::Bytes(bytes.into()))
    }

    #[test]
    fn bytes_become_lists_and_arrays_of_them() {
        let given = bytes(&[0, 159, 255]);
        assert_eq!(read(&given), Ok(Secret::new(vec![0_u8, 159, 255])));
        assert_eq!(read(&given), Ok(Secret::new([0_u8, 159, 255])));
        assert_eq!(read(&given), Ok(Some(Secret::new(Some(vec![0_u8, 159, 255])))));
        assert!(read::<Secret<[u8; 2]>>(&given).is_err());
        // Like any other list.
        assert_eq!(read(&given), Ok(Secret::new(vec![0_u16, 159, 255])));
    }

    #[test]
    fn bytes_that_are_text_are_read_as_the_type_wants() {
        assert_eq!(read(&bytes(b"hunter2")), Ok(Secret::from("hunter2")));
        assert_eq!(read(&bytes(b"42")), Ok(Secret::new(42)));
        assert_eq!(read(&bytes(b"42")), Ok(Secret::new(b"42".to_vec())));
        let error = read::<Secret<String>>(&bytes(b"hunter\xff")).unwrap_err();
        assert!(error.contains("Secret<Vec<u8>>") && !error.contains("hunter"), "{error}");
    }

    #[test]
    fn a_secret_of_bytes_takes_the_bytes_of_a_text() {
        for text in ["hunter2", "1,2", "[1, 2]", "42", ""] {
            for value in [Value::text(text), Value::secret(Value::variable(text))] {
                assert_eq!(read(&value), Ok(Secret::new(text.as_bytes().to_vec())));
                assert_eq!(read(&value), Ok(Secret::new(Some(text.as_bytes().to_vec()))));
            }
        }
        assert_eq!(read(&Value::yaml("0x1F")), Ok(Secret::new(*b"0x1F")));
        assert_eq!(read(&Value::yaml("~")), Ok(Secret::new(None::<Vec<u8>>)));
        assert_eq!(read(&Value::list([Value::Int(1), Value::Int(2)])), Ok(Secret::new(vec![1_u8, 2])));
        assert_eq!(read(&Value::variable("1,2")), Ok(Secret::new(vec![1_u16, 2])));
    }
}
