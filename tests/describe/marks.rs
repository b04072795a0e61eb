//! The annotations of a schema, and its hash.

use hotswap::{HotConfig, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

fn short(text: &str) -> Result<(), String> {
    if text.len() < 9 { Ok(()) } else { Err("too long".into()) }
}

/// All marks.
#[derive(Deserialize, HotConfig)]
#[hot(env = "APP", check = Marked::fits)]
struct Marked {
    /// How long to wait.
    #[hot(default = 5, unit = "seconds", restart, deprecated = "use `pause`")]
    wait: u32,
    #[hot(default = "hunter2", secret, env = "TOKEN")]
    token: Secret<String>,
    #[hot(secret)]
    key: Secret<String>,
    #[hot(default = "hunter2")]
    unmarked: Secret<String>,
    #[hot(default = ["hunter2"])]
    inside: Vec<Option<Secret<String>>>,
    #[hot(default = "x", custom = short)]
    name: String,
    #[hot(default = ["a"], merge = "append", each(custom = short))]
    names: Vec<String>,
    #[hot(nested, restart)]
    inner: Inner,
    #[serde(flatten)]
    #[hot(nested)]
    flat: Flat,
    #[hot(nested)]
    open: Open,
}

/// What is inside.
#[derive(Deserialize, HotConfig)]
struct Inner {
    #[serde(rename = "some-size", alias = "size")]
    some_size: Option<u8>,
}

#[derive(Deserialize, HotConfig)]
struct Flat {
    level: u8,
}

#[derive(Deserialize, HotConfig)]
struct Open {
    #[serde(flatten)]
    rest: std::collections::BTreeMap<String, bool>,
}

impl Marked {
    fn fits(&self) -> Result<(), String> {
        Ok(())
    }
}

fn property(path: &str) -> Value {
    let pointer = path.replace('.', "/properties/");
    Marked::schema().pointer(&format!("/properties/{pointer}")).cloned().unwrap_or_default()
}

#[test]
fn marks_stand_at_the_field() {
    let wait = property("wait");
    assert_eq!((&wait["description"], &wait["deprecated"]), (&json!("How long to wait."), &json!(true)));
    let marks = json!({"unit": "seconds", "restart": true, "deprecated": "use `pause`", "env": "APP_WAIT"});
    assert_eq!(wait["x-hotswap"], marks);
    assert_eq!(
        property("inner.some-size")["x-hotswap"],
        json!({"restart": true, "env": "APP_INNER_SOME_SIZE"})
    );
    assert_eq!(property("names")["x-hotswap"]["merge"], json!("append"));
}

#[test]
fn functions_of_the_program_are_named() {
    assert_eq!(property("name")["x-hotswap"]["custom"], json!(["short"]));
    assert_eq!(property("names")["x-hotswap"]["rules"], json!(["each: passes `short`"]));
    assert_eq!(Marked::schema()["x-hotswap"]["check"], json!(["Marked::fits"]));
}

#[test]
fn a_secret_shows_nothing_and_need_not_be_there() {
    let token = property("token");
    assert_eq!(
        (&token["writeOnly"], &token["x-hotswap"]),
        (&json!(true), &json!({"secret": true, "env": "TOKEN"}))
    );
    for unmarked in ["unmarked", "inside"] {
        assert_eq!(property(unmarked)["writeOnly"], json!(true));
    }
    assert_eq!(property("key")["type"], json!("string"));
    assert_eq!(Marked::schema()["required"], json!(["level"]));
    let everything = [
        Marked::schema().to_string(),
        Marked::reference(),
        Marked::template(hotswap::Format::Toml),
        Marked::template(hotswap::Format::Yaml),
        Marked::template(hotswap::Format::Json),
    ];
    assert!(everything.iter().all(|text| !text.contains("hunter2")));
}

#[test]
fn a_nested_struct_has_the_docs_of_its_field_or_its_own() {
    assert_eq!(
        (&property("inner")["title"], &property("inner")["description"]),
        (&json!("Inner"), &json!("What is inside."))
    );
}

#[test]
fn flattened_keys_stand_on_the_outer_level() {
    assert_eq!(property("level")["maximum"], json!(255));
    assert_eq!(Marked::schema()["additionalProperties"], json!(false));
    assert_eq!(property("open")["additionalProperties"]["type"], json!(["boolean", "string"]));
}

#[test]
fn another_name_is_deprecated() {
    let alias = property("inner.size");
    assert_eq!(
        (&alias["deprecated"], &alias["x-hotswap"]),
        (&json!(true), &json!({"alias_of": "some-size"}))
    );
    assert_eq!(alias["maximum"], property("inner.some-size")["maximum"]);
}

mod told {
    /// Told at length.
    #[derive(serde::Deserialize, hotswap::HotConfig)]
    pub(crate) struct Same {
        /// The port.
        #[hot(default = 1)]
        pub(crate) port: u16,
    }
}

mod untold {
    #[derive(serde::Deserialize, hotswap::HotConfig)]
    pub(crate) struct Other {
        #[hot(default = 1)]
        pub(crate) port: u16,
    }
}

mod changed {
    #[derive(serde::Deserialize, hotswap::HotConfig)]
    pub(crate) struct Other {
        #[hot(default = 2)]
        pub(crate) port: u16,
    }
}

#[test]
fn the_hash_tells_configurations_apart_and_not_their_words() {
    assert_eq!(told::Same::schema_hash(), untold::Other::schema_hash());
    assert_ne!(untold::Other::schema_hash(), changed::Other::schema_hash());
}

#[test]
fn the_hash_stays_what_it_was() {
    // If this fails, every program that compares hashes sees a change: say so in the changelog.
    assert_eq!(untold::Other::schema_hash(), "88023bbb734c17f2ee7b8a102a5eab6d");
}
