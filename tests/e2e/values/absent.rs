//! What serde says of a field that no layer mentions: for nested structs, and for an `Option` that a function reads.

use std::time::Duration;

use hotswap::{Format, HotConfig};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Pool {
    #[hot(default = 1)]
    min: u32,
    max: u32,
}

impl Default for Pool {
    fn default() -> Self {
        Self { min: 2, max: 20 }
    }
}

fn writers() -> Pool {
    Pool { min: 3, max: 30 }
}

fn maybe() -> Option<Pool> {
    Some(Pool { min: 4, max: 40 })
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[hot(env = "ABSENT")]
struct Own {
    #[hot(nested)]
    #[serde(default)]
    readers: Pool,
    #[hot(nested)]
    #[serde(default = "writers")]
    writers: Pool,
    #[hot(nested)]
    #[serde(default = "maybe")]
    spare: Option<Pool>,
    #[hot(nested)]
    #[serde(default)]
    none: Option<Pool>,
}

fn own(text: &str) -> Own {
    let folder = Folder::with("a.toml", text);
    Own::hot_builder().file(folder.path("a.toml")).check().unwrap()
}

#[test]
fn an_absent_nested_struct_is_what_its_attribute_says() {
    let expected = Own { readers: Pool { min: 2, max: 20 }, writers: writers(), spare: maybe(), none: None };
    assert_eq!(own("# nothing"), expected);
}

#[test]
fn a_struct_that_is_mentioned_is_read_on_its_own() {
    let own = own("[writers]\nmax = 7\n[spare]\nmin = 6\nmax = 8");
    assert_eq!((own.writers, own.spare), (Pool { min: 1, max: 7 }, Some(Pool { min: 6, max: 8 })));
    let folder = Folder::with("a.toml", "[writers]\nmin = 7");
    let error = Own::hot_builder().file(folder.path("a.toml")).check().unwrap_err().to_string();
    assert!(error.contains("writers.max: missing value"), "{error}");
}

#[test]
fn a_value_set_beside_a_default_leaves_the_others() {
    let folder = Folder::with("a.toml", "# nothing");
    let config = Own::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
    config.set_writers_max(99).unwrap();
    assert_eq!(config.snapshot().writers, Pool { min: 3, max: 99 });
    config.patch(serde_json::json!([{ "op": "remove", "path": "/writers/max" }])).unwrap();
    assert_eq!(config.snapshot().writers, writers());
    config.reload().unwrap();
    assert_eq!(config.snapshot().writers, writers());
}

#[test]
fn what_describes_the_configuration_agrees_with_serde() {
    let folder = Folder::with("a.toml", "# nothing");
    let config = Own::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
    for (path, value) in [("readers.min", 2), ("readers.max", 20), ("writers.min", 3), ("spare.max", 40)] {
        let explained = config.explain(path);
        assert_eq!(explained.given.first().map(|given| &given.value), Some(&value.into()), "{explained}");
    }
    let schema = Own::schema();
    assert_eq!(schema["properties"]["writers"]["properties"]["max"]["default"], 30, "{schema:#}");
    assert!(schema.get("required").is_none(), "{schema:#}");
    assert!(Own::reference().contains("30"));
    for (format, name) in [(Format::Toml, "t.toml"), (Format::Yaml, "t.yaml")] {
        let template = Own::template(format);
        folder.write(name, &template);
        let read = Own::hot_builder().file(folder.path(name)).check().unwrap();
        assert_eq!((read.readers, read.writers), (Pool::default(), writers()), "{template}");
    }
}

#[test]
fn a_default_that_depends_on_what_is_mentioned_is_explained() {
    let folder = Folder::with("a.toml", "[writers]\nmax = 7");
    let config = Own::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
    assert_eq!(config.explain("writers.min").given[0].value, 1);
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[serde(default)]
struct Container {
    #[hot(nested)]
    pool: Pool,
    name: String,
    #[hot(nested)]
    deep: Deep,
}

impl Default for Container {
    fn default() -> Self {
        let deep = Deep { pool: Pool { min: 6, max: 60 }, size: 9 };
        Self { pool: Pool { min: 5, max: 50 }, name: "none".to_owned(), deep }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[serde(default = "Deep::made")]
struct Deep {
    #[hot(nested)]
    pool: Pool,
    size: u8,
}

impl Deep {
    fn made() -> Self {
        Self { pool: Pool { min: 7, max: 70 }, size: 7 }
    }
}

#[test]
fn a_default_of_the_container_gives_its_nested_structs() {
    let folder = Folder::with("a.yaml", "{}");
    let check = || Container::hot_builder().file(folder.path("a.yaml")).check().unwrap();
    assert_eq!(check(), Container::default());
    folder.write("a.yaml", "deep: { size: 1 }\npool: { max: 4 }");
    let deep = Deep { pool: Pool { min: 7, max: 70 }, size: 1 };
    assert_eq!(check(), Container { pool: Pool { min: 1, max: 4 }, deep, ..Container::default() });
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_secs))
}

fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    String::deserialize(deserializer).map(|text| Some(text.len() as u8))
}

mod doubled {
    use super::*;

    pub(super) fn serialize<S: Serializer>(value: &Option<u32>, serializer: S) -> Result<S::Ok, S::Error> {
        value.map(|value| value * 2).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
        Ok(Option::<u32>::deserialize(deserializer)?.map(|value| value / 2))
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Options {
    #[serde(deserialize_with = "seconds")]
    timeout: Option<Duration>,
    #[serde(with = "doubled")]
    twice: Option<u32>,
    #[serde(with = "doubled")]
    #[hot(default = 8)]
    given: Option<u32>,
    #[hot(nested)]
    inner: Inner,
    #[hot(nested)]
    maybe: Option<Inner>,
    #[serde(flatten)]
    #[hot(nested)]
    flat: Flat,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Inner {
    #[serde(with = "doubled")]
    half: Option<u32>,
    #[hot(default = 1)]
    one: u8,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Flat {
    #[serde(with = "doubled")]
    flat_half: Option<u32>,
}

#[test]
fn an_absent_option_that_a_function_reads_is_none() {
    let folder = Folder::with("a.toml", "maybe.one = 2");
    let config = Options::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
    let expected = Options {
        timeout: None,
        twice: None,
        given: Some(4),
        inner: Inner { half: None, one: 1 },
        maybe: Some(Inner { half: None, one: 2 }),
        flat: Flat { flat_half: None },
    };
    assert_eq!(*config.snapshot(), expected);
    assert!(config.explain("twice").given.is_empty());
    assert!(Options::schema().get("required").is_none());
    config.set_twice(Some(3)).unwrap();
    config.set_twice(None).unwrap();
    assert_eq!(*config.snapshot(), expected);
    folder.write("a.toml", "timeout = 3\ntwice = 8\ninner.half = 2\nflat_half = 4");
    config.clear_overrides().unwrap();
    config.reload().unwrap();
    let read = config.snapshot();
    assert_eq!((read.timeout, read.twice), (Some(Duration::from_secs(3)), Some(4)));
    assert_eq!((read.inner.half, read.flat.flat_half), (Some(1), Some(2)));
}

#[derive(Debug, Deserialize, HotConfig)]
struct Strict {
    #[serde(deserialize_with = "words")]
    length: Option<u8>,
}

#[test]
fn a_function_that_takes_no_null_is_told_that_its_value_is_missing() {
    let folder = Folder::with("a.toml", "# nothing");
    let error = Strict::hot_builder().file(folder.path("a.toml")).check().unwrap_err().to_string();
    assert!(error.contains("length: missing value; give `length` in a file"), "{error}");
    folder.write("a.toml", "length = 'abc'");
    assert_eq!(Strict::hot_builder().file(folder.path("a.toml")).check().unwrap().length, Some(3));
}
