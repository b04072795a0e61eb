//! Untyped scalars: environment variables, interpolated strings, plain YAML scalars.

use serde::de::{Error as _, Unexpected, Visitor};

use super::{DecodeError, Decoder};
use crate::{
    number,
    structure::Malformed,
    value::{Dialect, MAX_DEPTH, Value},
};

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

/// An integer type.
#[derive(Clone, Copy)]
pub(super) struct Width {
    pub(super) name: &'static str,
    pub(super) least: i128,
    pub(super) greatest: u128,
}

impl Width {
    /// serde's own types word it badly when they are given more bits than they have; less than 64 they check themselves.
    pub(super) fn visit<'v, V: Visitor<'v>>(
        self,
        value: &Value,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match *value {
            Value::Int(int) if i64::try_from(int).is_ok() || u64::try_from(int).is_ok() => {
                visit_integer(int, visitor)
            }
            Value::Int(int)
                if int < self.least || u128::try_from(int).is_ok_and(|int| int > self.greatest) =>
            {
                Err(self.out_of_range(int))
            }
            Value::Int(int) => visitor.visit_i128(int),
            Value::Uint(int) if int > self.greatest => Err(self.out_of_range(int)),
            Value::Uint(int) => visitor.visit_u128(int),
            _ => Err(DecodeError::found("an integer", value)),
        }
    }

    fn out_of_range(self, value: impl std::fmt::Display) -> DecodeError {
        DecodeError::out_of_range(value, self.name, self.least, self.greatest)
    }
}

/// A floating-point type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    Single,
    Double,
}

impl Precision {
    /// A number that only infinity could represent is refused; infinity itself is not.
    pub(super) fn visit<'v, V: Visitor<'v>>(self, value: f64, visitor: V) -> Result<V::Value, DecodeError> {
        let fits = self == Self::Double || !value.is_finite() || (value as f32).is_finite();
        if fits { visitor.visit_f64(value) } else { Err(self.out_of_range()) }
    }

    fn out_of_range(self) -> DecodeError {
        let greatest = match self {
            Self::Single => format!("{:e}", f32::MAX),
            Self::Double => format!("{:e}", f64::MAX),
        };
        DecodeError::wrong(number::OUT_OF_RANGE)
            .with_help(format!("give a number from -{greatest} to {greatest}"))
    }
}

impl<'v> Decoder<'_, 'v> {
    pub(super) fn bool<V: Visitor<'v>>(self, given: &'v Value, visitor: V) -> Result<V::Value, DecodeError> {
        self.scalar_or_any(given, visitor, Scalar::bool)
    }

    pub(super) fn text<V: Visitor<'v>>(self, given: &'v Value, visitor: V) -> Result<V::Value, DecodeError> {
        self.note_text(given);
        self.scalar_or_any(given, visitor, Scalar::text)
    }

    /// Records that a text is one, if a type that asks for any value would be given the structure that it looks like.
    pub(super) fn note_text(&self, given: &Value) {
        if let (Some(notes), Value::Untyped(untyped)) = (self.place.notes, given)
            && untyped.dialect != Dialect::Interpolated
            && untyped.begins_like_json()
        {
            notes.add_text(self.place.keys());
        }
    }

    pub(super) fn integer<V: Visitor<'v>>(
        self,
        given: &'v Value,
        width: Width,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match given {
            Value::Int(_) | Value::Uint(_) => width.visit(given, visitor),
            given => self.scalar_or_any(given, visitor, |scalar, visitor| scalar.integer(width, visitor)),
        }
    }

    pub(super) fn float<V: Visitor<'v>>(
        self,
        given: &'v Value,
        precision: Precision,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match *given {
            Value::Float(value) => precision.visit(value, visitor),
            // serde's own types do not accept a 128-bit integer for a float.
            Value::Int(value) if i64::try_from(value).is_err() => precision.visit(value as f64, visitor),
            Value::Uint(value) => precision.visit(value as f64, visitor),
            _ => self.scalar_or_any(given, visitor, |scalar, visitor| scalar.float(precision, visitor)),
        }
    }

    /// The structure in the text of a variable, for a type that asks for a list.
    pub(super) fn listed(self, given: &'v Value) -> Result<Option<Self>, DecodeError> {
        let Value::Untyped(untyped) = given else { return Ok(None) };
        self.opened(untyped.list())
    }

    /// The same for a type that asks for anything else: only JSON is a structure.
    pub(super) fn structured(self, given: &'v Value) -> Result<Option<Self>, DecodeError> {
        let Value::Untyped(untyped) = given else { return Ok(None) };
        self.opened(untyped.json())
    }

    fn opened(self, read: Option<Result<&'v Value, &Malformed>>) -> Result<Option<Self>, DecodeError> {
        let Some(read) = read else { return Ok(None) };
        let value = read.map_err(DecodeError::malformed)?;
        // No file could hold the value at its place, so the levels around the text count too.
        if value.is_deeper_than(MAX_DEPTH.saturating_sub(self.place.depth)) {
            return Err(DecodeError::too_deep());
        }
        Ok(Some(Self { value: Some(value), ..self }))
    }
}

/// A text to be read for the type that asks.
#[derive(Clone, Copy)]
pub(super) struct Scalar<'v> {
    pub(super) text: &'v str,
    dialect: Dialect,
}

impl<'v> Scalar<'v> {
    pub(super) fn new(text: &'v str, dialect: Dialect) -> Self {
        Self { text, dialect }
    }

    fn bool<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.parse_bool() {
            Some(value) => visitor.visit_bool(value),
            None => Err(self.unexpected(&visitor)),
        }
    }

    fn integer<V: Visitor<'v>>(self, width: Width, visitor: V) -> Result<V::Value, DecodeError> {
        if let Some(integer) = self.parse_integer()? {
            return width.visit(&integer, visitor);
        }
        match number::float(self.text.trim(), self.dialect) {
            Some(Ok(value)) => visitor.visit_f64(value),
            Some(Err(_)) => Err(DecodeError::invalid_type(Unexpected::Float(f64::MAX), &visitor)),
            None => Err(self.unexpected(&visitor)),
        }
    }

    fn float<V: Visitor<'v>>(self, precision: Precision, visitor: V) -> Result<V::Value, DecodeError> {
        // The readers of TOML and JSON refuse an integer of more than 128 bits before they know the type.
        let integer = self.parse_integer()?;
        match number::float(self.text.trim(), self.dialect) {
            Some(Ok(value)) => return precision.visit(value, visitor),
            Some(Err(_)) => return Err(precision.out_of_range()),
            None => {}
        }
        // Hexadecimal and octal ones.
        match integer {
            Some(Value::Int(value)) => precision.visit(value as f64, visitor),
            Some(Value::Uint(value)) => precision.visit(value as f64, visitor),
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn text<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.is_null() { Err(self.unexpected(&visitor)) } else { visitor.visit_borrowed_str(self.text) }
    }

    /// The error for a type that asks for a list or a table, if the text is neither.
    pub(super) fn no_structure<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        Err(self.unexpected(&visitor))
    }

    /// For types that accept any value: YAML's core schema, or the most likely meaning of the text.
    pub(super) fn any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.is_null() {
            return visitor.visit_unit();
        }
        if let Some(value) = self.parse_bool() {
            return visitor.visit_bool(value);
        }
        // A text that would be refused as a number is text for a type that accepts text, too.
        match self.parse_integer() {
            Ok(Some(Value::Int(value))) => return visit_integer(value, visitor),
            Ok(Some(Value::Uint(value))) => return visitor.visit_u128(value),
            Ok(_) => {}
            Err(_) => return visitor.visit_borrowed_str(self.text),
        }
        let digits = self.text.starts_with(|c: char| "+-.0123456789".contains(c));
        match number::float(self.text.trim(), self.dialect) {
            Some(Ok(value)) if digits => visitor.visit_f64(value),
            _ => visitor.visit_borrowed_str(self.text),
        }
    }

    fn parse_bool(self) -> Option<bool> {
        match self.text.trim() {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        }
    }

    fn parse_integer(self) -> Result<Option<Value>, DecodeError> {
        self.refuse()?;
        number::integer(self.text.trim(), self.dialect).transpose().map_err(DecodeError::wrong)
    }

    fn refuse(self) -> Result<(), DecodeError> {
        match number::refusal(self.text.trim()) {
            Some(refusal) => Err(DecodeError::refused(refusal)),
            None => Ok(()),
        }
    }

    pub(super) fn is_null(self) -> bool {
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
