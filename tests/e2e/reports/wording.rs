//! Messages say what is wrong and what to do, and repeat no secret.

use std::{collections::HashMap, sync::mpsc::channel, time::Duration};

use hotswap::{Event, HotConfig, Secret};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::{Folder, eventually, this_test, with_variables};

#[derive(Debug, Deserialize, HotConfig)]
struct Vault {
    #[serde(default)]
    marked: Option<Secret<String>>,
    #[serde(default)]
    list: Vec<Secret<String>>,
}

/// The report for a secret of this text.
#[track_caller]
fn of_secret(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap();
    let reports = ["marked", "list"].map(|field| {
        let value = if field == "list" { format!("[{json}]") } else { json.clone() };
        let folder = Folder::with("app.json", &format!("{{\"{field}\": {value}}}"));
        Vault::hot_builder().file(folder.path("app.json")).check().unwrap_err().to_string()
    });
    let [marked, listed] = reports;
    assert_eq!(marked.lines().nth(1).unwrap().replace("marked", "list[0]"), listed.lines().nth(1).unwrap());
    marked
}

#[test]
fn a_reference_with_a_wrong_scheme_names_the_right_one() {
    for (text, scheme) in [
        ("vualt:secret/a#b", "vault"),
        ("ENV:HOME", "env"),
        ("File:/run/secrets/pw", "file"),
        ("aws_sm:name#key", "aws-sm"),
        ("gcpsm:project/name", "gcp-sm"),
        (" Env:HOME", "env"),
        ("vualt:secret/${HOME}", "vault"),
    ] {
        let report = of_secret(text);
        let expected =
            format!("plain text: it has an unknown scheme, did you mean `{scheme}`? write a reference");
        assert!(report.contains(&expected), "{text}: {report}");
        assert!(!report.contains("others may have read it"), "{text}: {report}");
    }
}

#[test]
fn a_reference_without_a_location_says_so() {
    for scheme in ["file", "env", "vault", "aws-sm"] {
        let report = of_secret(&format!("{scheme}:"));
        assert!(report.contains(&format!("the reference `{scheme}:` names no location")), "{report}");
    }
}

#[test]
fn a_reference_with_a_blank_says_so() {
    for text in [" env:HOME", "env :HOME", "\tenv:HOME"] {
        let report = of_secret(text);
        assert!(report.contains("a blank is beside the scheme `env`"), "{text:?}: {report}");
    }
}

#[test]
fn any_other_text_of_a_secret_is_plain_text() {
    for text in ["hunter2", "user:hunter2", "foo:a#b", "postgres://u:p@h/db", "vaults://h/db", ":hunter2", ""]
    {
        if text.is_empty() {
            continue;
        }
        let report = of_secret(text);
        assert!(report.contains("a secret stands here as plain text; write a reference"), "{text}: {report}");
        assert!(report.contains("and change the secret, because others may have read it"), "{report}");
        assert!(!report.contains("hunter2") && !report.contains("foo"), "{report}");
    }
}

#[track_caller]
fn refused<T: HotConfig + std::fmt::Debug>(name: &str, text: &str) -> String {
    let folder = Folder::with(name, text);
    T::hot_builder().file(folder.path(name)).check().unwrap_err().to_string()
}

#[derive(Debug, Deserialize, HotConfig)]
struct Scalars {
    #[hot(default = 1)]
    n: u32,
    #[hot(default = "a")]
    name: String,
    #[hot(default = true)]
    on: bool,
    #[serde(default)]
    map: HashMap<String, u32>,
    #[serde(default)]
    odd: Option<bool>,
}

#[test]
fn a_float_is_called_a_float() {
    for (name, text) in [("a.toml", "n = 1.0"), ("a.json", r#"{"n": 1.5}"#), ("a.yaml", "n: 1e3")] {
        let report = refused::<Scalars>(name, text);
        assert!(report.contains("n: expected an integer, found a float"), "{text}: {report}");
    }
    let report = refused::<Scalars>("a.json", r#"{"name": 1.5}"#);
    assert!(report.contains("name: expected a string, found a float"), "{report}");
}

#[test]
fn a_word_for_a_boolean_has_advice() {
    for (word, advice) in [("yes", "true"), ("Off", "false"), ("on", "true"), ("NO", "false")] {
        for field in ["on", "odd"] {
            let report = refused::<Scalars>("a.yaml", &format!("{field}: {word}"));
            let expected = format!("{field}: expected a boolean, found a string; write `{advice}`");
            assert!(report.contains(&expected), "{report}");
        }
    }
    let report = refused::<Scalars>("a.yaml", "on: maybe");
    assert!(!report.contains("write `"), "{report}");
}

#[test]
fn a_variable_for_a_table_has_advice() {
    with_variables(&this_test(), &[("WORDS_MAP", "a=1"), ("WORDS_ON", "yes")], || {
        let error = Scalars::hot_builder().env("WORDS").check().unwrap_err().to_string();
        let advice =
            "map: expected a table, found a string; in a variable, write a table as JSON: `{\"key\": ..}`";
        assert!(error.contains(advice), "{error}");
        assert!(error.contains("on: expected a boolean, found a string; write `true`"), "{error}");
    });
    let report = refused::<Scalars>("a.toml", "map = 'a'");
    assert!(!report.contains("JSON"), "{report}");
}

#[test]
fn a_missing_directory_is_called_a_directory() {
    let folder = Folder::new();
    let error = Scalars::hot_builder().dir(folder.path("conf.d")).check().unwrap_err().to_string();
    let expected = format!("no directory at {}; create the directory", folder.path("conf.d").display());
    assert!(error.contains(&expected), "{error}");
}

#[test]
fn a_file_of_an_unknown_format_has_advice() {
    let folder = Folder::with("a.toml", "n = 1");
    let config = Scalars::hot_builder().file(folder.path("a.toml")).load().unwrap();
    for name in ["x.ini", "x"] {
        let errors = [config.save(folder.path(name)), config.save_overrides(folder.path(name))];
        for error in errors.map(|result| result.unwrap_err().to_string()) {
            assert!(error.contains("not known by its extension; use .toml, .yaml, .yml or .json"), "{error}");
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Hosts {
    #[hot(default = ["a", "b"])]
    hosts: Vec<String>,
    #[hot(default = 5, range(min = 1))]
    n: u32,
}

#[test]
fn an_index_that_is_spelled_oddly_is_named() {
    let config = Hosts::hot_fixed(Hosts { hosts: vec!["a".into(), "b".into()], n: 1 });
    for operation in [
        json!({ "op": "replace", "path": "/hosts/09", "value": "x" }),
        json!({ "op": "remove", "path": "/hosts/+1" }),
        json!({ "op": "copy", "from": "/hosts/01", "path": "/hosts/-" }),
        json!({ "op": "add", "path": "/hosts/first", "value": "x" }),
        json!({ "op": "test", "path": "/hosts/00", "value": "a" }),
    ] {
        let error = config.patch(json!([operation])).unwrap_err().to_string();
        assert!(
            error.contains("is not the index of an element: use digits without a leading zero"),
            "{error}"
        );
        assert!(!error.contains("hosts[9]"), "{error}");
    }
    let beyond = config.patch(json!([{ "op": "remove", "path": "/hosts/9" }])).unwrap_err().to_string();
    assert!(beyond.contains("there is no such place in the document"), "{beyond}");
}

#[test]
fn the_whole_document_is_not_removed() {
    let config = Hosts::hot_fixed(Hosts { hosts: Vec::new(), n: 1 });
    let error = config.patch(json!([{ "op": "remove", "path": "" }])).unwrap_err().to_string();
    assert!(error.contains("the whole document cannot be removed"), "{error}");
}

#[test]
fn one_step_back_is_one_step() {
    let config = Hosts::hot_fixed(Hosts { hosts: Vec::new(), n: 1 });
    let error = config.rollback(1).unwrap_err().to_string();
    assert!(error.contains("no version is 1 step back"), "{error}");
}

#[test]
fn the_event_of_a_refused_call_does_not_say_that_it_was_done() {
    let folder = Folder::with("a.toml", "n = 1");
    let (events, seen) = channel();
    let observe = move |event: &Event<'_>| drop(events.send(event.to_string()));
    let config =
        Hosts::hot_builder().file(folder.path("a.toml")).watch(false).observe(observe).load().unwrap();
    config.by("u").clear_override("nope").unwrap_err();
    config.shutdown().unwrap();
    let shown: Vec<_> = seen.try_iter().collect();
    assert!(shown[1].starts_with("clearing of overrides by u refused\n"), "{shown:?}");
}

#[test]
fn the_status_of_an_expiry_that_cannot_happen_has_no_escaped_line_break() {
    let folder = Folder::with("a.toml", "n = 5");
    let builder = Hosts::hot_builder().file(folder.path("a.toml")).watch(false);
    let config = builder.load().unwrap();
    config.for_duration(Duration::from_millis(500)).set_n(7).unwrap();
    folder.write("a.toml", "n = 0");
    config.reload().unwrap();
    let error = || config.status().last_error.unwrap_or_default();
    eventually("the override stays", || {
        error().contains("it stays: without it, n: 0 is less than the minimum 1, at ")
    });
    assert!(!error().contains("\\n"), "{}", error());
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sink {
    File { path: String },
    Net(String),
}

#[derive(Debug, Deserialize, HotConfig)]
struct Flat {
    #[hot(default = 1)]
    _n: u32,
    #[serde(flatten)]
    _sink: Sink,
}

#[test]
fn a_flattened_enum_without_a_tag_lists_its_variants() {
    for (name, text) in [("a.toml", "_n = 2"), ("a.yaml", "_n: 2")] {
        let report = refused::<Flat>(name, text);
        assert!(report.contains("choose one of `file`, `net`"), "{text}: {report}");
    }
    let report = refused::<Flat>("a.toml", "file = { path = 'a' }\nnet = 'b'");
    assert!(report.contains("net: unknown key"), "{report}");
}
