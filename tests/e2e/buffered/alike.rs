//! Every representation of serde gives the same value from a file of each format, from variables and by a
//! write.

use std::collections::BTreeMap;

use hotswap::HotConfig;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum External {
    Unit,
    Newtype(String),
    Tuple(u8, String),
    Struct { text: String, number: Option<i64> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Internal {
    Unit,
    Newtype(Flat),
    Struct { text: String, numbers: Vec<u16>, inner: Option<Box<Internal>> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Unit,
    Newtype(String),
    Tuple(u8, String),
    Struct { text: String, inner: Internal },
}

/// No text of a variant can be taken for the number of another one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Many(Vec<String>),
    Named { text: String, size: u8 },
    Switch(bool),
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Flat {
    name: String,
    #[serde(flatten)]
    inner: FlatInner,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FlatInner {
    code: String,
    share: f64,
    #[serde(flatten)]
    pair: Option<Pair>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pair {
    x: i32,
    label: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Newtype(String);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct All {
    external: Vec<External>,
    internal: Vec<Internal>,
    adjacent: Vec<Adjacent>,
    untagged: Vec<Untagged>,
    flat: BTreeMap<String, Flat>,
    maybe: Option<Internal>,
    newtype: Newtype,
    #[serde(flatten)]
    spread: Spread,
    #[serde(flatten)]
    #[hot(nested)]
    nested: Nested,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Spread {
    spread_text: String,
    spread_kind: Internal,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Nested {
    nested_text: String,
    nested_words: Vec<String>,
    nested_kind: Adjacent,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,5}",
        Just("80".to_owned()),
        Just("true".to_owned()),
        Just("1.5".to_owned()),
        Just("0x1F".to_owned())
    ]
}

fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(text(), 0..3)
}

fn external() -> impl Strategy<Value = External> {
    prop_oneof![
        Just(External::Unit),
        text().prop_map(External::Newtype),
        (any::<u8>(), text()).prop_map(|(number, text)| External::Tuple(number, text)),
        (text(), any::<Option<i64>>()).prop_map(|(text, number)| External::Struct { text, number }),
    ]
}

fn flat() -> impl Strategy<Value = Flat> {
    let pair = prop::option::of((any::<i32>(), text()).prop_map(|(x, label)| Pair { x, label }));
    (text(), text(), -8..8_i8, pair).prop_map(|(name, code, share, pair)| Flat {
        name,
        inner: FlatInner { code, share: f64::from(share) / 4.0, pair },
    })
}

fn internal() -> impl Strategy<Value = Internal> {
    let leaf = prop_oneof![Just(Internal::Unit), flat().prop_map(Internal::Newtype)];
    leaf.prop_recursive(3, 8, 1, |inner| {
        (text(), prop::collection::vec(any::<u16>(), 0..3), prop::option::of(inner))
            .prop_map(|(text, numbers, inner)| Internal::Struct { text, numbers, inner: inner.map(Box::new) })
    })
}

fn adjacent() -> impl Strategy<Value = Adjacent> {
    prop_oneof![
        Just(Adjacent::Unit),
        text().prop_map(Adjacent::Newtype),
        (any::<u8>(), text()).prop_map(|(number, text)| Adjacent::Tuple(number, text)),
        (text(), internal()).prop_map(|(text, inner)| Adjacent::Struct { text, inner }),
    ]
}

fn untagged() -> impl Strategy<Value = Untagged> {
    prop_oneof![
        words().prop_map(Untagged::Many),
        (text(), any::<u8>()).prop_map(|(text, size)| Untagged::Named { text, size }),
        any::<bool>().prop_map(Untagged::Switch),
        "[a-df-z]{1,5}".prop_map(Untagged::Text),
    ]
}

fn all() -> impl Strategy<Value = All> {
    let lists = (
        prop::collection::vec(external(), 0..3),
        prop::collection::vec(internal(), 0..3),
        prop::collection::vec(adjacent(), 0..3),
        prop::collection::vec(untagged(), 0..3),
        prop::collection::btree_map("[a-z]{1,3}", flat(), 0..3),
    );
    let spread =
        (text(), internal()).prop_map(|(spread_text, spread_kind)| Spread { spread_text, spread_kind });
    let nested = (text(), words(), adjacent()).prop_map(|(nested_text, nested_words, nested_kind)| Nested {
        nested_text,
        nested_words,
        nested_kind,
    });
    (lists, prop::option::of(internal()), text().prop_map(Newtype), spread, nested).prop_map(
        |((external, internal, adjacent, untagged, flat), maybe, newtype, spread, nested)| All {
            external,
            internal,
            adjacent,
            untagged,
            flat,
            maybe,
            newtype,
            spread,
            nested,
        },
    )
}

/// JSON without quotes around texts such as digits and booleans, which is YAML whose parsers have to
/// guess.
fn plain(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(", ")),
        Json::Object(entries) => {
            let entries: Vec<_> =
                entries.iter().map(|(key, value)| format!("'{key}': {}", plain(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

/// TOML has no null.
fn inline(json: &Json) -> String {
    match json {
        Json::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Json::Object(_) => format!("{{{}}}", pairs(json).join(", ")),
        other => other.to_string(),
    }
}

fn pairs(json: &Json) -> Vec<String> {
    let given = json.as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
    given.map(|(key, value)| format!("'{key}' = {}", inline(value))).collect()
}

fn variables(json: &Json) -> String {
    let of = |value: &Json| match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let entries = json.as_object().unwrap().iter();
    let entries = entries.filter(|(key, value)| !value.is_null() && !key.starts_with("spread"));
    entries.map(|(key, value)| format!("APP_{}='{}'\n", key.to_uppercase(), of(value))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_representation_is_read_alike_from_everywhere_proptest(all in all(), other in all()) {
        let json = serde_json::to_value(&all).unwrap();
        let folder = Folder::new();
        folder.write("app.json", &json.to_string());
        folder.write("app.yaml", &plain(&json));
        folder.write("app.toml", &pairs(&json).join("\n"));
        for name in ["app.json", "app.yaml", "app.toml"] {
            let read = All::hot_builder().file(folder.path(name)).check();
            prop_assert_eq!(read.map_err(|error| format!("{name}: {error}")), Ok(all.clone()));
        }
        // A flattened leaf has no variables.
        folder.write("spread.json", &serde_json::to_string(&all.spread).unwrap());
        folder.write(".env", &variables(&json));
        let builder = All::hot_builder().file(folder.path("spread.json")).env("APP");
        let read = builder.dotenv(folder.path(".env")).check();
        prop_assert_eq!(read.map_err(|error| error.to_string()), Ok(all.clone()));
        folder.write("app.json", &serde_json::to_string(&other).unwrap());
        let config = All::hot_builder().file(folder.path("app.json")).watch(false).load().unwrap();
        let wanted = all.clone();
        config.update(|config| *config = wanted).unwrap();
        config.reload().unwrap();
        prop_assert_eq!(&*config.snapshot(), &all);
    }
}
