//! Accepted configurations with warnings.

use std::sync::{Arc, Mutex};

use hotswap::{HotConfig, IssueKind};
use serde::Deserialize;

use crate::support::{Folder, eventually, with_variables};

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "WARN")]
struct App {
    #[hot(default = 1, deprecated = "use workers")]
    threads: u16,
    #[hot(default = 1)]
    #[serde(alias = "jobs")]
    workers: u16,
    #[hot(default = "x", secret)]
    password: hotswap::Secret<String>,
    #[hot(nested)]
    old: Option<Old>,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Old {
    #[hot(default = 1)]
    #[allow(dead_code)]
    size: u16,
}

#[test]
fn a_deprecated_field_warns_with_its_place() {
    let folder = Folder::with("app.toml", "workers = 2\nthreads = 3");
    let path = folder.path("app.toml");
    let app = App::hot_builder().file(&path).load().unwrap();
    let expected = format!("threads: the field is deprecated; use workers\n  at {}:2:1", path.display());
    assert_eq!(app.status().warnings, [expected]);
    assert_eq!(
        (app.threads(), app.workers(), app.password().expose().as_str(), app.old().is_none()),
        (3, 2, "x", true)
    );
}

#[test]
fn a_deprecated_field_in_the_environment_warns() {
    with_variables(
        "reports::warnings::a_deprecated_field_in_the_environment_warns",
        &[("WARN_THREADS", "3")],
        || {
            let warnings = App::hot_load().unwrap().status().warnings;
            assert!(warnings.len() == 1 && warnings[0].ends_with("from environment variable WARN_THREADS"));
        },
    );
}

#[test]
fn a_deprecated_field_that_nobody_gives_does_not_warn() {
    let folder = Folder::with("app.toml", "workers = 2");
    assert_eq!(App::hot_builder().file(folder.path("app.toml")).load().unwrap().status().warnings.len(), 0);
}

#[test]
fn a_deprecation_reaches_who_asked_for_warnings() {
    let folder = Folder::with("app.toml", "workers = 2");
    let app = App::hot_builder().file(folder.path("app.toml")).load().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&heard);
    let _warnings = app.on_warning(move |report| {
        let kinds = report.issues().map(hotswap::Issue::kind);
        told.lock().unwrap().extend(kinds);
    });
    folder.replace("app.toml", "threads = 2");
    eventually("the warning is told", || *heard.lock().unwrap() == [IssueKind::Deprecated]);
}

/// A low and a high file.
fn two(low: &str, high: &str) -> (Folder, Vec<String>) {
    let folder = Folder::with("low.toml", low);
    folder.write("high.toml", high);
    let builder = App::hot_builder()
        .file(folder.path("low.toml"))
        .file(folder.path("high.toml"))
        .plaintext_secrets(hotswap::PlaintextSecrets::Allow);
    let warnings = builder.load().unwrap().status().warnings;
    let root = format!("{}/", folder.root().display());
    let warnings = warnings.into_iter().map(|warning| warning.replace(&root, "")).collect();
    (folder, warnings)
}

#[test]
fn a_hidden_value_of_the_wrong_type_warns_with_its_place() {
    let (_folder, warnings) = two("[old]\nsize = 1\n", "workers = 2");
    assert_eq!(warnings, Vec::<String>::new());
    let (_folder, warnings) = two("jobs = 'many'\nold = 'x'", "workers = 2\n[old]");
    let expected = [
        "workers: expected an integer, found a string, in a value that a higher layer hides; correct it or remove it\n  \
         at low.toml:1:8",
        "old: expected a table, found a string, in a value that a higher layer hides; correct it or remove it\n  \
         at low.toml:2:7",
    ];
    assert_eq!(warnings, expected);
}

#[test]
fn a_hidden_value_of_the_right_type_does_not_warn() {
    let (_folder, warnings) =
        two("workers = 1\npassword = '${HOTSWAP_NOT_SET:a}'", "workers = 2\npassword = 'y'");
    assert_eq!(warnings, Vec::<String>::new());
}

#[test]
fn a_hidden_secret_is_not_shown() {
    let (_folder, warnings) = two("password = ['hunter2']", "password = 'y'");
    assert!(warnings.len() == 1 && !warnings[0].contains("hunter2"), "{warnings:?}");
}

#[test]
fn a_value_that_was_set_hides_too() {
    let folder = Folder::with("app.toml", "workers = 2");
    let app = App::hot_builder().file(folder.path("app.toml")).watch(false).load().unwrap();
    folder.write("app.toml", "workers = 'many'");
    assert!(app.reload().is_err());
    folder.write("app.toml", "workers = 2");
    app.reload().unwrap();
    app.update(|app| app.workers = 5).unwrap();
    folder.write("app.toml", "workers = 'many'");
    app.reload().unwrap();
    assert!(app.status().warnings[0].starts_with("workers: expected an integer"));
    assert!(app.clear_overrides().is_err());
}

#[test]
fn an_alias_beside_the_name_is_refused_with_both_places() {
    let folder = Folder::with("app.toml", "jobs = 1\nworkers = 2");
    let path = folder.path("app.toml");
    let error = App::hot_builder().file(&path).check().unwrap_err();
    let expected = format!(
        "configuration rejected: 1 problem\n  workers: given twice, also as `jobs`; remove one of the two; the other \
         stands at {path}:1:1\n    at {path}:2:1",
        path = path.display()
    );
    assert_eq!(error.to_string(), expected);
}
