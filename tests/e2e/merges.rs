//! Merge strategies, `null`, YAML scalars, and the layer of each value.

mod explained;
mod scalars;
mod variants;

use std::collections::{BTreeMap, BTreeSet};

use hotswap::{Builder, HotConfig};
use serde::{Deserialize, Serialize};

use crate::support::{Folder, with_variables};

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
#[hot(env = "MERGE")]
struct App {
    #[hot(default = ["default"], merge = "append")]
    #[serde(alias = "names")]
    hosts: Vec<String>,
    #[hot(default = [], merge = "union")]
    tags: BTreeSet<u8>,
    #[serde(default)]
    #[hot(merge = key("name"))]
    servers: Vec<Server>,
    #[hot(default = [])]
    plain: Vec<u8>,
    #[serde(default)]
    #[hot(merge = "replace")]
    labels: BTreeMap<String, u8>,
    #[hot(nested, merge = "replace")]
    limit: Limit,
    #[hot(nested)]
    #[serde(flatten)]
    more: More,
    #[hot(nested)]
    tls: Option<Limit>,
    #[hot(default = 5)]
    retries: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Server {
    name: String,
    #[serde(default)]
    port: u16,
    #[serde(default)]
    weight: u8,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Limit {
    #[hot(default = 100)]
    max: u32,
    #[hot(default = 20)]
    burst: u32,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct More {
    #[hot(default = [], merge = "append")]
    paths: Vec<String>,
}

/// Files that are read in this order.
fn files(files: &[(&str, &str)]) -> (Folder, Builder<App>) {
    let folder = Folder::new();
    files.iter().for_each(|(name, text)| folder.write(name, text));
    let builder = files.iter().fold(App::hot_builder(), |builder, (name, _)| builder.file(folder.path(name)));
    (folder, builder)
}

fn checked(layers: &[(&str, &str)]) -> App {
    files(layers).1.check().unwrap()
}

#[test]
fn append_joins_the_lists_of_all_layers_the_lowest_first() {
    let app = checked(&[
        ("1.toml", "hosts = ['a']\nplain = [1]"),
        ("2.yaml", "names: [b, a]\nplain: [2]"),
        ("3.json", r#"{"hosts": ["c"]}"#),
    ]);
    assert_eq!((app.hosts, app.plain), (["a", "b", "a", "c"].map(str::to_owned).to_vec(), vec![2]));
}

#[test]
fn a_default_is_not_appended_to() {
    assert_eq!(checked(&[]).hosts, ["default"]);
    assert_eq!(checked(&[("1.toml", "hosts = ['a']")]).hosts, ["a"]);
}

#[test]
fn union_keeps_each_element_once_whatever_the_format() {
    #[derive(Debug, Deserialize, HotConfig)]
    struct Tags {
        #[hot(default = [], merge = "union")]
        tags: Vec<u8>,
    }
    let folder = Folder::with("1.toml", "tags = [3, 1, 3]");
    folder.write("2.yaml", "tags: [1, 2]\n");
    let builder = Tags::hot_builder().file(folder.path("1.toml")).file(folder.path("2.yaml"));
    assert_eq!(builder.check().unwrap().tags, [3, 1, 2]);
}

#[test]
fn elements_with_the_same_key_meet_field_by_field() {
    let app = checked(&[
        ("1.toml", "servers = [{name = 'a', port = 1, weight = 1}, {name = 'b', port = 2}]"),
        ("2.yaml", "servers:\n  - {name: b, weight: 9}\n  - {name: c}\n"),
    ]);
    let server = |name: &str, port, weight| Server { name: name.into(), port, weight };
    assert_eq!(app.servers, [server("a", 1, 1), server("b", 2, 9), server("c", 0, 0)]);
}

#[test]
fn replace_takes_tables_as_a_whole_and_leaves_the_defaults_of_fields() {
    let app = checked(&[
        ("1.toml", "labels.a = 1\n[limit]\nmax = 1\nburst = 1"),
        ("2.toml", "labels.b = 2\n[limit]\nburst = 2"),
    ]);
    assert_eq!((app.labels, app.limit), ([("b".to_owned(), 2)].into(), Limit { max: 100, burst: 2 }));
}

#[test]
fn a_flattened_struct_keeps_the_ways_of_its_fields() {
    let app = checked(&[("1.toml", "paths = ['/a']"), ("2.toml", "paths = ['/b']")]);
    assert_eq!(app.more.paths, ["/a", "/b"]);
}

#[test]
fn a_variable_is_appended_as_a_list() {
    with_variables("merges::a_variable_is_appended_as_a_list", &[("MERGE_HOSTS", "b, c")], || {
        assert_eq!(checked(&[("1.toml", "hosts = ['a']")]).hosts, ["a", "b", "c"]);
        assert_eq!(checked(&[]).hosts, ["b", "c"]);
    });
}

#[test]
fn a_value_that_was_set_takes_the_place_of_all() {
    let (_folder, builder) = files(&[("1.toml", "hosts = ['a']"), ("2.toml", "hosts = ['b']")]);
    let app = builder.load().unwrap();
    app.set_hosts(vec!["z".into()]).unwrap();
    assert_eq!(*app.hosts(), ["z"]);
    app.clear_overrides().unwrap();
    assert_eq!(*app.hosts(), ["a", "b"]);
}

#[test]
fn null_unsets_an_option_of_a_lower_layer() {
    let low = ("1.toml", "retries = 3\n[tls]\nmax = 1");
    for high in [
        ("2.yaml", "retries: null\ntls: ~\n"),
        ("2.yaml", "retries:\ntls:\n"),
        ("2.json", r#"{"retries": null, "tls": null}"#),
    ] {
        let app = checked(&[low, high]);
        assert_eq!((app.retries, app.tls), (None, None), "{high:?}");
    }
    assert_eq!(checked(&[]).retries, Some(5));
}

#[test]
fn null_elsewhere_is_refused_with_advice() {
    for (key, file, text) in [
        ("limit", "2.yaml", "limit:\n"),
        ("limit.max", "2.yaml", "limit: {max: ~}\n"),
        ("limit.max", "2.json", r#"{"limit": {"max": null}}"#),
        ("hosts", "2.json", r#"{"hosts": null}"#),
        ("hosts", "2.yaml", "hosts:\n"),
    ] {
        let error = files(&[("1.toml", "hosts = ['a']"), (file, text)]).1.check().unwrap_err();
        let issue = error.issues().next().unwrap();
        assert_eq!((issue.path(), error.issues().len()), (key.to_owned(), 1), "{error}");
        assert!(issue.message().ends_with("found null"), "{error}");
        assert!(
            issue.help().unwrap().starts_with("only an optional field can be unset with null"),
            "{error}"
        );
    }
}
