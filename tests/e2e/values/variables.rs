//! Lists and tables in variables: read by the decoder of the files, with paths, unknown keys and duplicates.

use std::collections::BTreeMap;

use hotswap::{HotConfig, Secret, UnknownKeys};
use serde::Deserialize;

use super::{check, refused};
use crate::support::Folder;

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Server {
    host: String,
    #[serde(default)]
    port: u16,
    #[serde(default)]
    limits: BTreeMap<u16, u8>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct App {
    #[serde(default)]
    limits: BTreeMap<String, u32>,
    #[serde(default)]
    by_number: BTreeMap<u16, String>,
    #[serde(default)]
    servers: Vec<Server>,
    server: Option<Server>,
    pair: Option<(u8, String)>,
    color: Option<[u8; 3]>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    pairs: Vec<(u8, u8)>,
    #[serde(default)]
    logins: Vec<Login>,
    #[hot(nested)]
    pool: Pool,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Login {
    user: String,
    password: Secret<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Pool {
    #[hot(default = 1)]
    min: u32,
    #[hot(default = 9)]
    max: u32,
    #[hot(nested)]
    retry: Option<Retry>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Retry {
    #[hot(default = 3)]
    times: u32,
}

fn variable(name: &str, text: &str) -> Result<App, String> {
    check(".env", &format!("V_{name}='{text}'"))
}

#[track_caller]
fn error(name: &str, text: &str) -> String {
    refused::<App>(".env", &format!("V_{name}='{text}'"))
}

#[test]
fn a_key_that_stands_twice_is_refused_with_its_path() {
    for (name, text, path) in [
        ("LIMITS", r#"{"a":1,"a":2}"#, "limits.a: duplicate key"),
        ("BY_NUMBER", r#"{"80":"x","80":"y"}"#, "by_number.80: duplicate key"),
        ("SERVERS", r#"[{"host":"a"},{"host":"b","host":"c"}]"#, "servers[1].host: duplicate key"),
        ("SERVER", r#"{"host":"a","limits":{"1":2,"1":3}}"#, "server.limits.1: duplicate key"),
    ] {
        let error = error(name, text);
        assert!(error.contains(path) && error.contains(".env:1"), "{error}");
    }
}

#[test]
fn a_value_of_the_wrong_type_is_told_with_its_path_and_not_shown() {
    for (name, text, path) in [
        ("LIMITS", r#"{"password":"hunter2"}"#, "limits.password: expected an integer, found a string"),
        ("BY_NUMBER", r#"{"x":"hunter2"}"#, "by_number.x: expected an integer, found a string"),
        (
            "SERVERS",
            r#"[{"host":"a"},{"host":["hunter2"]}]"#,
            "servers[1].host: expected a string, found a list",
        ),
        ("SERVER", r#"{"port":70000,"host":"hunter2"}"#, "server.port: 70000 is out of range for u16"),
        ("SERVER", r#"["hunter2"]"#, "server: expected a table, found a list"),
        ("SERVERS", r#"{"host":"hunter2"}"#, "servers: expected a list, found a table"),
        ("LIMITS", "hunter2", "limits: expected a table, found a string"),
    ] {
        let error = error(name, text);
        assert!(error.contains(path) && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn text_that_is_no_json_is_told_with_the_character() {
    let error = error("LIMITS", r#"{"ä":1,}"#);
    assert!(error.contains("limits: not valid JSON; trailing comma at character 8;"), "{error}");
}

#[test]
fn a_key_that_the_type_ignores_is_an_unknown_key() {
    for (name, text, path) in [
        ("SERVER", r#"{"host":"a","prot":1}"#, "server.prot: unknown key, did you mean `port`?"),
        ("SERVERS", r#"[{"host":"a"},{"host":"b","prot":1}]"#, "servers[1].prot: unknown key"),
    ] {
        let folder = Folder::with(".env", &format!("V_{name}='{text}'"));
        let builder = || App::hot_builder().env("V").dotenv(folder.path(".env")).watch(false);
        let warnings = builder().load().unwrap().status().warnings;
        assert!(warnings.len() == 1 && warnings[0].contains(path), "{warnings:?}");
        let error = builder().unknown_keys(UnknownKeys::Deny).check().unwrap_err().to_string();
        assert!(error.contains(path), "{error}");
    }
}

#[test]
fn items_that_a_tuple_or_an_array_does_not_take_are_refused() {
    for (name, text, path) in [
        ("PAIR", "1,b,c", "pair: expected a list of 2, found 3 items"),
        ("PAIR", r#"[1,"b","c"]"#, "pair: expected a list of 2, found 3 items"),
        ("PAIR", "1", "pair: expected a tuple of size 2, found 1 items"),
        ("COLOR", "1,2,3,4", "color: expected a list of 3, found 4 items"),
        ("COLOR", "1,2", "color: expected an array of length 3, found 2 items"),
        ("COLOR", "1,2,300", "color[2]: 300 is out of range for u8"),
        ("PAIRS", "[[1,2],[3,4,5]]", "pairs[1]: expected a list of 2, found 3 items"),
    ] {
        let error = error(name, text);
        assert!(error.contains(path), "{text}\n{error}");
    }
    assert_eq!(variable("PAIR", "1,b").unwrap().pair, Some((1, "b".to_owned())));
    assert_eq!(variable("COLOR", "[1,2,3]").unwrap().color, Some([1, 2, 3]));
}

#[test]
fn a_comma_after_the_last_item_adds_none() {
    for (text, words) in [
        ("a,", &["a"][..]),
        ("a,b,", &["a", "b"]),
        (" a , b , ", &["a", "b"]),
        ("a,,b", &["a", "", "b"]),
        ("", &[]),
        (",", &[]),
        ("[\"a\"]", &["a"]),
    ] {
        assert_eq!(variable("WORDS", text).unwrap().words, words, "{text}");
    }
    assert_eq!(variable("COLOR", "1,2,3,").unwrap().color, Some([1, 2, 3]));
}

#[test]
fn a_variable_for_a_whole_table_names_those_of_its_fields() {
    for (name, instead) in [("V_POOL", "V_POOL_MIN"), ("V_POOL_RETRY", "V_POOL_RETRY_TIMES")] {
        let folder = Folder::with(".env", &format!("{name}='{{\"min\":5}}'"));
        let builder = || App::hot_builder().env("V").dotenv(folder.path(".env")).watch(false);
        let warnings = builder().load().unwrap().status().warnings;
        assert!(warnings.len() == 1 && warnings[0].contains(&format!("set {instead}")), "{warnings:?}");
        let error = builder().unknown_keys(UnknownKeys::Deny).check().unwrap_err().to_string();
        assert!(error.contains(&format!("set {instead}")), "{error}");
    }
}

#[test]
fn what_stands_inside_a_variable_is_explained() {
    let folder = Folder::with(".env", "V_SERVERS='[{\"host\":\"a\",\"port\":7}]'\nV_WORDS=a,b");
    let app = App::hot_builder().env("V").dotenv(folder.path(".env")).watch(false).load().unwrap();
    for (path, value) in [("servers[0].port", serde_json::json!(7)), ("words[1]", "b".into())] {
        let explained = app.explain(path);
        assert_eq!(explained.given.first().map(|given| &given.value), Some(&value), "{explained}");
        assert!(explained.origin().unwrap().to_string().contains(".env"), "{explained}");
    }
}

#[test]
fn a_reference_inside_a_variable_leads_to_its_secret() {
    let name = "values::variables::a_reference_inside_a_variable_leads_to_its_secret";
    let variables = [("V_LOGINS", r#"[{"user":"u","password":"env:LOGIN_PW"}]"#), ("LOGIN_PW", "hunter2")];
    crate::support::with_variables(name, &variables, || {
        let app = App::hot_builder().env("V").watch(false).load().unwrap();
        assert_eq!(app.logins()[0].password.expose(), "hunter2");
        assert!(
            !format!("{:?} {}", app.explain("logins"), app.explain("logins[0].password")).contains("hunter2")
        );
    });
}

#[test]
fn a_secret_inside_a_variable_is_not_shown() {
    let folder = Folder::with(".env", r#"V_LOGINS='[{"user":"u","password":"hunter2"}]'"#);
    let app = App::hot_builder().env("V").dotenv(folder.path(".env")).watch(false).load().unwrap();
    assert_eq!(app.logins()[0].password.expose(), "hunter2");
    let shown = format!("{} {:?}", app.explain_all(), app.status());
    assert!(!shown.contains("hunter2"), "{shown}");
    for wrong in [r#"[{"user":"u","password":["hunter2"]}]"#, r#"[{"user":1,"password":"hunter2"}]"#] {
        assert!(!error("LOGINS", wrong).contains("hunter2"));
    }
}

#[derive(Clone, Debug, Deserialize, HotConfig)]
struct Peers {
    #[serde(default)]
    peers: Vec<std::net::SocketAddr>,
    one: Option<std::net::SocketAddr>,
    #[serde(default)]
    patterns: Vec<String>,
    #[serde(default)]
    rows: Vec<Vec<u8>>,
    any: Option<serde_json::Value>,
}

#[test]
fn an_address_in_brackets_is_no_list() {
    let peers = |text: &str| check::<Peers>(".env", &format!("V_PEERS='{text}'")).map(|peers| peers.peers);
    let one: std::net::SocketAddr = "[::1]:80".parse().unwrap();
    let two: std::net::SocketAddr = "[2001:db8::2]:81".parse().unwrap();
    for (text, expected) in [
        ("[::1]:80,[2001:db8::2]:81", vec![one, two]),
        ("[::1]:80, [2001:db8::2]:81,", vec![one, two]),
        ("[::1]:80", vec![one]),
        ("[2001:db8::2]:81,127.0.0.1:1", vec![two, "127.0.0.1:1".parse().unwrap()]),
        (r#"["[::1]:80", "[2001:db8::2]:81"]"#, vec![one, two]),
        ("[]", vec![]),
    ] {
        assert_eq!(peers(text), Ok(expected), "{text}");
    }
    assert_eq!(check::<Peers>(".env", "V_ONE=[::1]:80").unwrap().one, Some(one));
    assert_eq!(check::<Peers>(".env", "V_ANY='[::1]:80'").unwrap().any, Some("[::1]:80".into()));
    let patterns = check::<Peers>(".env", "V_PATTERNS='[a-z]*.log,[0-9]?'").unwrap().patterns;
    assert_eq!(patterns, ["[a-z]*.log", "[0-9]?"]);
}

#[test]
fn a_pattern_in_brackets_may_be_an_item() {
    for (text, expected) in [
        ("[a-z],b", &["[a-z]", "b"][..]),
        ("[a-z],[0-9]", &["[a-z]", "[0-9]"]),
        ("[!a] , [a-z]*.log", &["[!a]", "[a-z]*.log"]),
        ("[1-9],b", &["[1-9]", "b"]),
        ("b,[a-z]", &["b", "[a-z]"]),
        ("[a-z],", &["[a-z]"]),
    ] {
        let patterns = check::<Peers>(".env", &format!("V_PATTERNS='{text}'")).unwrap().patterns;
        assert_eq!(patterns, expected, "{text}");
    }
    let error = refused::<Peers>(".env", "V_PATTERNS='[a-z]'");
    assert!(error.contains("not valid JSON") && error.contains("write a list as a,b or as JSON"), "{error}");
}

#[test]
fn a_list_that_is_broken_json_is_still_refused() {
    for (name, text) in [
        ("ROWS", "[[1,2],[3]"),
        ("PATTERNS", r#"["a","b""#),
        ("PATTERNS", r#"["a"],["b"]"#),
        ("PATTERNS", "[1,2"),
        ("PATTERNS", "[a,b]"),
        ("ROWS", "[1],[2]"),
        ("PATTERNS", "[true],b"),
        ("PATTERNS", "[-1.5],b"),
        ("PATTERNS", "[],b"),
    ] {
        let error = refused::<Peers>(".env", &format!("V_{name}='{text}'"));
        assert!(error.contains("not valid JSON"), "{text}\n{error}");
    }
}
