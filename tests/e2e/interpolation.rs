//! `${VAR:default}` in the strings of files.

use std::collections::BTreeMap;

use hotswap::{HotConfig, IssueKind};
use serde::Deserialize;

use crate::support::{Folder, with_variables};

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct App {
    #[hot(default = 0)]
    number: i32,
    #[hot(default = "")]
    text: String,
    #[serde(default)]
    list: Vec<i32>,
    #[serde(default)]
    map: BTreeMap<String, String>,
}

fn check(file: &str, text: &str) -> Result<App, hotswap::Error> {
    let folder = Folder::with(file, text);
    App::hot_builder().file(folder.path(file)).check()
}

/// The text in each of the formats.
fn number(template: &str) -> [Result<i32, String>; 3] {
    [
        ("a.toml", format!("number = '{template}'")),
        ("a.yaml", format!("number: '{template}'")),
        ("a.json", format!("{{\"number\": \"{template}\"}}")),
    ]
    .map(|(file, text)| check(file, &text).map(|app| app.number).map_err(|error| error.to_string()))
}

#[test]
fn a_negative_default_stands_behind_a_blank() {
    assert_eq!(number("${NOPE: -5}"), [Ok(-5), Ok(-5), Ok(-5)]);
    assert_eq!(number("${NOPE: 5}"), [Ok(5), Ok(5), Ok(5)]);
    let app = check("a.toml", "list = ['${NOPE: -1}', '${NOPE:2}']\nmap.a = '${NOPE: =x}'").unwrap();
    assert_eq!((app.list, &*app.map["a"]), (vec![-1, 2], "=x"));
}

#[test]
fn a_default_of_the_shell_is_refused_with_the_form_to_write() {
    for sign in ['-', '=', '?', '+'] {
        for result in number(&format!("${{NOPE:{sign}5}}")) {
            let error = result.unwrap_err();
            assert!(error.contains("write `${NOPE:5}`") && error.contains("a form of the shell"), "{error}");
        }
    }
    for text in ["list = ['${NOPE:-5}']", "map.a = 'x${NOPE:-5}'", "text = '${NOPE:${ALSO:-5}}'"] {
        assert!(check("a.toml", text).unwrap_err().has(IssueKind::Interpolation), "{text}");
    }
}

#[test]
fn a_default_does_not_depend_on_whether_the_variable_is_set() {
    let name = "interpolation::a_default_does_not_depend_on_whether_the_variable_is_set";
    with_variables(name, &[("T", "x")], || {
        let text = |template: &str| check("a.toml", &format!("text = '{template}'")).map(|app| app.text);
        assert_eq!(text("${T:{name}}").unwrap(), "x");
        assert_eq!(text("${NOPE:{name}}").unwrap(), "{name}");
        assert_eq!(text("a${T:{\"b\": {}}}c").unwrap(), "axc");
        assert_eq!(text("${T:$${name}}").unwrap(), "x");
        assert_eq!(text("${NOPE:$${name}}").unwrap(), "${name}");
        for template in ["${T:{}", "${NOPE:{}", "${T:-5}", "${T:${NOPE:-5}}"] {
            assert!(text(template).unwrap_err().has(IssueKind::Interpolation), "{template}");
        }
    });
}
