//! serde's access to lists, tables and enum variants.

use std::{collections::btree_map, slice, sync::Arc, vec};

use serde::de::{self, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::{DecodeError, Decoder, KeyDecoder, PathNode, Step, notes::Ahead, step_key};
use crate::{
    keys::Key,
    secret::tracking,
    value::{Table, Value},
};

/// Runs `read` one level down, and adds the step to the path of errors.
fn step_down<'p, 'v, T>(
    place: &'p PathNode<'p>,
    step: Step<'p>,
    known: &'static [&'static str],
    value: Option<&'v Value>,
    read: impl for<'q> FnOnce(Decoder<'q, 'v>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let below = place.below(step, known);
    let decoder = Decoder { value: value.map(Value::inside), place: below, flat: false };
    let read = match decoder.is_too_deep() {
        true => Err(DecodeError::too_deep()),
        false => tracking::within(|| below.keys(), || read(decoder)),
    };
    read.map_err(|error| match step_key(step) {
        Some(key) => error.below(key),
        None => error,
    })
}

pub(super) struct ListAccess<'p, 'v> {
    items: slice::Iter<'v, Value>,
    /// The number of remaining elements without a value, which a tracer determines.
    holes: usize,
    index: usize,
    place: &'p PathNode<'p>,
}

impl<'p, 'v> ListAccess<'p, 'v> {
    pub(super) fn new(items: &'v [Value], place: &'p PathNode<'p>) -> Self {
        Self { items: items.iter(), holes: 0, index: 0, place }
    }

    pub(super) fn holes(count: usize, place: &'p PathNode<'p>) -> Self {
        Self { holes: count, ..Self::new(&[], place) }
    }
}

impl<'v> SeqAccess<'v> for ListAccess<'_, 'v> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'v>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let item = self.items.next();
        if item.is_none() {
            let Some(left) = self.holes.checked_sub(1) else { return Ok(None) };
            self.holes = left;
        }
        let step = Step::Index(self.index);
        self.index += 1;
        step_down(self.place, step, &[], item, |decoder| seed.deserialize(decoder)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() + self.holes)
    }
}

/// Visits a list; items that the type does not take are an error, as in every serde format.
pub(super) fn visit_list<'v, V: Visitor<'v>>(
    mut access: ListAccess<'_, 'v>,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    let total = access.items.len();
    let value = visitor.visit_seq(&mut access)?;
    match access.items.len() {
        0 => Ok(value),
        left => Err(DecodeError::wrong(format!("expected a list of {}, found {total} items", total - left))),
    }
}

pub(super) struct TableAccess<'p, 'v> {
    table: Option<&'v Table>,
    entries: btree_map::Iter<'v, Arc<str>, Value>,
    /// Keys without a value, which follow; a tracer gives them.
    holes: slice::Iter<'p, &'static str>,
    next: Option<(&'v str, Option<&'v Value>)>,
    /// Keys that come before all others, and their remaining entries.
    ahead: Option<&'p Ahead>,
    first: vec::IntoIter<(&'v str, &'v Value)>,
    place: &'p PathNode<'p>,
    known: &'static [&'static str],
}

impl<'p, 'v> TableAccess<'p, 'v> {
    pub(super) fn new(table: &'v Table, place: &'p PathNode<'p>, known: &'static [&'static str]) -> Self {
        let ahead = place.notes.and_then(|notes| notes.ahead(|| place.keys()));
        let names = ahead.into_iter().flat_map(|ahead| &ahead.names);
        let entries = names.filter_map(|name| table.get_key_value(name));
        let entries = entries.flat_map(|(name, value)| {
            std::iter::repeat_n((&**name, value), ahead.map_or(0, |ahead| ahead.times))
        });
        let first = entries.collect::<Vec<_>>().into_iter();
        Self {
            table: Some(table),
            entries: table.iter(),
            holes: [].iter(),
            next: None,
            ahead,
            first,
            place,
            known,
        }
    }

    pub(super) fn holes(
        names: &'p [&'static str],
        place: &'p PathNode<'p>,
        known: &'static [&'static str],
    ) -> Self {
        let entries = btree_map::Iter::default();
        Self {
            table: None,
            entries,
            holes: names.iter(),
            next: None,
            ahead: None,
            first: Vec::new().into_iter(),
            place,
            known,
        }
    }

    fn advance(&mut self) -> Option<(&'v str, Option<&'v Value>)> {
        if let Some((key, value)) = self.first.next() {
            return Some((key, Some(value)));
        }
        let ahead = self.ahead;
        match self.entries.find(|(key, _)| ahead.is_none_or(|ahead| !ahead.names.contains(*key))) {
            Some((key, value)) => Some((key, Some(value))),
            None => self.holes.next().map(|key| (*key, None)),
        }
    }
}

impl<'v> MapAccess<'v> for TableAccess<'_, 'v> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'v>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        self.next = self.advance();
        let Some((key, value)) = self.next else { return Ok(None) };
        let typed = self.place.notes.is_some_and(|notes| notes.is_typed(key));
        seed.deserialize(KeyDecoder { text: key, traced: value.is_none(), typed, beside: self.table })
            .map(Some)
            .map_err(|error| error.below(Key::Name(key.into())))
    }

    fn next_value_seed<T: DeserializeSeed<'v>>(&mut self, seed: T) -> Result<T::Value, DecodeError> {
        let Some((key, value)) = self.next.take() else {
            return Err(DecodeError::wrong("a value was asked for before its key"));
        };
        step_down(self.place, Step::Name(key), self.known, value, |decoder| seed.deserialize(decoder))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len() + self.holes.len())
    }
}

/// For a flattened type without keys.
pub(super) fn ignore_all(table: &Table, place: &PathNode<'_>) {
    for name in table.keys() {
        place.below(Step::Name(name), &[]).ignore();
    }
}

/// `{ variant: content }`.
pub(super) struct VariantAccess<'p, 'v> {
    name: &'v str,
    content: Option<&'v Value>,
    place: &'p PathNode<'p>,
}

impl<'p, 'v> VariantAccess<'p, 'v> {
    pub(super) fn new(table: &'v Table, place: &'p PathNode<'p>) -> Option<Self> {
        let (name, content) = table.iter().next().filter(|_| table.len() == 1)?;
        Some(Self { name, content: Some(content), place })
    }

    /// The variant among other keys, which are ignored.
    pub(super) fn among(
        table: &'v Table,
        variants: &'static [&'static str],
        place: &'p PathNode<'p>,
    ) -> Option<Self> {
        let mut given = table.iter().filter(|(name, _)| variants.contains(&&***name));
        let (name, content) = given.next()?;
        for other in table.keys().filter(|other| *other != name) {
            place.below(Step::Name(other), variants).ignore();
        }
        Some(Self { name, content: Some(content), place })
    }

    pub(super) fn hole(name: &'static str, place: &'p PathNode<'p>) -> Self {
        Self { name, content: None, place }
    }

    fn content<T>(
        self,
        read: impl for<'q> FnOnce(Decoder<'q, 'v>) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        step_down(self.place, Step::Name(self.name), &[], self.content, read)
    }
}

impl<'v> de::EnumAccess<'v> for VariantAccess<'_, 'v> {
    type Error = DecodeError;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'v>>(self, seed: T) -> Result<(T::Value, Self), DecodeError> {
        let name = seed.deserialize(IntoDeserializer::<DecodeError>::into_deserializer(self.name))?;
        Ok((name, self))
    }
}

impl<'v> de::VariantAccess<'v> for VariantAccess<'_, 'v> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        let name = self.name;
        let content = self.content(|decoder| <() as de::Deserialize>::deserialize(decoder));
        content.map_err(|error| {
            error.worded(format!("the variant `{name}` takes no value"), "write only its name")
        })
    }

    fn newtype_variant_seed<T: DeserializeSeed<'v>>(self, seed: T) -> Result<T::Value, DecodeError> {
        self.content(|decoder| seed.deserialize(decoder))
    }

    fn tuple_variant<V: Visitor<'v>>(self, len: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.content(|decoder| de::Deserializer::deserialize_tuple(decoder, len, visitor))
    }

    fn struct_variant<V: Visitor<'v>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.content(|decoder| de::Deserializer::deserialize_struct(decoder, "", fields, visitor))
    }
}

/// The name of a variant alone.
pub(super) struct Named<'v>(pub(super) &'v str);

impl Named<'_> {
    fn needs_content(&self) -> DecodeError {
        let name = self.0;
        DecodeError::wrong(format!("the variant `{name}` needs a value"))
            .with_help(format!("write a table with the one key `{name}`"))
    }
}

impl<'v> de::EnumAccess<'v> for Named<'v> {
    type Error = DecodeError;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'v>>(self, seed: T) -> Result<(T::Value, Self), DecodeError> {
        let name = seed.deserialize(IntoDeserializer::<DecodeError>::into_deserializer(self.0))?;
        Ok((name, self))
    }
}

impl<'v> de::VariantAccess<'v> for Named<'v> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'v>>(self, _: T) -> Result<T::Value, DecodeError> {
        Err(self.needs_content())
    }

    fn tuple_variant<V: Visitor<'v>>(self, _: usize, _: V) -> Result<V::Value, DecodeError> {
        Err(self.needs_content())
    }

    fn struct_variant<V: Visitor<'v>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, DecodeError> {
        Err(self.needs_content())
    }
}
