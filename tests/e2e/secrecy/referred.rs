//! References in values that are written as text: by variables, dotenv files and templates.

use std::collections::BTreeMap;

use hotswap::{Builder, HotConfig, Secret, SecretSources};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::{Folder, with_variables};

type Alias = Secret<String>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    password: Secret<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[hot(env = "REFERRED")]
struct Open {
    #[serde(default)]
    logins: Vec<Login>,
    #[serde(default)]
    login: Option<Login>,
    #[serde(default)]
    list: Vec<Alias>,
    #[serde(default)]
    lists: Vec<Vec<Alias>>,
    #[serde(default)]
    map: BTreeMap<String, Alias>,
    #[hot(default = 1)]
    n: u32,
}

const SECRETS: [(&str, &str); 2] = [("GIVEN_V1", "val-one"), ("GIVEN_V2", "val-two")];

fn open() -> Builder<Open> {
    Open::hot_builder().watch(false)
}

fn assert_followed(app: &Open) {
    assert_eq!(app.logins[0].password.expose(), "val-one");
    assert_eq!(app.logins[0].user, "env:GIVEN_V2");
    assert_eq!(app.login.as_ref().unwrap().password.expose(), "val-two");
    assert_eq!(app.list.iter().map(|item| item.expose()).collect::<Vec<_>>(), ["plain", "val-one"]);
    assert_eq!(app.lists[0][0].expose(), "val-two");
    assert_eq!(app.map["k"].expose(), "val-one");
}

fn every_change_follows_it(builder: Builder<Open>) {
    let config = builder.load().unwrap();
    assert_followed(&config.load());
    let before = config.load().logins.clone();
    config.set_n(2).unwrap();
    assert_followed(&config.load());
    config.merge_patch(json!({"n": 3})).unwrap();
    assert_followed(&config.load());
    config.reload().unwrap();
    assert_followed(&config.load());
    assert_eq!(config.load().logins, before);
}

const OPEN: [(&str, &str); 5] = [
    ("REFERRED_LOGINS", r#"[{"user": "env:GIVEN_V2", "password": "env:GIVEN_V1"}]"#),
    ("REFERRED_LOGIN", r#"{"user": "u", "password": "env:GIVEN_V2"}"#),
    ("REFERRED_LIST", "plain,env:GIVEN_V1"),
    ("REFERRED_LISTS", r#"[["env:GIVEN_V2"]]"#),
    ("REFERRED_MAP", r#"{"k": "env:GIVEN_V1"}"#),
];

#[test]
fn a_reference_in_the_text_of_a_variable_is_followed_after_every_change() {
    let variables = [&SECRETS[..], &OPEN].concat();
    with_variables(
        "secrecy::referred::a_reference_in_the_text_of_a_variable_is_followed_after_every_change",
        &variables,
        || every_change_follows_it(open()),
    );
}

#[test]
fn a_reference_in_the_text_of_a_dotenv_file_is_followed_after_every_change() {
    with_variables(
        "secrecy::referred::a_reference_in_the_text_of_a_dotenv_file_is_followed_after_every_change",
        &SECRETS,
        || {
            let text: String = OPEN.iter().map(|(name, text)| format!("{name}='{text}'\n")).collect();
            let folder = Folder::with(".env", &text);
            every_change_follows_it(open().dotenv(folder.path(".env")));
        },
    );
}

#[test]
fn a_reference_in_the_text_of_a_template_is_followed_after_every_change() {
    let texts = OPEN.map(|(name, text)| (name.replace("REFERRED", "TEMPLATE"), text));
    let texts = texts.each_ref().map(|(name, text)| (&**name, *text));
    let variables = [&SECRETS[..], &texts].concat();
    with_variables(
        "secrecy::referred::a_reference_in_the_text_of_a_template_is_followed_after_every_change",
        &variables,
        || {
            let field = |name: &str| format!("{} = '${{TEMPLATE_{name}}}'\n", name.to_lowercase());
            let text: String = ["LOGINS", "LOGIN", "LIST", "LISTS", "MAP"].map(field).concat();
            let folder = Folder::with("a.toml", &text);
            every_change_follows_it(open().file(folder.path("a.toml")));
        },
    );
}

/// Types that are marked as secret by their spelling, and types that serde buffers.
#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[hot(env = "REFERRED")]
struct Spelled {
    #[serde(default)]
    tokens: Vec<Secret<String>>,
    #[serde(default)]
    json: Vec<Secret<String>>,
    #[serde(default)]
    map: BTreeMap<String, Secret<String>>,
    #[hot(secret)]
    #[serde(default)]
    marked: Vec<Alias>,
    #[serde(default)]
    single: Option<Secret<String>>,
    #[serde(default)]
    pins: Vec<Secret<u32>>,
    #[serde(default)]
    auth: Option<Auth>,
    #[serde(default)]
    adjacent: Option<Adjacent>,
    #[serde(default)]
    any: Option<Any>,
    #[hot(default = 1)]
    n: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Auth {
    Bearer { token: Secret<String> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "of", rename_all = "lowercase")]
enum Adjacent {
    Bearer { token: Secret<String> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Any {
    Login { user: String, key: Secret<String> },
    Name(String),
}

fn exposed(list: &[Secret<String>]) -> Vec<&str> {
    list.iter().map(|item| &**item.expose()).collect()
}

fn assert_spelled(app: &Spelled) {
    assert_eq!(exposed(&app.tokens), ["val-one", "val-two"]);
    assert_eq!(exposed(&app.json), ["val-one", "plain"]);
    assert_eq!(app.map["k"].expose(), "val-one");
    assert_eq!(exposed(&app.marked), ["plain", "val-two"]);
    assert_eq!(app.single.as_ref().unwrap().expose(), "a,b");
    assert_eq!(app.pins.iter().map(|pin| *pin.expose()).collect::<Vec<_>>(), [4711, 12]);
    let Auth::Bearer { token } = app.auth.as_ref().unwrap();
    assert_eq!(token.expose(), "val-one");
    let Adjacent::Bearer { token } = app.adjacent.as_ref().unwrap();
    assert_eq!(token.expose(), "val-two");
    let Some(Any::Login { user, key }) = &app.any else { panic!("{:?}", app.any) };
    assert_eq!((&**user, &**key.expose()), ("u", "val-two"));
}

#[test]
fn the_spelling_of_a_type_does_not_decide_which_references_are_followed() {
    let variables = [
        ("GIVEN_V1", "val-one"),
        ("GIVEN_V2", "val-two"),
        ("GIVEN_P1", "4711"),
        ("REFERRED_TOKENS", "env:GIVEN_V1,env:GIVEN_V2"),
        ("REFERRED_JSON", r#"["env:GIVEN_V1", "plain"]"#),
        ("REFERRED_MAP", r#"{"k": "env:GIVEN_V1"}"#),
        ("REFERRED_MARKED", "plain, env:GIVEN_V2"),
        ("REFERRED_SINGLE", "env:GIVEN_A,B"),
        ("GIVEN_A,B", "a,b"),
        ("REFERRED_PINS", r#"["env:GIVEN_P1", 12]"#),
        ("REFERRED_AUTH", r#"{"type": "bearer", "token": "env:GIVEN_V1"}"#),
        ("REFERRED_ADJACENT", r#"{"type": "bearer", "of": {"token": "env:GIVEN_V2"}}"#),
        ("REFERRED_ANY", r#"{"user": "u", "key": "env:GIVEN_V2"}"#),
    ];
    with_variables(
        "secrecy::referred::the_spelling_of_a_type_does_not_decide_which_references_are_followed",
        &variables,
        || {
            let config = Spelled::hot_builder().watch(false).load().unwrap();
            assert_spelled(&config.load());
            config.set_n(2).unwrap();
            assert_spelled(&config.load());
            config.reload().unwrap();
            assert_spelled(&config.load());
        },
    );
}

#[test]
fn a_reference_inside_a_text_obeys_the_allowed_sources() {
    let variables = [("REFERRED_JSON", r#"["file:/run/referred"]"#)];
    with_variables(
        "secrecy::referred::a_reference_inside_a_text_obeys_the_allowed_sources",
        &variables,
        || {
            let builder = Spelled::hot_builder().secret_sources(SecretSources::ENVIRONMENT);
            let error = builder.check().unwrap_err().to_string();
            assert!(error.contains("this source must not supply a secret"), "{error}");
        },
    );
}
