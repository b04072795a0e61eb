//! Values as JSON without loss of their types: a string begins with a letter for its kind.
//!
//! A wrapper around each value would double the depth, and JSON parsers have a depth limit.

use std::{fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
    ser::{Error as _, SerializeMap as _},
};

use crate::value::{Dialect, MAX_DEPTH, Table, Untyped, Value, too_deep};

/// The levels of lists and tables, and one for the scalar inside them.
const LEVELS: usize = MAX_DEPTH + 1;

/// A value in a state file. Never contains a secret.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tree(pub(crate) Value);

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written { value: &self.0, depth: 0 }.serialize(serializer)
    }
}

struct Written<'v> {
    value: &'v Value,
    depth: usize,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let depth = self.depth + 1;
        if depth > LEVELS {
            return Err(S::Error::custom(too_deep()));
        }
        let tagged = |tag: char, text: &str| format!("{tag}:{text}");
        match self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => match i64::try_from(*value) {
                Ok(value) => serializer.serialize_i64(value),
                Err(_) => tagged('i', &value.to_string()).serialize(serializer),
            },
            Value::Uint(value) => tagged('i', &value.to_string()).serialize(serializer),
            Value::Float(value) => tagged('f', &format!("{value:?}")).serialize(serializer),
            Value::Text(text) => tagged('t', text).serialize(serializer),
            Value::Template(text) => tagged('$', text).serialize(serializer),
            Value::Untyped(untyped) if untyped.is_display_only() => {
                Err(S::Error::custom("a template that is only shown is not written"))
            }
            Value::Untyped(untyped) if untyped.template().is_some() => {
                tagged('$', untyped.shown()).serialize(serializer)
            }
            Value::Untyped(Untyped { text, dialect: Dialect::Yaml, .. }) => {
                tagged('y', text).serialize(serializer)
            }
            Value::Untyped(Untyped { text, dialect: Dialect::Variable | Dialect::Interpolated, .. }) => {
                tagged('v', text).serialize(serializer)
            }
            Value::List(items) => serializer.collect_seq(items.iter().map(|value| Written { value, depth })),
            Value::Table(table) => {
                let mut map = serializer.serialize_map(Some(table.len()))?;
                for (key, value) in table.iter() {
                    map.serialize_entry(&**key, &Written { value, depth })?;
                }
                map.end()
            }
            // Secrets and bytes are removed before a file is written.
            Value::Secret(_) | Value::Bytes(_) => Err(S::Error::custom("a secret is not written")),
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader { room: LEVELS }).map(Self)
    }
}

/// Reads a value of at most `room` levels, itself included.
#[derive(Clone, Copy)]
struct Reader {
    room: usize,
}

impl Reader {
    fn below<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.room.checked_sub(1) {
            Some(room @ 1..) => Ok(Self { room }),
            _ => Err(E::custom(too_deep())),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Int(value.into()))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        scalar(text).ok_or_else(|| E::custom("a value of an unknown kind"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(below)? {
            list.push(item);
        }
        Ok(Value::List(Arc::new(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut table = Table::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(below)?;
            if table.insert(key.into(), value).is_some() {
                return Err(A::Error::custom("a key stands twice"));
            }
        }
        Ok(Value::Table(Arc::new(table)))
    }
}

fn scalar(text: &str) -> Option<Value> {
    let (tag, text) = text.split_once(':')?;
    Some(match tag {
        "i" => text.parse().map(Value::Int).or_else(|_| text.parse::<u128>().map(Value::from)).ok()?,
        "f" => Value::Float(text.parse().ok()?),
        "t" => Value::text(text),
        "$" => Value::Template(text.into()),
        "y" => Value::yaml(text),
        "v" => Value::variable(text),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::history::delta::tests::tree;

    proptest! {
        #[test]
        fn what_is_written_is_read(value in tree()) {
            let text = serde_json::to_string(&Tree(value.clone())).unwrap();
            prop_assert_eq!(serde_json::from_str::<Tree>(&text).unwrap(), Tree(value));
        }
    }

    #[test]
    fn every_kind_survives() {
        let kinds = [
            Value::Null,
            Value::Int(i128::MAX),
            Value::from(u128::MAX),
            Value::Float(f64::INFINITY),
            Value::Float(-0.0),
            Value::Template("${A}".into()),
            Value::yaml("no"),
            Value::variable("007"),
            Value::text("t:x"),
        ];
        let all = Tree(Value::list(kinds));
        let text = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<Tree>(&text).unwrap(), all);
    }

    #[test]
    fn interpolated_text_is_written_as_its_template() {
        let text =
            serde_json::to_string(&Tree(Value::interpolated("pg://hunter2@a", "pg://${PW}@a"))).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
        let read = serde_json::from_str::<Tree>(&text).unwrap();
        assert_eq!(read, Tree(Value::Template("pg://${PW}@a".into())));
    }

    #[test]
    fn neither_a_secret_nor_what_could_not_be_read_is_written() {
        assert!(serde_json::to_string(&Tree(Value::secret(Value::text("x")))).is_err());
        let deep = (0..LEVELS).fold(Value::Null, |inner, _| Value::list([inner]));
        assert!(serde_json::to_string(&Tree(deep)).is_err());
    }
}
