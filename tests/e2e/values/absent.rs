//! serde's defaults of fields that no layer mentions: for nested structs, and for an `Option` that a function reads.

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

type Maybe = Option<u32>;

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Aliased {
    #[serde(with = "doubled")]
    half: Maybe,
    #[hot(nested)]
    inner: AliasedInner,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct AliasedInner {
    #[serde(deserialize_with = "doubled::deserialize")]
    half: self::alias::Deeper,
    #[serde(with = "doubled")]
    std: std::option::Option<u32>,
}

mod alias {
    pub(super) type Deeper = super::Maybe;
}

#[test]
fn an_absent_option_under_another_name_is_none() {
    let folder = Folder::with("a.toml", "# nothing");
    let config = Aliased::hot_builder().file(folder.path("a.toml")).check().unwrap();
    assert_eq!(config, Aliased { half: None, inner: AliasedInner { half: None, std: None } });
    folder.write("a.toml", "half = 4\ninner.half = 6");
    let config = Aliased::hot_builder().file(folder.path("a.toml")).check().unwrap();
    assert_eq!((config.half, config.inner.half), (Some(2), Some(3)));
    assert!(Aliased::schema().get("required").is_none(), "{:#}", Aliased::schema());
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Cached {
    #[hot(default = 1)]
    size: u32,
    max: u32,
    #[serde(skip)]
    label: String,
    #[hot(nested)]
    part: Part,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Part {
    #[hot(default = 1)]
    level: u32,
    #[serde(skip_deserializing)]
    tag: String,
}

/// Has a destructor, so that no field can be moved out.
impl Drop for Part {
    fn drop(&mut self) {}
}

impl Default for Cached {
    fn default() -> Self {
        cached("default")
    }
}

fn cached(label: &str) -> Cached {
    Cached { size: 5, max: 50, label: label.into(), part: Part { level: 7, tag: format!("{label} part") } }
}

fn made() -> Cached {
    cached("made")
}

fn maybe_cached() -> Option<Cached> {
    Some(cached("maybe"))
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[serde(default)]
struct Skipping {
    #[hot(nested)]
    whole: Cached,
    #[serde(default)]
    #[hot(nested)]
    own: Cached,
    #[serde(default = "made")]
    #[hot(nested)]
    made: Cached,
    #[serde(default = "maybe_cached")]
    #[hot(nested)]
    maybe: Option<Cached>,
    #[serde(skip)]
    root: String,
}

impl Default for Skipping {
    fn default() -> Self {
        Self {
            whole: cached("whole"),
            own: cached("unused"),
            made: cached("unused"),
            maybe: None,
            root: "root".to_owned(),
        }
    }
}

fn labels(config: &Skipping) -> Vec<&str> {
    let maybe = config.maybe.iter();
    let all = [&config.whole, &config.own, &config.made].into_iter().chain(maybe);
    let labels = all.flat_map(|cached| [cached.label.as_str(), cached.part.tag.as_str()]);
    labels.chain([config.root.as_str()]).collect()
}

const LABELS: [&str; 9] =
    ["whole", "whole part", "default", "default part", "made", "made part", "maybe", "maybe part", "root"];

#[test]
fn a_skipped_field_of_a_serde_default_has_the_value_of_the_default() {
    for (name, text) in [("a.toml", "# nothing"), ("a.yaml", "{}"), ("a.json", "{}")] {
        let folder = Folder::with(name, text);
        let builder = || Skipping::hot_builder().file(folder.path(name)).watch(false);
        assert_eq!(labels(&builder().check().unwrap()), LABELS, "{name}");
        let config = builder().load().unwrap();
        assert_eq!(labels(&config.snapshot()), LABELS, "{name}");
        config.set_made_size(9).unwrap();
        config.patch(serde_json::json!([{ "op": "replace", "path": "/own/max", "value": 8 }])).unwrap();
        config.reload().unwrap();
        assert_eq!(labels(&config.snapshot()), LABELS, "{name}");
        assert_eq!((config.made_size(), config.own_max(), config.made_max()), (9, 8, 50));
        config.rollback(1).unwrap();
        assert_eq!(labels(&config.snapshot()), LABELS, "{name}");
    }
}

#[test]
fn a_skipped_field_of_a_mentioned_struct_is_what_serde_makes_of_it() {
    let folder = Folder::with("a.toml", "[made]\nmax = 1\npart.level = 2\n[maybe]\nmax = 3\npart.level = 1");
    let config = Skipping::hot_builder().file(folder.path("a.toml")).check().unwrap();
    assert_eq!(labels(&config), ["whole", "whole part", "default", "default part", "", "", "", "", "root"]);
    let serde: Skipping = serde_json::from_value(serde_json::json!({
        "made": { "max": 1, "size": 1, "part": { "level": 2 } },
        "maybe": { "max": 3, "size": 1, "part": { "level": 1 } },
    }))
    .unwrap();
    assert_eq!(config, serde);
}

#[test]
fn a_struct_that_a_patch_replaces_is_what_a_file_would_make_of_it() {
    let folder = Folder::with("a.toml", "[writers]\nmax = 5");
    let load = |text: &str| {
        folder.write("a.toml", text);
        Own::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap()
    };
    let by_file = load("[writers]\nmax = 5").snapshot().writers.clone();
    assert_eq!(by_file, Pool { min: 1, max: 5 });
    let value = serde_json::json!({ "max": 5 });
    for op in ["replace", "add"] {
        for patch in [
            serde_json::json!([{ "op": op, "path": "/writers", "value": value }]),
            serde_json::json!([{ "op": op, "path": "", "value": { "writers": value } }]),
        ] {
            let config = load("# nothing");
            config.patch(patch.clone()).unwrap();
            assert_eq!(config.snapshot().writers, by_file, "{patch}");
            config.reload().unwrap();
            assert_eq!(config.snapshot().writers, by_file, "{patch}");
            let fixed = Own::hot_fixed((*load("# nothing").snapshot()).clone());
            fixed.patch(patch.clone()).unwrap();
            assert_eq!(fixed.snapshot().writers, by_file, "{patch}");
        }
    }
    let config = load("# nothing");
    let missing = serde_json::json!([{ "op": "replace", "path": "/writers", "value": { "min": 5 } }]);
    let error = config.patch(missing).unwrap_err().to_string();
    assert!(error.contains("writers.max: operation 1 (replace \"/writers\"): missing value"), "{error}");
    config.merge_patch(serde_json::json!({ "writers": { "min": 8 } })).unwrap();
    assert_eq!(config.snapshot().writers, Pool { min: 8, max: 30 });
    config.patch(serde_json::json!([{ "op": "remove", "path": "/writers" }])).unwrap();
    assert_eq!(config.snapshot().writers, writers());
}

#[test]
fn a_value_that_a_patch_removed_stays_the_same_after_a_save() {
    for name in ["a.toml", "a.yaml", "a.json"] {
        let folder = Folder::with(name, if name == "a.toml" { "# nothing" } else { "{}" });
        let load = || Own::hot_builder().file(folder.path(name)).watch(false).load().unwrap();
        let config = load();
        config.set_writers_min(9).unwrap();
        config.patch(serde_json::json!([{ "op": "remove", "path": "/writers/max" }])).unwrap();
        let before = config.snapshot().writers.clone();
        assert_eq!(before, Pool { min: 9, max: 30 });
        config.save_overrides(folder.path(name)).unwrap();
        config.reload().unwrap();
        assert_eq!(config.snapshot().writers, before, "{name}");
        config.clear_overrides().unwrap();
        assert_eq!(config.snapshot().writers, before, "{name}");
        assert_eq!(load().snapshot().writers, before, "{name}");
    }
}
