//! JSON: what is not edited keeps its order and its layout.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap as _,
};
use serde_json::value::RawValue;

use crate::{
    save::edit::{Edit, escaped},
    value::Value,
};

/// The members of an object in their order.
#[derive(Default)]
struct Object(Vec<(String, Member)>);

#[derive(Serialize)]
#[serde(untagged)]
enum Member {
    /// As it stands in the text.
    Kept(Box<RawValue>),
    /// An object in which something changes.
    Opened(Object),
    New(Written),
}

/// A value as the file has it: integers of 128 bits among them, which serde_json's own tree cannot hold.
#[derive(Clone)]
struct Written(Value);

/// The text with the edits in it.
///
/// # Errors
/// Why a value cannot be written, or the text is no JSON.
pub(in crate::source::format) fn edit(text: &str, edits: &[Edit]) -> Result<String, String> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    let mut object: Object =
        serde_json::from_str(text).map_err(|_| "the file is no JSON object".to_owned())?;
    for edit in edits {
        object.apply(&edit.path, edit.value.as_ref());
    }
    let mut text = serde_json::to_string_pretty(&object).map_err(|error| error.to_string())?;
    text.push('\n');
    Ok(text)
}

impl Object {
    fn apply(&mut self, path: &[std::sync::Arc<str>], value: Option<&Value>) {
        let Some((name, rest)) = path.split_first() else { return };
        let place = self.0.iter().position(|(known, _)| **known == **name);
        match (rest.is_empty(), value) {
            (true, None) => self.0.retain(|(known, _)| **known != **name),
            (true, Some(value)) => self.put(place, name, Member::New(Written(value.clone()))),
            (false, None) if place.is_none() => {}
            (false, _) => {
                let mut below = place.map(|place| self.0[place].1.open()).unwrap_or_default();
                below.apply(rest, value);
                self.put(place, name, Member::Opened(below));
            }
        }
    }

    fn put(&mut self, place: Option<usize>, name: &str, member: Member) {
        match place {
            Some(place) => self.0[place].1 = member,
            None => self.0.push((name.to_owned(), member)),
        }
    }
}

impl Member {
    /// The object that it is; an empty one if it is none.
    fn open(&mut self) -> Object {
        match self {
            Self::Kept(text) => serde_json::from_str(text.get()).unwrap_or_default(),
            Self::Opened(object) => std::mem::take(object),
            Self::New(value) => {
                let text = serde_json::to_string(value).unwrap_or_default();
                serde_json::from_str(&text).unwrap_or_default()
            }
        }
    }
}

/// Strings must not be taken for templates when they are read.
impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Int(value) => value.serialize(serializer),
            Value::Uint(value) => value.serialize(serializer),
            Value::Text(text) => escaped(text).serialize(serializer),
            Value::Untyped(untyped) => escaped(&untyped.text).serialize(serializer),
            Value::List(items) => serializer.collect_seq(items.iter().map(|item| Written(item.clone()))),
            Value::Table(table) => {
                serializer.collect_map(table.iter().map(|(name, value)| (&**name, Written(value.clone()))))
            }
            other => other.to_json().serialize(serializer),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut members = Vec::new();
        while let Some((name, text)) = map.next_entry()? {
            members.push((name, Member::Kept(text)));
        }
        Ok(Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edits(list: &[(&str, Option<Value>)]) -> Vec<Edit> {
        let edit = |(path, value): &(&str, Option<Value>)| Edit {
            path: path.split('.').map(Into::into).collect(),
            value: value.clone(),
        };
        list.iter().map(edit).collect()
    }

    #[test]
    fn order_and_layout_stay() {
        let text = "{\n  \"z\": [1,   2],\n  \"limit\": {\n    \"max\": 1,\n    \"burst\": 1e3\n  }\n}\n";
        let edited = edit(text, &edits(&[("limit.max", Some(Value::Int(5)))])).unwrap();
        assert_eq!(edited, text.replace("\"max\": 1", "\"max\": 5"));
    }

    #[test]
    fn what_is_new_comes_last_and_what_is_taken_out_is_gone() {
        let edited = edit(
            "",
            &edits(&[("a.b", Some(Value::text("${x}"))), ("c", Some(Value::Bool(true))), ("c", None)]),
        );
        assert_eq!(edited.unwrap(), "{\n  \"a\": {\n    \"b\": \"$${x}\"\n  }\n}\n");
    }

    #[test]
    fn to_take_out_what_is_not_there_changes_nothing() {
        assert_eq!(edit("{}", &edits(&[("a.b", None)])).unwrap(), "{}\n");
    }

    #[test]
    fn a_list_is_refused() {
        assert!(edit("[1]", &[]).is_err());
    }
}
