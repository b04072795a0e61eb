//! The required fields of a struct inside a leaf.

use std::collections::BTreeMap;

use hotswap::{Format, HotConfig, Secret};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Value, json};

use super::said::Said;

/// Says no to the samples of whoever wants to know its form.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
struct Host(String);

impl TryFrom<String> for Host {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.starts_with("host-") { Ok(Self(text)) } else { Err("no host".into()) }
    }
}

fn some<'de, D: Deserializer<'de>>(decoder: D) -> Result<Option<u8>, D::Error> {
    u8::deserialize(decoder).map(Some)
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Lax {
    a: u8,
    b: u8,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Server {
    port: u16,
    comment: Option<String>,
    #[serde(default)]
    weight: u8,
    #[serde(alias = "old")]
    name: String,
    #[serde(deserialize_with = "some")]
    size: Option<u8>,
    lax: Lax,
    host: Host,
    tags: Vec<String>,
}

const PARTS: &[&str] = &["port", "comment", "weight", "name", "old", "size", "lax", "host", "tags"];

fn part(name: &str) -> Value {
    match name {
        "comment" | "name" | "old" => json!("x"),
        "lax" => json!({}),
        "host" => json!("host-1"),
        "tags" => json!([]),
        _ => json!(1),
    }
}

#[derive(Debug, Deserialize, HotConfig)]
struct Config {
    #[serde(default)]
    servers: Vec<Server>,
    #[serde(default)]
    by_name: BTreeMap<String, Server>,
    #[serde(default)]
    choice: Option<Choice>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
enum Choice {
    One { port: u16, lax: Option<Lax> },
}

fn accepted<T: HotConfig>(document: &Value) -> bool {
    T::hot_builder().source(Said(Format::Json, document.to_string())).check().is_ok()
}

fn required(schema: &Value, place: &str) -> Value {
    schema.pointer(&format!("{place}/required")).cloned().unwrap_or_default()
}

/// Another name stands for `name`, and what refuses samples is known of itself, but not of what comes after it.
#[test]
fn what_is_needed_is_required() {
    let schema = Config::schema();
    let needed = json!(["port", "size", "lax", "host"]);
    assert_eq!(required(&schema, "/properties/servers/items"), needed);
    assert_eq!(required(&schema, "/properties/by_name/additionalProperties"), needed);
    let one = "/properties/choice/anyOf/1/properties/One";
    assert_eq!(required(&schema, one), json!(["port"]));
}

/// Every selection of its keys: what the framework accepts the schema accepts.
#[test]
fn no_key_is_required_that_is_not_needed() {
    let schema = jsonschema::draft202012::new(&Config::schema()).unwrap();
    let mut refused = 0;
    for selection in 0_u32..1 << PARTS.len() {
        let chosen = PARTS.iter().enumerate().filter(|(at, _)| selection & (1 << at) != 0);
        let server: Value = chosen.map(|(_, name)| ((*name).to_owned(), part(name))).collect();
        for document in [json!({"servers": [server.clone()]}), json!({"by_name": {"a": server}})] {
            let (accepted, valid) = (accepted::<Config>(&document), schema.is_valid(&document));
            assert!(valid || !accepted, "{document}");
            refused += usize::from(!valid);
        }
    }
    // Four of nine keys are required.
    assert_eq!(refused, 2 * (512 - 32));
}

/// Reads one of two keys.
#[derive(Clone, Debug, PartialEq)]
struct Either(u8);

impl<'de> Deserialize<'de> for Either {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            a: Option<u8>,
            b: Option<u8>,
        }
        let raw = Raw::deserialize(decoder)?;
        raw.a.or(raw.b).map(Self).ok_or_else(|| D::Error::missing_field("a"))
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Login {
    user: String,
    password: Secret<String>,
    more: Vec<Secret<String>>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Named {
    name: String,
    port: u16,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Others {
    #[serde(default)]
    either: Vec<Either>,
    #[serde(default)]
    logins: Vec<Login>,
    #[serde(default)]
    #[hot(merge = key("name"))]
    named: Vec<Named>,
}

#[test]
fn what_may_stand_elsewhere_is_not_required() {
    let schema = Others::schema();
    assert_eq!(required(&schema, "/properties/either/items"), Value::Null);
    assert!(accepted::<Others>(&json!({"either": [{"b": 1}]})));
    assert_eq!(required(&schema, "/properties/logins/items"), json!(["user"]));
    assert_eq!(required(&schema, "/properties/named/items"), Value::Null);
}
