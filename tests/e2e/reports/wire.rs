//! Refusals and records as JSON, for another process.

use hotswap::{Cause, Error, HotConfig, Issue, IssueKind, Record};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[hot(check = Limits::are_consistent)]
struct Limits {
    #[hot(default = 5, range(min = 1, exclusive_max = 100))]
    max: u32,
    #[hot(default = "a", length(max = 3), regex = "^[a-z]*$")]
    name: String,
    #[hot(default = "low", one_of("low", "high"))]
    level: String,
    #[hot(default = [], each(range(max = 9)))]
    each: Vec<u8>,
    #[hot(default = "0123456789", secret, length(min = 10))]
    token: hotswap::Secret<String>,
    #[hot(default = 0.5, range(max = 1.0))]
    share: f64,
}

impl Limits {
    fn are_consistent(&self) -> Result<(), &'static str> {
        if self.max == 13 { Err("13 is unlucky") } else { Ok(()) }
    }
}

fn refused(name: &str, text: &str) -> (Folder, Error) {
    let folder = Folder::with(name, text);
    let builder = Limits::hot_builder().file(folder.path(name));
    let error = builder.plaintext_secrets(hotswap::PlaintextSecrets::Allow).check().unwrap_err();
    (folder, error)
}

fn round_trip<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

/// The constraints and values of all issues, by path.
fn rules(error: &Error) -> Vec<(String, Value, Value)> {
    let issues = serde_json::to_value(error).unwrap()["issues"].as_array().unwrap().clone();
    let rule = |issue: &Value| {
        let value = issue.get("value").cloned().unwrap_or_else(|| "(none)".into());
        (issue["path"].as_str().unwrap_or_default().to_owned(), issue["constraint"].clone(), value)
    };
    issues.iter().map(rule).collect()
}

#[test]
fn a_rule_travels_with_its_constraint_and_value() {
    let text = "max = 0\nname = 'Long'\nlevel = 'loud'\neach = [1, 12]\ntoken = 'hunter2'\nshare = 1.5";
    let (_folder, error) = refused("app.toml", text);
    let range = json!({ "range": { "min": 1, "exclusive_max": 100 } });
    assert_eq!(
        rules(&error),
        [
            ("max".to_owned(), range, json!(0)),
            ("name".to_owned(), json!({ "length": { "max": 3 } }), json!("Long")),
            ("name".to_owned(), json!({ "regex": "^[a-z]*$" }), json!("Long")),
            ("level".to_owned(), json!({ "one_of": ["low", "high"] }), json!("loud")),
            ("each[1]".to_owned(), json!({ "range": { "max": 9 } }), json!(12)),
            ("token".to_owned(), json!({ "length": { "min": 10 } }), json!("(none)")),
            ("share".to_owned(), json!({ "range": { "max": 1.0 } }), json!(1.5)),
        ]
    );
    assert!(!serde_json::to_string(&error).unwrap().contains("hunter2"));
}

#[test]
fn an_untyped_scalar_is_a_number_where_the_rule_is_about_numbers() {
    let (_folder, error) = refused("app.yaml", "max: 0\nname: '4444'\n");
    let values: Vec<_> = rules(&error).into_iter().map(|(.., value)| value).collect();
    assert_eq!(values, [json!(0), json!("4444"), json!("4444")]);
}

#[test]
fn interpolated_text_and_checks_of_structs_have_no_value() {
    let (_folder, error) = refused("app.toml", "name = '${PATH}'\nmax = 13");
    assert!(rules(&error).iter().all(|(.., value)| *value == "(none)"), "{error}");
    let (_folder, error) = refused("app.toml", "max = 13");
    let check = &rules(&error)[0].1["check"];
    assert!(check.as_str().unwrap().contains("are_consistent"), "{check}");
}

#[test]
fn every_kind_of_problem_comes_back_equal() {
    let texts = [
        ("app.toml", "max = "),
        ("app.toml", "max = 'x'\nnope = 1\nname = 5"),
        ("app.toml", "max = 13"),
        ("app.json", "{\"each\": [1, 300], \"level\": \"loud\"}"),
        ("app.yaml", "max: [\nname: 1"),
        ("app.toml", "name = '${NO_SUCH_VARIABLE}'"),
        ("app.toml", "\"a.b\\n\" = 1"),
    ];
    for (name, text) in texts {
        let (_folder, error) = refused(name, text);
        let back = round_trip(&error);
        assert_eq!(back.issues().collect::<Vec<_>>(), error.issues().collect::<Vec<_>>(), "{text}");
        assert_eq!(back.to_string(), error.to_string(), "{text}");
    }
}

#[test]
fn an_issue_of_a_newer_version_is_read() {
    let issue: Issue =
        serde_json::from_str(r#"{"kind": "quota", "message": "too many", "weight": 3}"#).unwrap();
    assert_eq!((issue.kind(), issue.message(), issue.path()), (IssueKind::Other, "too many", String::new()));
}

#[test]
fn text_of_another_process_cannot_forge_a_line() {
    let issue: Issue =
        serde_json::from_str(r#"{"kind": "rule", "path": "a", "message": "b\n  at app.toml:1:1\u001b[2J"}"#)
            .unwrap();
    assert_eq!(issue.to_string().lines().count(), 1, "{issue}");
}

#[test]
fn records_travel_with_times_by_rfc_3339() {
    let app = Limits::hot_builder().watch(false).load().unwrap();
    app.by("alice").set_max(6).unwrap();
    app.set_name("b".to_owned()).unwrap();
    app.rollback(1).unwrap();
    for record in app.history() {
        let json = serde_json::to_value(&record).unwrap();
        assert!(humantime::parse_rfc3339(json["at"].as_str().unwrap()).is_ok(), "{json}");
        assert_eq!(round_trip::<Record>(&record), record);
    }
    assert_eq!(round_trip(&Cause::Rollback(2)), Cause::Rollback(2));
    let status = serde_json::to_value(app.status()).unwrap();
    let at = status["overrides"][0]["at"].as_str().unwrap();
    assert!(humantime::parse_rfc3339(at).is_ok(), "{at}");
}

#[test]
fn counts_of_another_process_do_not_overflow() {
    let text = r#"{"outcome": "rejected", "issues": [{"kind": "rule", "message": "x", "more": 18446744073709551615}]}"#;
    let error: Error = serde_json::from_str(text).unwrap();
    assert!(
        error.to_string().starts_with("configuration rejected: 18446744073709551615 problems"),
        "{error}"
    );
}

#[test]
fn a_path_that_is_no_unicode_is_serialised() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new();
    let path = folder.root().join(std::ffi::OsStr::from_bytes(b"b\xff.toml"));
    std::fs::write(&path, "max = 6").unwrap();
    let app = Limits::hot_builder().file(&path).watch(false).load().unwrap();
    std::fs::write(&path, "max = 7").unwrap();
    app.reload().unwrap();
    assert!(serde_json::to_string(&app.history()).unwrap().contains("b\u{fffd}.toml"));
    std::fs::write(&path, "max = 0").unwrap();
    assert!(serde_json::to_string(&app.reload().unwrap_err()).unwrap().contains("b\u{fffd}.toml"));
}

#[test]
fn a_long_value_stays_behind() {
    let long = "x".repeat(10_000);
    let (_folder, error) = refused("app.toml", &format!("name = '{long}'"));
    assert!(rules(&error).iter().all(|(.., value)| *value == "(none)"));
}
