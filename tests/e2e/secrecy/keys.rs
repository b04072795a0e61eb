//! Keys inside texts that contain secrets, and below secret leaves: reports do not show a key that may be a secret.

use std::collections::BTreeMap;

use hotswap::{Builder, HotConfig, PlaintextSecrets, Redacted, Secret};
use serde::{Deserialize, Serialize};

use crate::{stores::store::Store, support::Folder};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    password: Secret<String>,
}

impl Redacted for Login {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Open {
    user: String,
    age: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Auth {
    Basic { user: String, password: Secret<String> },
    None,
}

#[derive(Debug, Serialize, Deserialize, HotConfig)]
#[hot(env = "KEYS")]
struct App {
    #[serde(default)]
    login: Option<Login>,
    #[serde(default)]
    list: Vec<Login>,
    #[serde(default)]
    map: BTreeMap<String, Login>,
    #[serde(default)]
    auth: Option<Auth>,
    #[serde(default)]
    open: Option<Open>,
    #[serde(default)]
    #[hot(secret)]
    marked: Option<Login>,
    #[hot(nested)]
    inner: Inner,
}

#[derive(Clone, Debug, Serialize, Deserialize, HotConfig)]
struct Inner {
    #[serde(default)]
    login: Option<Login>,
}

fn builder(folder: &Folder) -> Builder<App> {
    let builder = App::hot_builder().optional_file(folder.path("app.yaml")).dotenv(folder.path(".env"));
    builder.plaintext_secrets(PlaintextSecrets::Allow).unknown_keys(hotswap::UnknownKeys::Deny).watch(false)
}

/// All reports about a variable at the start, by `check()` and by a reload.
fn reports(variable: &str) -> Vec<String> {
    let folder = Folder::with(".env", variable);
    let mut errors = vec![builder(&folder).load().unwrap_err(), builder(&folder).check().unwrap_err()];
    folder.write(".env", "");
    let app = builder(&folder).load().unwrap();
    folder.write(".env", variable);
    errors.push(app.reload().unwrap_err());
    let status = format!("{}{:?}", app.status(), app.status());
    let shown = |error: hotswap::Error| {
        format!("{error}\n{error:?}\n{}\n{status}", serde_json::to_string(&error).unwrap())
    };
    errors.into_iter().map(shown).collect()
}

#[test]
fn a_key_in_a_variable_is_masked_unless_the_type_names_it() {
    for (variable, shown) in [
        (r#"KEYS_LOGIN='{"user":"a","password":"b","hunter2":1}'"#, "login.***: unknown key"),
        (r#"KEYS_LOGIN='{"user":"a","pasword_hunter2":1}'"#, "login.***: unknown key"),
        (r#"KEYS_LOGIN='{"user":"a"}'"#, "login.password: missing value"),
        (r#"KEYS_LOGIN='{"user":1,"password":"b"}'"#, "login.user: "),
        (r#"KEYS_LOGIN='{"hunter2":1,"hunter2":2}'"#, "login.***: "),
        (r#"KEYS_LIST='[{"user":"a","password":"b"},{"hunter2":1}]'"#, "list[1].***: unknown key"),
        (r#"KEYS_MAP='{"hunter2":{"user":"a","password":["x"]}}'"#, "map.***.password: "),
        (r#"KEYS_MAP='{"hunter2":{"user":"a"}}'"#, "map.***.password: missing value"),
        (r#"KEYS_AUTH='{"type":"Basic","user":"a","password":"b","hunter2":1}'"#, "auth.***: unknown key"),
        (r#"KEYS_INNER_LOGIN='{"user":"a","password":"b","hunter2":1}'"#, "inner.login.***: unknown key"),
        (r#"KEYS_MARKED='{"user":"a","password":"b","hunter2":1}'"#, "marked.***: unknown key"),
    ] {
        for report in reports(variable) {
            assert!(!report.contains("hunter2"), "{variable}: {report}");
            assert!(report.contains(shown), "{variable}: {report}");
        }
    }
}

#[test]
fn a_slip_is_still_explained() {
    for report in reports(r#"KEYS_LOGIN='{"user":"a","password":"b","pasword":1}'"#) {
        assert!(report.contains("login.***: unknown key, did you mean `password`?"), "{report}");
        assert!(report.contains("/.env:1:1"), "{report}");
    }
}

#[test]
fn keys_of_what_holds_no_secret_are_shown() {
    for report in reports(r#"KEYS_OPEN='{"user":"a","age":1,"agee":2}'"#) {
        assert!(report.contains("open.agee: unknown key"), "{report}");
    }
}

#[test]
fn a_key_below_a_secret_leaf_of_a_file_is_masked() {
    let folder = Folder::with(".env", "");
    folder.write("app.yaml", "marked: {user: a, password: b, hunter2: c}\n");
    let error = builder(&folder).load().unwrap_err();
    let shown = format!("{error}\n{error:?}\n{}", serde_json::to_string(&error).unwrap());
    assert!(shown.contains("marked.***: unknown key") && shown.contains("app.yaml:1:"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
    folder.write("app.yaml", "login: {user: a, password: b, pasword: c}\n");
    let error = builder(&folder).load().unwrap_err().to_string();
    assert!(error.contains("login.pasword: unknown key, did you mean `password`?"), "{error}");
}

#[derive(Debug, Deserialize, HotConfig)]
struct Fetching {
    #[hot(secret = "store:logins")]
    logins: BTreeMap<String, Login>,
}

#[test]
fn a_key_of_what_a_store_gives_is_masked() {
    let store = Store::with(&[("logins", r#"{"hunter2":{"user":"a","password":[1]}}"#)]);
    let error = Fetching::hot_builder().secrets("store", store).load().unwrap_err();
    let shown = format!("{error}\n{error:?}\n{}", serde_json::to_string(&error).unwrap());
    assert!(shown.contains("logins.***") && !shown.contains("hunter2"), "{shown}");
}
