//! Reports about a text that may be a secret, although no attribute marks it and it was not decoded yet.

use std::collections::BTreeMap;

use hotswap::{Builder, HotConfig, Secret, SecretValue};
use serde::Deserialize;

use crate::support::Folder;

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(default = [])]
    logins: Vec<Login>,
    #[serde(default)]
    login: Option<Login>,
    #[serde(default)]
    map: BTreeMap<String, Secret<String>>,
    #[serde(default)]
    auth: Option<Auth>,
    #[serde(default)]
    pair: Option<Secret<Pair>>,
    #[hot(default = "")]
    unmarked: Secret<String>,
    #[hot(secret, default = "")]
    marked: Secret<String>,
    #[hot(default = 1)]
    number: i32,
    #[hot(default = "")]
    text: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    #[serde(default)]
    user: String,
    #[serde(default)]
    password: Secret<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type")]
enum Auth {
    Basic { password: Secret<String> },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Pair {
    a: String,
    b: String,
}

impl SecretValue for Pair {
    fn wipe(&mut self) {
        self.a.wipe();
        self.b.wipe();
    }

    fn secret_eq(&self, other: &Self) -> bool {
        self.a.secret_eq(&other.a) & self.b.secret_eq(&other.b)
    }
}

fn builder(folder: &Folder) -> Builder<App> {
    let builder = App::hot_builder().optional_file(folder.path("a.yaml")).dotenv(folder.path(".env"));
    builder.env("SECRECY_REPORTS").watch(false)
}

/// All outputs of a refused start and a refused reload.
fn said(file: &str, text: &str) -> String {
    let folder = Folder::new();
    folder.write(file, text);
    let error = builder(&folder).load().err().unwrap_or_else(|| panic!("{text} is accepted"));
    let mut said = format!("{error}{error:?}");
    let folder = Folder::with("a.yaml", "number: 2");
    folder.write(".env", "OTHER=1");
    let app = builder(&folder).load().unwrap();
    folder.write(file, text);
    said += &format!("{:?}", app.reload().unwrap_err());
    said += &serde_json::to_string(&app.status()).unwrap();
    said
}

#[test]
fn a_default_of_the_shell_in_a_text_that_may_be_secret_is_not_repeated() {
    for text in [
        "logins: [{password: '${A:-12345678}'}]",
        "login: {password: '${A:-12345678}'}",
        "login: {password: 'x${A:?12345678}'}",
        "map: {x: '${A:=12345678}'}",
        "auth: {type: Basic, password: '${A:+12345678}'}",
        "auth: '${A:-12345678}'",
        "unmarked: '${A:-12345678}'",
        "marked: '${A:-12345678}'",
        "pair: {a: '${A:-12345678}', b: x}",
        "logins: [{password: '${A:${B:-12345678}}'}]",
    ] {
        let said = said("a.yaml", text);
        assert!(!said.contains("12345678"), "{text} {said}");
        assert!(
            said.contains("write `${A:default}`") || said.contains("write `${B:default}`"),
            "{text} {said}"
        );
    }
    for (text, advice) in
        [("number: '${A:-12345678}'", "write `${A:12345678}`"), ("text: '${A:-true}'", "write `${A:true}`")]
    {
        let said = said("a.yaml", text);
        assert!(said.contains(advice), "{text} {said}");
    }
}

#[test]
fn a_name_in_a_text_that_may_be_secret_is_not_repeated_unless_it_is_that_of_a_variable() {
    for text in [
        "logins: [{password: 'pa${hunter2}'}]",
        "unmarked: 'pa${hunter2}'",
        "marked: 'pa${hunter2:-x}'",
        "auth: {type: Basic, password: 'pa${hunter2'}",
    ] {
        assert!(!said("a.yaml", text).contains("hunter"), "{text} {}", said("a.yaml", text));
    }
    assert!(said("a.yaml", "logins: [{password: '${DB_PASSWORD}'}]").contains("DB_PASSWORD"));
    assert!(said("a.yaml", "text: '${lower}'").contains("the variable lower is not set"));
}

#[test]
fn a_dotenv_file_does_not_repeat_what_may_be_secret() {
    for line in [
        "SECRECY_REPORTS_LOGINS=${A:?hunter2}",
        "SECRECY_REPORTS_LOGIN='x'\nSECRECY_REPORTS_AUTH=\"${A:?hunter2}\"",
        "SECRECY_REPORTS_MAP=${A:?hunter2}",
        "SECRECY_REPORTS_UNMARKED=${A?hunter2}",
        "SECRECY_REPORTS_MARKED=${A:?hunter2}",
        "PW=${A:?hunter2}",
        "SECRECY_REPORTS_LOGINS=..pa$HUNTER2CANARY..",
        "SECRECY_REPORTS_AUTH=..pa$HUNTER2CANARY..",
        "SECRECY_REPORTS_UNMARKED=..pa$HUNTER2CANARY..",
        "PW=..pa$HUNTER2CANARY..",
        "SECRECY_REPORTS_LOGINS=..pa${hunter2canary}..",
    ] {
        let said = said(".env", line).to_lowercase();
        assert!(!said.contains("hunter2"), "{line} {said}");
        assert!(said.contains(".env:"), "{line} {said}");
    }
    for (line, expected) in [
        ("SECRECY_REPORTS_TEXT=${A:?set A first}", "the variable A is not set: set A first"),
        ("SECRECY_REPORTS_TEXT=$SOME_HOST", "the variable SOME_HOST is not set"),
        ("SECRECY_REPORTS_LOGINS=${SOME_LOGINS}", "the variable SOME_LOGINS is not set"),
    ] {
        let said = said(".env", line);
        assert!(said.contains(expected), "{line} {said}");
    }
}

#[derive(Debug, Deserialize, HotConfig)]
struct Strict {
    #[serde(default)]
    strict: Option<StrictLimits>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictLimits {
    #[serde(default)]
    limit: u32,
}

/// The policy for unknown keys of variables is a warning, but the type refuses them.
#[test]
fn a_refusal_has_a_problem() {
    let folder = Folder::with(".env", r#"STRICT_STRICT='{"limt":1}'"#);
    let error = Strict::hot_builder().dotenv(folder.path(".env")).env("STRICT").check().unwrap_err();
    assert!(error.issues().len() == 1 && error.to_string().contains("strict"), "{error:?}");
}
