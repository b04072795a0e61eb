//! A write that is refused reports all of its problems together.

use hotswap::{Error, HotConfig, IssueKind, Secret};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = "info", one_of("info", "debug"))]
    level: String,
    #[hot(default = 80)]
    port: u16,
    #[hot(default = 1, readonly)]
    id: u32,
    #[hot(nested)]
    limit: Limit,
    #[hot(nested)]
    extra: Option<Limit>,
    #[hot(default = "", secret)]
    password: Secret<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Limit {
    #[hot(default = 5, range(min = 1))]
    max: u32,
    #[hot(default = 2)]
    burst: u32,
}

fn apps() -> [AppHandle; 2] {
    let folder = Folder::with("a.toml", "port = 80");
    let loaded = App::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
    let limit = Limit { max: 5, burst: 2 };
    let fixed = App::hot_fixed(App {
        level: "info".to_owned(),
        port: 80,
        id: 1,
        limit,
        extra: None,
        password: Secret::new(String::new()),
    });
    [loaded, fixed]
}

fn paths(error: &Error) -> Vec<String> {
    let mut paths: Vec<_> = error.issues().map(|issue| issue.path().to_string()).collect();
    paths.sort();
    paths
}

#[track_caller]
fn refused(write: impl Fn(&AppHandle) -> Result<u64, Error>, expected: &[&str]) {
    for app in apps() {
        let error = write(&app).unwrap_err();
        assert_eq!(paths(&error), expected, "{error}");
        assert_eq!((app.version(), app.overrides()), (1, Vec::new()));
    }
}

#[test]
fn a_merge_patch_with_unknown_keys_reports_the_other_problems_too() {
    let patch = json!({"level": "loud", "nope": 1, "limit": {"max": 0, "brust": 2}, "port": "x"});
    refused(|app| app.merge_patch(patch.clone()), &["level", "limit.brust", "limit.max", "nope", "port"]);
    let patch = json!({"extra": {"max": 0, "brust": 2}, "id": 2, "password": "p", "level": "loud"});
    refused(|app| app.merge_patch(patch.clone()), &["extra.brust", "extra.max", "id", "level", "password"]);
}

#[test]
fn a_merge_patch_of_a_nested_handle_reports_all_problems() {
    for app in apps() {
        let error = app.limit().merge_patch(json!({"max": 0, "brust": 2, "burst": -1})).unwrap_err();
        assert_eq!(paths(&error), ["limit.brust", "limit.burst", "limit.max"], "{error}");
    }
}

#[test]
fn operations_with_unknown_paths_report_the_other_problems_too() {
    let operations = json!([
        {"op": "replace", "path": "/nope", "value": 1},
        {"op": "replace", "path": "/limit/max", "value": 0},
        {"op": "add", "path": "/password", "value": "p"},
        {"op": "replace", "path": "/id", "value": 2},
        {"op": "replace", "path": "/port", "value": "x"},
    ]);
    let write = |app: &AppHandle| app.patch(operations.clone());
    refused(write, &["id", "limit.max", "nope", "password", "port"]);
    let text = write(&apps()[0]).unwrap_err().to_string();
    assert_eq!(text.matches("operation 1 ").count(), 1, "{text}");
    assert!(text.contains("operation 2 (replace \"/limit/max\")"), "{text}");
}

#[test]
fn an_operation_that_fails_ends_the_patch_and_the_problems_before_it_are_reported() {
    let failing: [Value; 2] =
        [json!({"op": "test", "path": "/port", "value": 81}), json!({"op": "remove", "path": "/extra/max"})];
    for (failing, path) in failing.into_iter().zip(["port", "extra.max"]) {
        let operations = json!([
            {"op": "replace", "path": "/limit/max", "value": 0},
            failing,
            {"op": "replace", "path": "/level", "value": "loud"},
        ]);
        let mut expected = vec!["limit.max", path];
        expected.sort_unstable();
        refused(|app| app.patch(operations.clone()), &expected);
    }
}

#[test]
fn operations_that_cannot_be_read_do_not_hide_unknown_paths() {
    let operations = json!([
        {"op": "delete", "path": "/port"},
        {"op": "replace", "path": "/nope", "value": 1},
    ]);
    refused(|app| app.patch(operations.clone()), &["", "nope"]);
}

#[test]
fn a_closure_that_changes_a_readonly_field_reports_broken_rules_too() {
    let write = |app: &AppHandle| {
        app.update(|app| {
            app.id = 2;
            app.limit.max = 0;
            app.level = "loud".to_owned();
        })
    };
    refused(write, &["id", "level", "limit.max"]);
    let error = write(&apps()[0]).unwrap_err();
    assert!(error.has(IssueKind::Write) && error.has(IssueKind::Rule), "{error}");
}
