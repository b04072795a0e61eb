//! To find the secrets in long lists and large maps takes a number of reads that grows as the lists do.

use std::{cell::Cell, collections::BTreeMap};

use hotswap::{Builder, HotConfig, PlaintextSecrets, Secret};
use serde::{Deserialize, Deserializer};
use serde_json::{Value as Json, json};

use crate::support::Folder;

thread_local! {
    /// How often an element was read.
    static READS: Cell<usize> = const { Cell::new(0) };
}

/// Counts how often it is read.
#[derive(Clone, Debug, PartialEq)]
struct Counted<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Counted<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        READS.set(READS.get() + 1);
        T::deserialize(deserializer).map(Self)
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
#[allow(dead_code)]
enum Login {
    Whole { user: String, key: Secret<String> },
    Pair([String; 2], Secret<String>),
    Key(Secret<String>),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type")]
#[allow(dead_code)]
enum Account {
    Basic { user: String, key: Secret<String> },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Rest {
    #[serde(default)]
    flat: Vec<Counted<Login>>,
}

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "SCALE")]
struct App {
    #[serde(default)]
    list: Vec<Counted<Login>>,
    #[serde(default)]
    map: BTreeMap<String, Counted<Login>>,
    #[serde(default)]
    tagged: Vec<Counted<Account>>,
    #[serde(flatten)]
    rest: Rest,
}

/// The places of plain secrets, and how often elements were read.
fn warned(builder: Builder<App>) -> (usize, Vec<String>) {
    READS.set(0);
    let config = builder.plaintext_secrets(PlaintextSecrets::Warn).watch(false).load().unwrap();
    let warnings = config.status().warnings.iter().map(ToString::to_string).collect();
    (READS.get(), warnings)
}

fn of_file(content: &Json) -> (usize, Vec<String>) {
    let folder = Folder::with("app.json", &content.to_string());
    warned(App::hot_builder().file(folder.path("app.json")))
}

#[track_caller]
fn is_linear(path: &str, read: impl Fn(usize) -> (usize, Vec<String>)) {
    let (few, _) = read(60);
    let (many, warnings) = read(240);
    assert!(few >= 60 && many <= 5 * few, "{path}: {few} reads of 60 elements, {many} of 240");
    assert!(warnings.iter().any(|warning| warning.starts_with(path)), "{path}: {warnings:?}");
}

fn whole(index: usize) -> Json {
    json!({"user": format!("u{index}"), "key": format!("s{index}")})
}

fn list(count: usize, item: impl Fn(usize) -> Json) -> Json {
    (0..count).map(item).collect()
}

#[test]
fn a_long_list_of_secrets_takes_linear_time() {
    is_linear("list[0].key", |count| of_file(&json!({"list": list(count, whole)})));
    is_linear("flat[0].key", |count| of_file(&json!({"flat": list(count, whole)})));
    let pair = |index: usize| json!([["u", format!("u{index}")], format!("s{index}")]);
    is_linear("list[0]", |count| of_file(&json!({"list": list(count, pair)})));
    let alike = |_| json!({"user": "same", "key": "same"});
    is_linear("list[0].key", |count| of_file(&json!({"list": list(count, alike)})));
}

#[test]
fn a_large_map_of_secrets_takes_linear_time() {
    let entries = |count| -> Json { (0..count).map(|index| (format!("k{index}"), whole(index))).collect() };
    is_linear("map.k0.key", |count| of_file(&json!({"map": entries(count)})));
}

#[test]
fn a_long_list_of_tagged_secrets_takes_linear_time() {
    let account =
        |index: usize| json!({"type": "Basic", "user": format!("u{index}"), "key": format!("s{index}")});
    is_linear("tagged[0].key", |count| of_file(&json!({"tagged": list(count, account)})));
}

#[test]
fn a_long_list_in_a_variable_takes_linear_time() {
    // A variable may hold plain secrets, so that nothing is reported.
    is_linear("", |count| {
        let folder = Folder::with(".env", &format!("SCALE_LIST='{}'", list(count, whole)));
        let (reads, warnings) = warned(App::hot_builder().dotenv(folder.path(".env")));
        assert_eq!(warnings, Vec::<String>::new());
        (reads, vec![String::new()])
    });
}

#[test]
fn a_long_list_of_references_takes_linear_time() {
    let folder = Folder::with("pw", "hunter2");
    is_linear("", |count| {
        let text = format!("file:{}", folder.path("pw").display());
        let item = |_| json!({"user": &text, "key": &text});
        folder.write("app.json", &json!({"list": list(count, item)}).to_string());
        let (reads, _) = warned(App::hot_builder().file(folder.path("app.json")));
        (reads, vec![String::new()])
    });
}
