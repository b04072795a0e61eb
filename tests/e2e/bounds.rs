//! The cost of external input is proportional to its size, and its names are displayed safely.

mod names;
mod references;

use std::collections::BTreeMap;

use hotswap::{
    Error, HotConfig, PlaintextSecrets, Reading, ScanCredentials, Secret, Source, SourceError, UnknownKeys,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{Folder, eventually};

#[derive(Clone, Debug, Deserialize, HotConfig)]
#[hot(env = "BOU")]
struct App {
    #[serde(default)]
    any: Value,
    #[hot(nested)]
    inner: Inner,
    #[serde(default)]
    list: Vec<Item>,
    #[serde(default)]
    map: BTreeMap<String, u8>,
}

#[derive(Clone, Debug, Deserialize, HotConfig)]
struct Inner {
    #[serde(default)]
    any: Value,
    #[hot(default = 1)]
    number: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Item {
    #[serde(default)]
    port: u16,
}

/// A number in so many lists.
fn nested(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inner, _| Value::Array(vec![inner]))
}

struct Given(Value);

impl Source for Given {
    fn name(&self) -> String {
        "given".into()
    }
    fn read(&mut self) -> Result<Reading, SourceError> {
        Ok(Reading::values(&self.0)?)
    }
}

fn file(name: &str, text: &str) -> Result<(), Error> {
    let folder = Folder::with(name, text);
    App::hot_builder().file(folder.path(name)).check().map(drop)
}

/// Every kind of source for `any`, by name.
fn entrances(value: &Value) -> Vec<(&'static str, Result<(), Error>)> {
    let text = json!({ "any": value }).to_string();
    let empty = json!({});
    let load = || App::hot_builder().source(Given(empty.clone())).load().unwrap();
    let fixed = || App::hot_fixed(load().load().clone());
    let layer = figment::providers::Serialized::default("any", value.clone());
    let replace = json!([{ "op": "replace", "path": "/any", "value": value }]);
    vec![
        ("json", file("a.json", &text)),
        ("yaml", file("a.yaml", &text)),
        ("toml", file("a.toml", &format!("any = {value}"))),
        ("source", App::hot_builder().source(Given(json!({ "any": value }))).check().map(drop)),
        ("layer", App::hot_builder().layer(layer).check().map(drop)),
        ("set", load().set(App::paths().any(), value.clone()).map(drop)),
        ("update", load().update(|app| app.any = value.clone()).map(drop)),
        ("patch", load().patch(replace.clone()).map(drop)),
        ("merge_patch", load().merge_patch(json!({ "any": value })).map(drop)),
        ("set, no sources", fixed().set_any(value.clone()).map(drop)),
        ("update, no sources", fixed().update(|app| app.any = value.clone()).map(drop)),
        ("patch, no sources", fixed().patch(replace).map(drop)),
    ]
}

/// Other libraries traverse the values recursively, which needs more stack than a test thread has.
fn with_a_large_stack(test: fn()) {
    std::thread::Builder::new().stack_size(256 << 20).spawn(test).unwrap().join().unwrap();
}

#[test]
fn a_value_of_thousands_of_levels_is_refused_where_the_stack_is_small() {
    let app = App::hot_builder().source(Given(json!({}))).load().unwrap();
    let error = app.set(App::paths().any(), nested(3000)).unwrap_err();
    assert!(error.to_string().contains("any: lists and tables are nested deeper than 64 levels"), "{error}");
    assert_eq!((app.version(), &*app.any()), (1, &Value::Null));
}

#[test]
fn every_entrance_has_the_same_limit_of_depth() {
    with_a_large_stack(every_entrance);
}

fn every_entrance() {
    for (name, result) in entrances(&nested(63)) {
        result.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    for levels in [64, 100, 3000] {
        for (name, result) in entrances(&nested(levels)) {
            let error = result.err().unwrap_or_else(|| panic!("{name} accepts {levels} levels")).to_string();
            assert!(error.contains("than 64 levels") || levels > 64 && name == "toml", "{name}: {error}");
        }
    }
}

#[test]
fn the_levels_above_a_nested_handle_count() {
    let app = App::hot_builder().source(Given(json!({}))).load().unwrap();
    let inner = app.inner();
    let replace = |levels| json!([{ "op": "replace", "path": "/any", "value": nested(levels) }]);
    inner.patch(replace(62)).unwrap();
    inner.set_any(nested(61)).unwrap();
    for error in [
        inner.patch(replace(63)).unwrap_err(),
        inner.merge_patch(json!({ "any": nested(63) })).unwrap_err(),
        inner.set_any(nested(63)).unwrap_err(),
        app.set_inner_any(nested(63)).unwrap_err(),
    ] {
        assert!(error.to_string().contains("than 64 levels"), "{error}");
    }
    assert_eq!(*inner.any(), nested(61));
}

/// All printed forms of an error.
fn printed(error: &Error) -> String {
    let report = error.report();
    let issues: String = error.issues().map(ToString::to_string).collect();
    format!("{error}\n{error:?}\n{report}\n{}\n{}\n{issues}", report.color(true), report.limit(usize::MAX))
}

#[test]
fn a_file_of_unknown_keys_is_one_mistake() {
    const COUNT: usize = 20_000;
    let keys = |line: &dyn Fn(usize) -> String, between: &str| {
        (0..COUNT).map(line).collect::<Vec<_>>().join(between)
    };
    for (name, text) in [
        ("a.toml", keys(&|key| format!("numbex{key} = {key}"), "\n")),
        ("a.yaml", keys(&|key| format!("numbex{key}: {key}"), "\n")),
        ("a.json", format!("{{{}}}", keys(&|key| format!("\"numbex{key}\": {key}"), ", "))),
        ("b.json", format!("{{\"inner\": {{{}}}}}", keys(&|key| format!("\"numbex{key}\": {key}"), ", "))),
        ("c.json", format!("{{\"list\": [{}]}}", keys(&|key| format!("{{\"prot\": {key}}}"), ", "))),
    ] {
        let error = file(name, &text).unwrap_err();
        let report = error.report().to_string();
        assert!(report.starts_with("configuration rejected: 20000 problems"), "{name}: {}", &report[..200]);
        assert!(report.ends_with("… and 19980 more"), "{name}");
        assert!(error.to_string().ends_with("… and 19980 more"), "{name}");
        assert_eq!(error.issues().len(), 100, "{name}");
        assert!(printed(&error).len() < 200_000, "{name}");
    }
}

#[derive(Debug, Deserialize, HotConfig)]
struct Checked {
    #[hot(default = [], each(range(max = 10)))]
    numbers: Vec<u32>,
    #[serde(default)]
    #[hot(secret)]
    keys: Vec<Secret<String>>,
    #[serde(default)]
    hidden: Vec<Secret<String>>,
    #[serde(default)]
    shown: Vec<String>,
}

#[test]
fn many_elements_with_one_mistake_are_counted() {
    let list = |item: &str| vec![item; 5000].join(",");
    let token = "\"ghp_x7Kq2mZ9vR4tLw8pYc3nBd6sHf1jGa5eUoQi\"";
    for (field, item) in
        [("numbers", "11"), ("keys", "\"hunter2\""), ("hidden", "\"hunter2\""), ("shown", token)]
    {
        let folder = Folder::with("a.json", &format!("{{\"{field}\": [{}]}}", list(item)));
        let builder = Checked::hot_builder().file(folder.path("a.json"));
        let builder =
            builder.plaintext_secrets(PlaintextSecrets::Deny).scan_credentials(ScanCredentials::Deny);
        let error = builder.check().map(drop).unwrap_err();
        assert!(error.to_string().contains(": 5000 problems"), "{field}: {error}");
        assert_eq!(error.issues().len(), if field == "shown" { 1000 } else { 100 }, "{field}");
    }
}

#[test]
fn the_first_unknown_keys_have_a_suggestion() {
    let error = file("a.toml", "inner.nubmer = 1\nlsit = []\n[[list]]\nprot = 1").unwrap_err();
    let told = printed(&error);
    for meant in ["did you mean `number`?", "did you mean `list`?", "did you mean `port`?"] {
        assert!(told.contains(meant), "{told}");
    }
}

#[test]
fn many_keys_that_only_warn_hide_none_that_is_refused() {
    let many: String = (0..1000).map(|key| format!("numbex{key} = 1\n")).collect();
    let folder = Folder::with("a.toml", &format!("{many}[[list]]\nprot = 1"));
    let warn = App::hot_builder().file(folder.path("a.toml")).unknown_keys(UnknownKeys::Warn);
    let warnings = warn.load().unwrap().status().warnings.concat();
    assert!(
        warnings.contains("list[0].prot") && warnings.contains("900 more of the same kind"),
        "{warnings}"
    );
    let error = App::hot_builder().file(folder.path("a.toml")).check().unwrap_err();
    assert!(error.issues().any(|issue| issue.path() == "list[0].prot"), "{error}");
}

#[test]
fn unknown_variables_are_counted_too() {
    let text: String = (0..20_000).map(|key| format!("BOU_INNER_NUMBEX{key}=1\n")).collect();
    let folder = Folder::with(".env", &text);
    let builder = || App::hot_builder().dotenv(folder.path(".env"));
    let error = builder().unknown_keys(UnknownKeys::Deny).check().unwrap_err();
    assert!(error.to_string().starts_with("configuration rejected: 20000 problems"));
    assert!(builder().load().unwrap().status().warnings.len() <= 100);
}

#[test]
fn a_patch_of_unknown_keys_is_one_mistake() {
    let app = App::hot_builder().source(Given(json!({}))).load().unwrap();
    let entries = (0..20_000).map(|key| (format!("numbex{key}"), json!(1)));
    let error = app.merge_patch(Value::Object(entries.collect())).unwrap_err();
    assert!(error.to_string().contains(": 20000 problems"), "{}", error.report());
    let step = |key| json!({ "op": "add", "path": format!("/numbex{key}"), "value": 1 });
    let error = app.patch((0..10_000).map(step).collect()).unwrap_err();
    assert!(error.to_string().contains(": 10000 problems") && printed(&error).len() < 200_000);
}

#[test]
fn a_long_pointer_is_refused_and_not_repeated() {
    let app = App::hot_builder().source(Given(json!({}))).load().unwrap();
    for path in
        ["/a".repeat(1 << 20), format!("/{}", "a".repeat(2 << 20)), format!("/any{}", "/0".repeat(1 << 20))]
    {
        for patch in [
            json!([{ "op": "add", "path": path, "value": 1 }]),
            json!([{ "op": "remove", "path": path }]),
            json!([{ "op": "copy", "path": "/any", "from": path }]),
            json!([{ "op": "move", "path": path, "from": "/any" }]),
            json!([{ "op": "test", "path": path, "value": 1 }]),
        ] {
            let error = app.patch(patch).unwrap_err();
            assert!(printed(&error).len() < 10_000, "{}", printed(&error).len());
        }
    }
}

#[test]
fn a_refused_file_of_unknown_keys_leaves_a_short_status() {
    let folder = Folder::with("a.toml", "inner.number = 7");
    let app = App::hot_builder().file(folder.path("a.toml")).load().unwrap();
    let many: String = (0..50_000).map(|key| format!("x{key} = 1\n")).collect();
    folder.replace("a.toml", &many);
    eventually("a refusal is reported", || app.status().last_error.is_some());
    assert!(app.status().to_string().len() < 20_000);
    assert_eq!(app.inner_number(), 7);
}
