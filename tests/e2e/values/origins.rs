//! The origins of problems, printed paths, and the status of a refused source.

use std::collections::BTreeMap;

use hotswap::{CheckError, Health, HotConfig, Origin};
use serde::Deserialize;

use crate::support::{Folder, eventually};

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[hot(env = "ORIGINS", check = App::fits)]
struct App {
    #[hot(default = 1)]
    low: u32,
    #[hot(default = 10)]
    high: u32,
    #[hot(nested)]
    pool: Pool,
    #[serde(default)]
    limits: BTreeMap<String, u8>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[hot(check = Pool::fits, check = Pool::named)]
struct Pool {
    #[hot(default = 1)]
    min: u32,
    #[hot(default = 10)]
    max: u32,
    #[hot(default = 100, range(max = 100))]
    cap: u32,
}

impl App {
    fn fits(&self) -> Result<(), &'static str> {
        if self.low <= self.high { Ok(()) } else { Err("low is above high") }
    }
}

impl Pool {
    fn fits(&self) -> Result<(), &'static str> {
        if self.min <= self.max { Ok(()) } else { Err("min is above max") }
    }

    fn named(&self) -> Result<(), CheckError> {
        if self.max < 1000 { Ok(()) } else { Err(CheckError::new("max is much").field("cap")) }
    }
}

fn report(files: &[(&str, &str)]) -> String {
    let folder = Folder::new();
    files.iter().for_each(|(name, text)| folder.write(name, text));
    let builder = files.iter().fold(App::hot_builder(), |builder, (name, _)| match *name {
        ".env" => builder.dotenv(folder.path(name)),
        name => builder.file(folder.path(name)),
    });
    let error = builder.check().unwrap_err().to_string();
    error.replace(&format!("{}/", folder.root().display()), "")
}

#[test]
fn a_check_of_the_root_names_the_sources_of_the_values() {
    for (files, origins) in [
        (&[("a.toml", "low = 20")][..], "\n    at a.toml:1:7"),
        (&[("a.toml", "low = 20\nhigh = 5")], "\n    at a.toml"),
        (&[("a.toml", "high = 5"), ("b.yaml", "low: 20")], "\n    at b.yaml:1:6\n    at a.toml:1:8"),
        (&[("a.toml", "high = 5"), (".env", "ORIGINS_LOW=20")], "\n    at .env:1:1\n    at a.toml:1:8"),
        (
            &[("a.toml", "high = 5\nlow = 30"), ("b.json", "{\"low\": 20}")],
            "\n    at b.json:1:9\n    at a.toml:1:8",
        ),
    ] {
        let error = report(files);
        assert_eq!(error, format!("configuration rejected: 1 problem\n  low is above high{origins}"));
    }
}

#[test]
fn a_check_of_a_nested_struct_names_the_sources_of_its_values() {
    for (files, origins) in [
        (&[("a.toml", "[pool]\nmin = 20")][..], "\n    at a.toml:1:1"),
        (
            &[("a.toml", "low = 2\n[pool]\nmax = 5"), ("b.toml", "pool.min = 20")],
            "\n    at b.toml:1:1\n    at a.toml:2:1",
        ),
        (&[("a.toml", "low = 2"), (".env", "ORIGINS_POOL_MIN=20")], "\n    at .env:1:1"),
        (
            &[("a.toml", "[pool]\ncap = 7"), (".env", "ORIGINS_POOL_MIN=20")],
            "\n    at .env:1:1\n    at a.toml:1:1",
        ),
    ] {
        let error = report(files);
        let lines: Vec<&str> = error
            .lines()
            .map(|line| line.trim_end_matches(|c: char| c == ':' || c.is_ascii_digit()))
            .collect();
        let wanted = format!("configuration rejected: 1 problem\n  pool: min is above max{origins}");
        let wanted: Vec<&str> = wanted
            .lines()
            .map(|line| line.trim_end_matches(|c: char| c == ':' || c.is_ascii_digit()))
            .collect();
        assert_eq!(lines, wanted, "{error}");
    }
}

#[test]
fn a_check_of_a_nested_struct_names_the_place_of_a_single_value() {
    for (name, text, place) in [
        ("a.toml", "[pool]\nmin = 11", "a.toml:2:7"),
        ("a.toml", "pool.min = 11", "a.toml:1:12"),
        ("a.yaml", "pool:\n  min: 11", "a.yaml:2:8"),
        // Two values have the origin of the table around them.
        ("a.yaml", "pool:\n  max: 5\n  min: 11", "a.yaml:2:3"),
    ] {
        let error = report(&[(name, text)]);
        let told = format!("pool: min is above max\n    at {place}\n");
        assert!(format!("{error}\n").contains(&told), "{text}: {error}");
    }
}

#[test]
fn a_check_that_blames_a_default_says_that_it_is_one() {
    let error = report(&[("a.toml", "[pool]\nmax = 1000")]);
    assert!(error.contains("pool.cap: max is much\n    from the default of the field"), "{error}");
}

#[test]
fn a_write_that_breaks_a_check_is_to_blame_for_it() {
    let folder = Folder::with("a.toml", "low = 2\n[pool]\nmin = 5");
    let config = App::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
    let by = "\n    from a value set at run time";
    let error = config.set_pool_max(4).unwrap_err();
    assert_eq!(error.to_string(), format!("configuration rejected: 1 problem\n  pool: min is above max{by}"));
    assert_eq!(error.issues().next().unwrap().origin(), Some(&Origin::Override));
    for error in [
        config.set_high(1).unwrap_err(),
        config.update(|app| app.high = 1).unwrap_err(),
        config.patch(serde_json::json!([{ "op": "replace", "path": "/high", "value": 1 }])).unwrap_err(),
        config.merge_patch(serde_json::json!({ "high": 1 })).unwrap_err(),
    ] {
        assert!(error.to_string().contains(&format!("low is above high{by}")), "{error}");
    }
    config.set_high(3).unwrap();
    folder.write("a.toml", "low = 4");
    let error = config.reload().unwrap_err().to_string();
    assert!(error.contains("from a value set at run time") && error.contains("a.toml"), "{error}");
}

#[test]
fn every_path_of_a_report_can_be_asked_for() {
    for name in ["a.b", "", "x[0]", "q\"uote", "line\nbreak", "ü ß", "\\", "1"] {
        let json = serde_json::json!({ "limits": { name: 5 } }).to_string();
        let folder = Folder::with("a.json", &json);
        let config = App::hot_builder().file(folder.path("a.json")).watch(false).load().unwrap();
        folder.write("a.json", &json.replace(":5", ":500"));
        let error = config.reload().unwrap_err();
        let path = error.issues().next().unwrap().path();
        let explained = config.explain(&path);
        assert_eq!(explained.given.first().map(|given| &given.value), Some(&5.into()), "{path} {explained}");
        assert!(matches!(explained.origin(), Some(Origin::File { .. })), "{explained}");
    }
}

#[test]
fn a_refused_file_is_refused_in_the_status_until_it_is_accepted() {
    for (bad, reason) in [
        ("pool.cap = 101", "pool.cap: 101 is greater than the maximum 100"),
        ("low = 'x'", "low: expected an integer, found a string"),
        ("lwo = 1", "unknown key"),
        ("low = 20", "low is above high"),
    ] {
        let folder = Folder::with("a.toml", "low = 2");
        folder.write("b.toml", "high = 9");
        let builder = App::hot_builder().file(folder.path("a.toml")).file(folder.path("b.toml"));
        let config = builder.load().unwrap();
        let health = |name: &str| {
            let sources = config.status().sources;
            let source = sources.into_iter().find(|source| source.name.ends_with(name)).unwrap();
            (source.health, source.message.unwrap_or_default())
        };
        assert_eq!(health("a.toml").0, Health::Ok);
        folder.replace("a.toml", bad);
        eventually("the refusal shows", || health("a.toml").0 == Health::Refused);
        assert!(health("a.toml").1.contains(reason), "{:?}", health("a.toml"));
        assert_eq!(health("b.toml").0, Health::Ok);
        assert!(config.status().to_string().contains("a.toml: refused, "), "{}", config.status());
        assert_eq!(serde_json::to_value(config.status()).unwrap()["sources"][0]["health"], "refused");
        assert!(config.reload().is_err());
        assert_eq!(health("a.toml").0, Health::Refused);
        folder.replace("a.toml", "low = 3");
        eventually("it is accepted", || config.low() == 3);
        eventually("the status is clean", || health("a.toml") == (Health::Ok, String::new()));
    }
}

#[test]
fn a_file_that_a_hook_refuses_is_refused_in_the_status() {
    let folder = Folder::with("a.toml", "low = 2");
    let config = App::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
    let _hook = config.prepare(|change| if change.new().low == 3 { Err("not today") } else { Ok(()) });
    folder.write("a.toml", "low = 3");
    config.reload().unwrap_err();
    let source = config.status().sources.remove(0);
    assert_eq!(source.health, Health::Refused);
    assert!(source.message.unwrap().contains("not today"));
    folder.write("a.toml", "low = 2");
    config.reload().unwrap();
    assert_eq!(config.status().sources[0].health, Health::Ok);
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[hot(env = "FLAT")]
struct Outer {
    #[hot(default = 1)]
    other: u32,
    #[serde(flatten)]
    #[hot(nested)]
    pool: Pool,
    #[hot(nested)]
    deep: Middle,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Middle {
    #[hot(default = 1)]
    beside: u32,
    #[serde(flatten)]
    #[hot(nested)]
    pool: Pool,
}

fn flat_report(files: &[(&str, &str)]) -> String {
    let folder = Folder::new();
    files.iter().for_each(|(name, text)| folder.write(name, text));
    let builder =
        files.iter().fold(Outer::hot_builder(), |builder, (name, _)| builder.file(folder.path(name)));
    let error = builder.check().unwrap_err().to_string();
    error.replace(&format!("{}/", folder.root().display()), "")
}

#[test]
fn a_check_of_a_flattened_struct_names_the_sources_of_its_own_values() {
    let files = [("a.toml", "other = 2"), ("b.toml", "min = 20"), ("c.toml", "deep.beside = 4")];
    let error = flat_report(&files);
    assert_eq!(error, "configuration rejected: 1 problem\n  min is above max\n    at b.toml:1:7");
    let error =
        flat_report(&[("a.toml", "deep.beside = 2"), ("b.toml", "deep.min = 20"), ("c.toml", "max = 9")]);
    assert!(error.contains("deep: min is above max\n    at b.toml:1"), "{error}");
    assert!(!error.contains("a.toml") && !error.contains("c.toml"), "{error}");
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[hot(env = "CONTRARY", check = Contrary::fits)]
struct Contrary {
    #[hot(default = 9)]
    min: u32,
    #[hot(default = 3)]
    max: u32,
    #[hot(default = 1)]
    other: u32,
    limit: Option<u32>,
    #[hot(nested)]
    inner: ContraryInner,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[hot(check = ContraryInner::fits)]
struct ContraryInner {
    #[hot(default = 9)]
    min: u32,
    #[hot(default = 3)]
    max: u32,
    #[hot(default = 1)]
    other: u32,
}

impl Contrary {
    fn fits(&self) -> Result<(), String> {
        if self.min <= self.max { Ok(()) } else { Err(format!("{} is above {}", self.min, self.max)) }
    }
}

impl ContraryInner {
    fn fits(&self) -> Result<(), String> {
        if self.min <= self.max { Ok(()) } else { Err(format!("{} is above {}", self.min, self.max)) }
    }
}

#[test]
fn defaults_that_contradict_each_other_are_to_blame_themselves() {
    let report = |text: &str| {
        let folder = Folder::with("a.toml", text);
        let error = Contrary::hot_builder().file(folder.path("a.toml")).check().unwrap_err().to_string();
        error.replace(&format!("{}/", folder.root().display()), "")
    };
    let default = "\n    from the default of the field";
    let error = report("other = 2\ninner.other = 2");
    assert!(error.contains(&format!("  9 is above 3{default}")), "{error}");
    assert!(error.contains(&format!("inner: 9 is above 3{default}")), "{error}");
    assert!(!error.contains("a.toml"), "{error}");
    // A value without a default may be the one to blame.
    let error = report("limit = 1\ninner.other = 2");
    assert!(error.contains("  9 is above 3\n    at a.toml"), "{error}");
    assert!(error.contains(&format!("inner: 9 is above 3{default}")), "{error}");
    let error = report("min = 8\ninner.max = 4");
    assert!(error.contains("  8 is above 3\n    at a.toml"), "{error}");
    assert!(error.contains("inner: 9 is above 4\n    at a.toml"), "{error}");
}

#[test]
fn a_write_to_a_handle_without_sources_is_to_blame_for_what_it_breaks() {
    let app = App { low: 2, high: 10, pool: Pool { min: 5, max: 10, cap: 100 }, limits: BTreeMap::new() };
    let config = App::hot_fixed(app);
    let by = "\n    from a value set at run time";
    for error in [
        config.set_high(1).unwrap_err(),
        config.update(|app| app.high = 1).unwrap_err(),
        config.patch(serde_json::json!([{ "op": "replace", "path": "/high", "value": 1 }])).unwrap_err(),
        config.merge_patch(serde_json::json!({ "high": 1 })).unwrap_err(),
    ] {
        assert!(error.to_string().contains(&format!("low is above high{by}")), "{error}");
        assert_eq!(error.issues().next().unwrap().origin(), Some(&Origin::Override));
    }
    let error = config.set_pool_max(4).unwrap_err().to_string();
    assert!(error.contains(&format!("pool: min is above max{by}")), "{error}");
    let error = config.set_pool_cap(101).unwrap_err().to_string();
    assert!(error.contains(&format!("pool.cap: 101 is greater than the maximum 100{by}")), "{error}");
    let error = config.set_pool_max(1000).unwrap_err().to_string();
    assert!(
        error.contains("pool.cap: max is much\n    from the value that the handle was made with"),
        "{error}"
    );
    let error = config.merge_patch(serde_json::json!({ "high": "x" })).unwrap_err().to_string();
    assert!(error.contains(by), "{error}");
}
