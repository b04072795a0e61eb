//! Forms that only the `Deserialize` of a type knows.

use std::collections::{BTreeMap, HashMap};

use hotswap::HotConfig;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

/// The schema of a leaf, without the string that is filled in later.
macro_rules! schema_of {
    ($ty:ty) => {{
        #[derive(Deserialize, HotConfig)]
        struct Config {
            #[serde(default)]
            leaf: $ty,
        }
        without_templates(Config::schema()["properties"]["leaf"].clone())
    }};
}

fn without_templates(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(entries) => {
            if entries.get("pattern") == Some(&json!("\\$\\{")) {
                entries.remove("pattern");
                if let Some(Value::Array(types)) = entries.get_mut("type") {
                    types.retain(|name| name != "string");
                }
            }
            entries.values_mut().for_each(|value| *value = without_templates(value.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = without_templates(item.take())),
        _ => {}
    }
    schema
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Tree {
    value: u8,
    left: Option<Box<Tree>>,
    children: Vec<Tree>,
}

#[test]
fn a_type_that_holds_itself_ends_in_anything() {
    let tree = schema_of!(Tree);
    assert_eq!(tree["properties"]["left"], json!({}));
    assert_eq!(tree["properties"]["children"]["items"], json!({}));
    assert_eq!(tree["properties"]["value"]["maximum"], json!(255));
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
enum Term {
    Not(Box<Term>),
    Is(i64),
}

impl Default for Term {
    fn default() -> Self {
        Self::Not(Box::new(Self::Is(0)))
    }
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Chain(Vec<Chain>);

#[test]
fn no_depth_is_too_deep() {
    let pair = schema_of!((Term, u8));
    assert_eq!(pair["prefixItems"][0]["anyOf"][0]["properties"]["Not"], json!({}));
    assert_eq!(schema_of!(Chain)["type"], json!(["array"]));
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Fragile;

impl<'de> Deserialize<'de> for Fragile {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        String::deserialize(decoder).map_or_else(|_| panic!("only texts, please"), |_| Ok(Self))
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Hasty;

impl<'de> Deserialize<'de> for Hasty {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        panic!("not today")
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Stubborn;

impl<'de> Deserialize<'de> for Stubborn {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

#[test]
fn a_type_that_panics_or_asks_nothing_is_described_all_the_same() {
    assert_eq!(schema_of!(Fragile), json!({"type": "string"}));
    assert_eq!(schema_of!(Hasty), json!({}));
    assert_eq!(schema_of!(Stubborn), json!({}));
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    Text(String),
}

impl Default for Untagged {
    fn default() -> Self {
        Self::Number(0)
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", content = "with")]
enum Adjacent {
    Number(u8),
}

impl Default for Adjacent {
    fn default() -> Self {
        Self::Number(0)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Open {
    port: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, u8>,
}

#[test]
fn what_serde_buffers_is_anything() {
    assert_eq!(schema_of!(Untagged), json!({}));
    assert_eq!(schema_of!(Adjacent)["properties"]["with"], json!({}));
    assert_eq!(schema_of!(Open), json!({"type": ["object"], "additionalProperties": {}}));
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
enum Color {
    Red,
}

#[test]
fn maps_have_the_form_of_their_values_whatever_their_keys() {
    let values = json!({"type": ["boolean"]});
    assert_eq!(schema_of!(HashMap<Color, bool>)["additionalProperties"], values);
    assert_eq!(schema_of!(HashMap<u16, bool>)["additionalProperties"], values);
    assert_eq!(schema_of!(HashMap<bool, bool>)["additionalProperties"], values);
    assert_eq!(schema_of!(HashMap<String, bool>)["additionalProperties"], values);
}

#[test]
fn integers_have_the_bounds_that_every_reader_keeps() {
    assert_eq!(schema_of!(i8), json!({"type": ["integer"], "minimum": -128, "maximum": 127}));
    assert_eq!(schema_of!(u64), json!({"type": ["integer"], "minimum": 0}));
    assert_eq!(schema_of!(i128), json!({"type": ["integer"]}));
    assert_eq!(schema_of!(Option<f32>), json!({"type": ["number", "null"]}));
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Renamed {
    #[serde(rename = "new", alias = "old")]
    name: u8,
}

#[test]
fn a_struct_inside_a_leaf_has_all_its_names() {
    let properties = schema_of!(Vec<Renamed>)["items"]["properties"].clone();
    assert_eq!(properties["new"], properties["old"]);
    assert_eq!(properties.as_object().map(|names| names.len()), Some(2));
}
