//! One limit for the depth of lists and tables, counted from the root, whichever source supplies them.

use std::collections::BTreeMap;

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::support::Folder;

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "DEPTH")]
struct App {
    #[serde(default)]
    v: Option<Vec<Json>>,
    #[serde(default)]
    map: BTreeMap<String, Json>,
    #[serde(default)]
    sink: Option<Sink>,
    #[serde(default)]
    text: Option<String>,
    #[hot(default = 1)]
    count: u8,
    #[hot(nested)]
    p: Outer,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "type")]
enum Sink {
    Any { v: Json },
}

#[derive(Debug, Deserialize, HotConfig)]
struct Outer {
    #[hot(nested)]
    q: Inner,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Inner {
    #[serde(default)]
    w: Option<Vec<Json>>,
}

/// Lists in each other.
fn lists(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

#[track_caller]
fn is_limited(path: &str, levels: usize, read: impl Fn(&str) -> Result<App, hotswap::Error>) {
    read(&lists(levels)).unwrap();
    for deeper in [levels + 1, 64, 65, 100, 1000] {
        let error = read(&lists(deeper)).unwrap_err().to_string();
        let expected = format!("{path}: lists and tables are nested deeper than 64 levels");
        assert!(error.contains(&expected), "{deeper}: {error}");
        assert!(error.contains("give a value with fewer levels") && !error.contains("JSON"), "{error}");
    }
}

fn variable(name: &str, text: &str) -> Result<App, hotswap::Error> {
    let folder = Folder::with(".env", &format!("{name}='{text}'"));
    App::hot_builder().dotenv(folder.path(".env")).check()
}

#[test]
fn a_file_has_at_most_64_levels() {
    let read = |levels| {
        let folder = Folder::with("a.json", &format!("{{\"v\": {}}}", lists(levels)));
        App::hot_builder().file(folder.path("a.json")).check()
    };
    read(63).unwrap();
    assert!(read(64).unwrap_err().to_string().contains("deeper than 64 levels"));
}

#[test]
fn a_variable_is_as_deep_as_a_file() {
    is_limited("v", 63, |text| variable("DEPTH_V", text));
    is_limited("p.q.w", 61, |text| variable("DEPTH_P_Q_W", text));
    is_limited("map", 62, |text| variable("DEPTH_MAP", &format!(r#"{{"a": {text}}}"#)));
    is_limited("sink", 62, |text| variable("DEPTH_SINK", &format!(r#"{{"type": "Any", "v": {text}}}"#)));
}

#[test]
fn a_deep_variable_is_reported_beside_other_problems() {
    let folder = Folder::with(".env", &format!("DEPTH_P_Q_W='{}'\nDEPTH_COUNT=many", lists(62)));
    let error = App::hot_builder().dotenv(folder.path(".env")).check().unwrap_err().to_string();
    assert!(error.contains("p.q.w: lists and tables") && error.contains("count:"), "{error}");
}

#[test]
fn a_text_in_brackets_has_no_levels() {
    let text = lists(100);
    assert_eq!(variable("DEPTH_TEXT", &text).unwrap().text, Some(text));
}

#[test]
fn an_interpolated_text_is_as_deep_as_a_file() {
    let file = |name: &str, content: &str, text: &str| {
        let folder = Folder::with(".env", &format!("DEEP='{text}'"));
        folder.write(name, content);
        App::hot_builder().file(folder.path(name)).dotenv(folder.path(".env")).check()
    };
    is_limited("v", 63, |text| file("a.toml", "v = '${DEEP}'", text));
    is_limited("p.q.w", 61, |text| file("a.yaml", "p:\n  q:\n    w: ${DEEP}\n", text));
    is_limited("p.q.w", 61, |text| file("a.json", r#"{"p": {"q": {"w": "${DEEP}"}}}"#, text));
    is_limited("v", 63, |text| file("a.toml", "v = '${NOPE:${DEEP}}'", text));
}

#[test]
fn a_reload_refuses_a_deep_text_and_a_write_a_deep_value() {
    let folder = Folder::with("a.toml", "p.q.w = [1]");
    let config = App::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
    folder.write("a.toml", &format!("p.q.w = '${{NOPE:{}}}'", lists(62)));
    let words = "p.q.w: lists and tables are nested deeper than 64 levels";
    let error = config.reload().unwrap_err().to_string();
    assert!(error.contains(words), "{error}");
    let deep: Json = serde_json::from_str(&lists(61)).unwrap();
    let error = config.p().q().set_w(Some(vec![deep.clone()])).unwrap_err().to_string();
    assert!(error.contains(words), "{error}");
    let patch = json!([{"op": "add", "path": "/p/q/w", "value": [deep]}]);
    config.patch(patch).unwrap_err();
    assert_eq!(config.p().q().w().as_deref(), Some(&[json!(1)][..]));
}
