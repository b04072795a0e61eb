//! Variables, profiles and references.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

use hotswap::{HotConfig, IssueKind, Origin};

use super::{App, json, toml, yaml};
use crate::support::{Folder, assert_passed, child, is_child, this_test, with_variables};

#[test]
fn variable_that_is_not_unicode() {
    if !is_child() {
        let mut child = child(&this_test(), &[]);
        child.env("BAD_TEXT", OsStr::from_bytes(b"a\xff"));
        return assert_passed(&child.output().unwrap());
    }
    let error = App::hot_load().unwrap_err();
    let issue = error.issues().next().unwrap();
    assert_eq!((issue.path(), error.issues().len()), ("text".into(), 1));
    assert_eq!(issue.origin(), Some(&Origin::Env { name: "BAD_TEXT".into() }));
}

#[test]
fn variable_of_another_program_that_is_not_unicode() {
    if !is_child() {
        let mut child = child(&this_test(), &[]);
        child.env("OTHER", OsStr::from_bytes(b"a\xff")).env(OsStr::from_bytes(b"\xfe"), "");
        return assert_passed(&child.output().unwrap());
    }
    assert_eq!(App::hot_load().unwrap().number(), 1);
}

#[test]
fn variable_with_the_wrong_type() {
    let name = "bad_input::around::variable_with_the_wrong_type";
    with_variables(name, &[("BAD_NUMBER", "many")], || {
        let error = App::hot_load().unwrap_err().to_string();
        assert!(
            error.contains("number: ") && error.contains("from environment variable BAD_NUMBER"),
            "{error}"
        );
    });
}

#[test]
fn profile_that_matches_no_file() {
    let folder = Folder::new();
    let builder = App::hot_builder().profile("production").optional_file(folder.path("{profile}.toml"));
    let error = builder.load().unwrap_err();
    let tried = folder.path("production.toml").display().to_string();
    assert!(error.has(IssueKind::Setup) && error.to_string().contains(&tried), "{error}");
}

#[test]
fn profile_that_leads_elsewhere() {
    let folder = Folder::with("config/development.toml", "number = 2");
    folder.write("secret.toml", "number = 3");
    for name in ["../secret", "..", "", "a/b", "a\0b", "ä"] {
        let builder = App::hot_builder().profile(name).file(folder.path("config/{profile}.toml"));
        let error = builder.load().unwrap_err();
        assert!(error.has(IssueKind::Setup) && error.issues().len() == 1, "{name:?}: {error}");
    }
}

#[test]
fn profile_variable_that_leads_elsewhere() {
    let name = "bad_input::around::profile_variable_that_leads_elsewhere";
    with_variables(name, &[("BAD_PROFILE", "../secret")], || {
        let error = App::hot_builder().optional_file("config/{profile}.toml").load().unwrap_err();
        assert!(error.to_string().contains("from environment variable BAD_PROFILE"), "{error}");
    });
}

#[test]
fn reference_to_a_variable_that_is_not_set() {
    toml("number = 2\ntext = \"${HOTSWAP_TEST_NOT_SET}\"", "app.toml:2:8").is_refused();
    yaml("number: 2\ntext: ${HOTSWAP_TEST_NOT_SET}", "app.yaml:2:7").is_refused();
    json("{\"number\": 2,\n\"text\": \"${HOTSWAP_TEST_NOT_SET}\"}", "app.json:2:9").is_refused();
}

#[test]
fn reference_that_never_closes() {
    toml("text = \"${HOME\"", "app.toml:1:8").is_refused();
}

#[test]
fn every_problem_of_every_source_is_in_one_report() {
    let folder = Folder::with("1.toml", "number = 300\nnubmer = 1\n");
    folder.write("2.json", "{");
    let builder = App::hot_builder().file(folder.path("1.toml")).file(folder.path("2.json"));
    let error = builder.file(folder.path("3.yaml")).load().unwrap_err();
    for part in ["number: ", "nubmer", "2.json:1:", "3.yaml"] {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
    assert_eq!(error.issues().len(), 4, "{error}");
}
