//! serde_json's visitor.

use std::{collections::HashMap, sync::Arc};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::scan::Integer;
use crate::{
    source::format::{name::Names, string, too_deep},
    value::{Table, Value},
};

/// What one reading of a text finds beside its values.
pub(super) struct Visit {
    names: Names,
    /// How many levels are still allowed.
    room: usize,
    numbers: usize,
    /// By the number's place among all numbers.
    integers: HashMap<usize, Integer>,
    duplicate: bool,
    /// A float that may stand for an integer which serde_json could not keep.
    doubtful: bool,
}

impl Visit {
    pub(super) fn new(max_depth: usize) -> Self {
        Self::with_integers(max_depth, HashMap::new())
    }

    pub(super) fn with_integers(max_depth: usize, integers: HashMap<usize, Integer>) -> Self {
        Self { names: Names::new(), room: max_depth, numbers: 0, integers, duplicate: false, doubtful: false }
    }

    /// Whether the value is right as it is.
    pub(super) fn is_plain(&self) -> bool {
        !self.duplicate && !self.doubtful
    }

    pub(super) fn value<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<Value, D::Error> {
        Below(self).deserialize(deserializer)
    }

    fn float(&mut self, value: f64) -> Value {
        // `-0` comes as a float too.
        let doubtful = value.abs() >= 9.2e18 || (value == 0.0 && value.is_sign_negative());
        if !doubtful {
            return Value::Float(value);
        }
        self.doubtful = true;
        let integer = self.integers.get(&(self.numbers - 1)).and_then(|integer| integer.value.clone());
        integer.unwrap_or(Value::Float(value))
    }

    fn descend<E: Error>(&mut self) -> Result<(), E> {
        self.room = self.room.checked_sub(1).ok_or_else(|| E::custom(too_deep()))?;
        Ok(())
    }
}

/// A value, wherever it stands.
struct Below<'v>(&'v mut Visit);

impl<'de> DeserializeSeed<'de> for Below<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Below<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        self.0.numbers += 1;
        Ok(Value::Int(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        self.0.numbers += 1;
        Ok(Value::Int(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        self.0.numbers += 1;
        Ok(self.0.float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(string(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.0.descend()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Below(self.0))? {
            list.push(item);
        }
        self.0.room += 1;
        Ok(Value::List(Arc::new(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        self.0.descend()?;
        let mut table = Table::new();
        while let Some(name) = entries.next_key_seed(Name(&mut self.0.names))? {
            let value = entries.next_value_seed(Below(self.0))?;
            self.0.duplicate |= table.insert(name, value).is_some();
        }
        self.0.room += 1;
        Ok(Value::Table(Arc::new(table)))
    }
}

/// A key.
struct Name<'n>(&'n mut Names);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Arc<str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Arc<str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name<'_> {
    type Value = Arc<str>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, name: &str) -> Result<Arc<str>, E> {
        Ok(self.0.get(name))
    }
}
