//! Scalars that have only their text: environment variables, interpolated strings, plain YAML scalars.

use serde::de::{
    self, Error as _, IntoDeserializer, SeqAccess, Unexpected, Visitor, value::BorrowedStrDeserializer,
};

use super::{DecodeError, Place, Step};
use crate::value::Dialect;

/// Visits with the narrowest method that serde's own types accept.
pub(super) fn visit_integer<'v, V: Visitor<'v>>(value: i128, visitor: V) -> Result<V::Value, DecodeError> {
    if let Ok(unsigned) = u64::try_from(value) {
        return visitor.visit_u64(unsigned);
    }
    match i64::try_from(value) {
        Ok(signed) => visitor.visit_i64(signed),
        Err(_) => visitor.visit_i128(value),
    }
}

/// A text to be read for the type that asks.
#[derive(Clone, Copy)]
pub(super) struct Scalar<'p, 'v> {
    text: &'v str,
    dialect: Dialect,
    place: Place<'p>,
}

impl<'p, 'v> Scalar<'p, 'v> {
    pub(super) fn new(text: &'v str, dialect: Dialect, place: Place<'p>) -> Self {
        Self { text, dialect, place }
    }

    pub(super) fn bool<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.parse_bool() {
            Some(value) => visitor.visit_bool(value),
            None => Err(self.unexpected(&visitor)),
        }
    }

    pub(super) fn integer<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if let Some(value) = self.parse_integer() {
            return visit_integer(value, visitor);
        }
        if self.dialect == Dialect::Yaml && leading_zero(self.text) {
            return Err(DecodeError::wrong("a number with a leading zero is ambiguous in YAML")
                .with_help("write it without the zero, as 0o.. for octal, or in quotes for text"));
        }
        match self.parse_float() {
            Some(value) => visitor.visit_f64(value),
            None => Err(self.unexpected(&visitor)),
        }
    }

    pub(super) fn float<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.parse_float() {
            Some(value) => visitor.visit_f64(value),
            None => self.integer(visitor),
        }
    }

    pub(super) fn text<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.is_null() { Err(self.unexpected(&visitor)) } else { visitor.visit_borrowed_str(self.text) }
    }

    /// `a,b` or `["a","b"]`.
    pub(super) fn list<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.dialect == Dialect::Yaml {
            return Err(self.unexpected(&visitor));
        }
        if self.text.trim_start().starts_with('[') {
            return self.json(visitor);
        }
        let items: Vec<&'v str> = match self.text.trim() {
            "" => Vec::new(),
            text => text.split(',').map(str::trim).collect(),
        };
        visitor.visit_seq(Items { items: items.into_iter().enumerate(), scalar: self })
    }

    /// A table, written as JSON.
    pub(super) fn json<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.dialect == Dialect::Yaml || !self.text.trim_start().starts_with(['{', '[']) {
            return Err(self.unexpected(&visitor));
        }
        let mut json = serde_json::Deserializer::from_str(self.text);
        let value = de::Deserializer::deserialize_any(&mut json, visitor).map_err(DecodeError::json)?;
        json.end().map_err(DecodeError::json)?;
        Ok(value)
    }

    /// An enum: the name of a variant, or JSON for one with content.
    pub(super) fn variant<V: Visitor<'v>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if self.dialect == Dialect::Variable && self.text.trim_start().starts_with('{') {
            let mut json = serde_json::Deserializer::from_str(self.text);
            return de::Deserializer::deserialize_enum(&mut json, name, variants, visitor)
                .map_err(DecodeError::json);
        }
        visitor.visit_enum(IntoDeserializer::<DecodeError>::into_deserializer(self.text))
    }

    /// For types that take anything: YAML's core schema, or what the text most plainly is.
    pub(super) fn any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.is_null() {
            return visitor.visit_unit();
        }
        if let Some(value) = self.parse_bool() {
            return visitor.visit_bool(value);
        }
        // With a leading zero it is a number to no reader but one who asks for a number.
        if !leading_zero(self.text) {
            if let Some(value) = self.parse_integer() {
                return visit_integer(value, visitor);
            }
            let digits = self.text.starts_with(|c: char| "+-.0123456789".contains(c));
            if let Some(value) = self.parse_float().filter(|_| digits) {
                return visitor.visit_f64(value);
            }
        }
        if self.dialect == Dialect::Variable && self.text.trim_start().starts_with(['{', '[']) {
            return self.json(visitor);
        }
        visitor.visit_borrowed_str(self.text)
    }

    fn parse_bool(self) -> Option<bool> {
        match self.text.trim() {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        }
    }

    /// Decimal in both dialects; `0x1F` and `0o17`, and no leading zero, in YAML's core schema.
    fn parse_integer(self) -> Option<i128> {
        let text = self.text.trim();
        if self.dialect == Dialect::Variable {
            return text.parse().ok();
        }
        if let Some(digits) = text.strip_prefix("0x") {
            return i128::from_str_radix(digits, 16).ok();
        }
        if let Some(digits) = text.strip_prefix("0o") {
            return i128::from_str_radix(digits, 8).ok();
        }
        if leading_zero(text) { None } else { text.parse().ok() }
    }

    fn parse_float(self) -> Option<f64> {
        let text = self.text.trim();
        if self.dialect == Dialect::Variable {
            return text.parse().ok();
        }
        match text.to_ascii_lowercase().as_str() {
            ".inf" | "+.inf" => Some(f64::INFINITY),
            "-.inf" => Some(f64::NEG_INFINITY),
            ".nan" => Some(f64::NAN),
            number if number.contains(|c: char| c.is_ascii_digit()) => number.parse().ok(),
            _ => None,
        }
    }

    fn is_null(self) -> bool {
        self.dialect.is_null(self.text)
    }

    fn unexpected<'e>(self, expected: &impl Visitor<'e>) -> DecodeError {
        if self.is_null() {
            return DecodeError::invalid_type(Unexpected::Unit, expected);
        }
        if self.text.trim().is_empty() {
            return DecodeError::invalid_type(Unexpected::Other("an empty string"), expected);
        }
        DecodeError::invalid_type(Unexpected::Str(self.text), expected)
    }
}

fn leading_zero(text: &str) -> bool {
    let digits = text.trim().trim_start_matches(['+', '-']);
    digits.len() > 1
        && digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

/// The items of `a,b`.
struct Items<'p, 'v> {
    items: std::iter::Enumerate<std::vec::IntoIter<&'v str>>,
    scalar: Scalar<'p, 'v>,
}

impl<'v> SeqAccess<'v> for Items<'_, 'v> {
    type Error = DecodeError;

    fn next_element_seed<T: de::DeserializeSeed<'v>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let Some((index, text)) = self.items.next() else { return Ok(None) };
        let place = Place { parent: Some(&self.scalar.place), step: Step::Index(index), ..self.scalar.place };
        let item = Scalar { text, dialect: self.scalar.dialect, place };
        seed.deserialize(item).map(Some).map_err(|error| error.below(crate::keys::Key::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

macro_rules! forward {
    ($($method:ident => $read:ident)*) => {
        $(fn $method<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            self.$read(visitor)
        })*
    };
}

/// An item of a list; itself read for the type that asks.
impl<'v> de::Deserializer<'v> for Scalar<'_, 'v> {
    type Error = DecodeError;

    forward! {
        deserialize_any => any deserialize_bool => bool
        deserialize_i8 => integer deserialize_i16 => integer deserialize_i32 => integer
        deserialize_i64 => integer deserialize_i128 => integer
        deserialize_u8 => integer deserialize_u16 => integer deserialize_u32 => integer
        deserialize_u64 => integer deserialize_u128 => integer
        deserialize_f32 => float deserialize_f64 => float
        deserialize_char => text deserialize_str => text deserialize_string => text
        deserialize_bytes => text deserialize_byte_buf => text deserialize_identifier => text
        deserialize_unit => any deserialize_seq => list deserialize_map => json
    }

    fn deserialize_option<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_unit_struct<V: Visitor<'v>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'v>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'v>>(self, _: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.list(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'v>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.list(visitor)
    }

    fn deserialize_struct<V: Visitor<'v>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.json(visitor)
    }

    fn deserialize_enum<V: Visitor<'v>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_enum(BorrowedStrDeserializer::<DecodeError>::new(self.text))
    }

    fn deserialize_ignored_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }
}
