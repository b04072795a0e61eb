//! The policies for secrets apply to every secret, marked or not, in any position and from any source.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use hotswap::{
    Builder, Error, HotConfig, IssueKind, PlaintextSecrets, Secret, SecretProvider, SecretSources,
    secrets::{BoxFuture, FetchError, Fetched, Location, Payload},
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::support::Folder;

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "POLICIES")]
struct App {
    #[hot(secret, default = "")]
    marked: Secret<String>,
    #[hot(default = "")]
    unmarked: Secret<String>,
    #[serde(default)]
    pin: Option<Secret<u32>>,
    #[hot(default = [], merge = "append")]
    logins: Vec<Login>,
    #[serde(default)]
    map: HashMap<String, Secret<String>>,
    #[serde(default)]
    login: Option<Login>,
    #[hot(nested)]
    nested: Nested,
    #[hot(nested)]
    optional: Option<Nested>,
    #[serde(default)]
    auth: Option<Auth>,
    #[hot(default = [])]
    keys: Vec<Key>,
    #[serde(default)]
    adjacent: Option<Adjacent>,
    #[serde(default)]
    external: Option<External>,
    #[serde(flatten)]
    rest: HashMap<String, Secret<String>>,
    #[hot(default = 1)]
    n: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    password: Secret<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Nested {
    #[hot(default = "")]
    token: Secret<String>,
    #[hot(default = "")]
    host: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Auth {
    Basic { user: String, password: Secret<String> },
    None,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Key {
    Whole { user: String, key: Secret<String> },
    Name(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Key(Secret<String>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum External {
    Key { id: String, key: Secret<String> },
}

/// Every position, as TOML with `@` as placeholder for the value.
const POSITIONS: &[(&str, &str)] = &[
    ("marked", "marked = @"),
    ("unmarked", "unmarked = @"),
    ("logins[0].password", "logins = [{ user = 'a', password = @ }]"),
    ("map.x", "map = { x = @ }"),
    ("login.password", "login = { user = 'a', password = @ }"),
    ("nested.token", "nested = { host = 'a', token = @ }"),
    ("optional.token", "optional = { host = 'a', token = @ }"),
    ("auth.password", "auth = { type = 'basic', user = 'a', password = @ }"),
    ("keys[1].key", "keys = ['a', { user = 'a', key = @ }]"),
    ("adjacent.c", "adjacent = { t = 'Key', c = @ }"),
    ("external.Key.key", "external = { Key = { id = 'a', key = @ } }"),
    ("other", "other = @"),
];

fn file(position: &str, value: &str) -> String {
    position.replace('@', &format!("'{value}'"))
}

fn folder(text: &str) -> Folder {
    let folder = Folder::with("app.toml", text);
    folder.write("secret", "of-the-file");
    let reference = format!("file:{}", folder.path("secret").display());
    folder.write(".env", &format!("PW=of-the-variable\nRR={reference}\nSCHEME=file\n"));
    folder
}

fn builder(folder: &Folder) -> Builder<App> {
    App::hot_builder().file(folder.path("app.toml")).dotenv(folder.path(".env")).watch(false)
}

fn paths(outcome: Result<App, Error>) -> Vec<String> {
    let error = outcome.err();
    let issues = error.iter().flat_map(Error::issues);
    let found: Vec<_> = issues.map(|issue| (issue.kind(), issue.path())).collect();
    assert!(found.iter().all(|(kind, _)| *kind == IssueKind::PlainSecret), "{error:?}");
    found.into_iter().map(|(_, path)| path).collect()
}

#[test]
fn literal_text_is_plain_text_at_every_position() {
    let literal = [
        "hunter2",
        "hunter2${NOPE:}",
        "${PW}hunter2",
        "postgres://app:hunter2@${PW}/db",
        "${NOPE:hunter2}",
        "${PW:hunter2}",
        "${NOPE:${PW:hunter2}}",
        "hunter2$${x}",
        "$${x}",
    ];
    for (path, position) in POSITIONS {
        for value in literal {
            let folder = folder(&file(position, value));
            assert_eq!(paths(builder(&folder).check()), [*path], "{position} {value}");
            let warned = builder(&folder).plaintext_secrets(PlaintextSecrets::Warn).load().unwrap();
            assert_eq!(warned.status().warnings.len(), 1, "{position} {value} {:?}", warned.status());
            let allowed = builder(&folder).plaintext_secrets(PlaintextSecrets::Allow).load().unwrap();
            assert!(allowed.status().warnings.is_empty(), "{position} {value}");
        }
    }
}

#[test]
fn what_only_leads_to_a_secret_is_accepted_at_every_position_and_by_every_reload() {
    for (_, position) in POSITIONS {
        for value in ["${PW}", "${PW:}", "${NOPE:${PW}}", "${PW}${NOPE:}", "env:PW", "${RR}", ""] {
            let folder = folder(&file(position, value));
            let app = builder(&folder).load().unwrap_or_else(|error| panic!("{position} {value}: {error}"));
            assert!(app.status().warnings.is_empty(), "{position} {value}");
            folder.write("app.toml", &format!("n = 2\n{}", file(position, value)));
            app.reload().unwrap_or_else(|error| panic!("{position} {value}: {error}"));
            app.set_n(3).unwrap();
        }
    }
}

#[test]
fn the_message_names_the_ways_out() {
    let folder = folder("unmarked = 'postgres://app:hunter2@${PW}/db'");
    let error = builder(&folder).check().unwrap_err();
    let issue = error.issues().next().unwrap();
    assert!(issue.message().contains("beside a variable"), "{error}");
    for way in
        ["one variable", "one store", "separate fields", "or set POLICIES_UNMARKED", "change the secret"]
    {
        assert!(issue.help().unwrap().contains(way), "{way}: {error}");
    }
    assert!(!error.to_string().contains("hunter2"), "{error}");
    assert!(error.to_string().contains("app.toml:1:12"), "{error}");
}

#[test]
fn numbers_and_hidden_values_and_every_layer_count() {
    let folder = folder("pin = 1234");
    assert_eq!(paths(builder(&folder).check()), ["pin"]);
    folder.write(
        "app.toml",
        "logins = [{ user = 'a', password = '${PW}' }]\nlogin = { user = 'a', password = 'x' }",
    );
    folder.write("b.toml", "logins = [{ user = 'b', password = 'hunter2' }]\nlogin.password = '${PW}'");
    let mut found = paths(builder(&folder).file(folder.path("b.toml")).check());
    found.sort();
    // The index in the file.
    assert_eq!(found, ["login.password", "logins[0].password"]);
}

#[test]
fn a_value_that_equals_a_secret_by_chance_is_none() {
    let folder = folder("auth = { type = 'basic', user = 'of-the-variable', password = '${PW}' }");
    assert_eq!(paths(builder(&folder).check()), Vec::<String>::new());
}

/// Counts its requests.
struct Counter(Arc<AtomicUsize>);

impl SecretProvider for Counter {
    fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async {
            locations.iter().map(|_| Ok(Fetched::new(Payload::text("x".to_owned())))).collect()
        })
    }
}

/// The paths at fault, and whether the store was queried.
fn with_sources(folder: &Folder, allowed: SecretSources) -> (Vec<String>, bool) {
    let asked = Arc::new(AtomicUsize::new(0));
    let builder = builder(folder).secrets("file", Counter(Arc::clone(&asked))).secret_sources(allowed);
    let found = paths(builder.plaintext_secrets(PlaintextSecrets::Allow).check());
    (found, asked.load(Ordering::Relaxed) > 0)
}

#[test]
fn sources_are_judged_after_interpolation_at_every_position() {
    let (stores, variables, files) =
        (SecretSources::STORES, SecretSources::ENVIRONMENT, SecretSources::FILES);
    let ways = [
        ("file:/run/x", stores),
        ("${RR}", stores),
        ("${SCHEME}:/run/x", stores),
        ("file:/run/${PW}", stores),
        ("${NOPE:file:/run/x}", stores),
        ("${PW}", variables),
        ("${NOPE:${PW}}", variables),
        ("env:PW", variables),
        ("hunter2", files),
        ("hunter2${PW}", files),
    ];
    for (path, position) in POSITIONS {
        for (value, source) in ways {
            let folder = folder(&file(position, value));
            for allowed in [stores, variables, files, SecretSources::PROGRAM] {
                let (found, asked) = with_sources(&folder, allowed);
                let expected = if allowed == source { Vec::new() } else { vec![(*path).to_owned()] };
                assert_eq!(found, expected, "{position} {value} {allowed}");
                assert_eq!(asked, allowed == source && source == stores, "{position} {value} {allowed}");
            }
        }
    }
}

#[test]
fn a_variable_that_fills_a_secret_is_one_of_the_environment() {
    let variables = [
        ("MARKED", "x", "marked"),
        ("UNMARKED", "x", "unmarked"),
        ("PIN", "7", "pin"),
        ("LOGINS", r#"[{"user":"a","password":"x"}]"#, "logins"),
        ("MAP", r#"{"x":"x"}"#, "map"),
        ("NESTED_TOKEN", "x", "nested.token"),
        ("OPTIONAL_TOKEN", "x", "optional.token"),
        ("AUTH", r#"{"type":"basic","user":"a","password":"x"}"#, "auth"),
    ];
    for (name, value, path) in variables {
        let folder = folder("n = 1");
        folder.write(".env", &format!("POLICIES_{name}='{value}'\n"));
        let (found, _) = with_sources(&folder, SecretSources::STORES);
        assert!(found.len() == 1 && found[0].starts_with(path), "{name} {found:?}");
        assert_eq!(with_sources(&folder, SecretSources::ENVIRONMENT).0, Vec::<String>::new(), "{name}");
        folder.write(".env", &format!("POLICIES_{name}='file:/run/x'\n"));
        if !value.starts_with(['{', '[']) && name != "PIN" {
            let (found, asked) = with_sources(&folder, SecretSources::ENVIRONMENT);
            assert_eq!((found, asked), (vec![path.to_owned()], false), "{name}");
            assert_eq!(with_sources(&folder, SecretSources::STORES), (vec![], true), "{name}");
        }
    }
}

#[derive(Debug, Deserialize, HotConfig)]
struct Defaults {
    #[hot(secret = "file:/run/x")]
    reference: Secret<String>,
    #[hot(secret = "env:PW")]
    variable: Secret<String>,
    #[hot(default = "hunter2")]
    literal: Secret<String>,
}

#[test]
fn defaults_that_are_in_force_count() {
    let folder = folder("");
    let check = |allowed| {
        let counter = Counter(Arc::default());
        let builder = Defaults::hot_builder().secrets("file", counter).secret_sources(allowed);
        let outcome = builder.dotenv(folder.path(".env")).env("DEFAULTS").check();
        let error = outcome.err();
        let mut found: Vec<_> = error.iter().flat_map(Error::issues).map(hotswap::Issue::path).collect();
        found.sort();
        found
    };
    let (stores, variables) = (SecretSources::STORES, SecretSources::ENVIRONMENT);
    assert_eq!(check(stores), ["literal", "variable"]);
    folder.write(".env", "PW=x");
    assert_eq!(check(variables | SecretSources::PROGRAM), ["reference"]);
    assert_eq!(check(SecretSources::ANY), Vec::<String>::new());
    folder.write(".env", "DEFAULTS_REFERENCE=a\nDEFAULTS_VARIABLE=b\nDEFAULTS_LITERAL=c");
    assert_eq!(check(variables), Vec::<String>::new());
}

#[test]
fn a_reload_and_the_history_obey_it_too() {
    let values = ["hunter2${NOPE:}", "x${PW}", "${NOPE:hunter2}", "hunter2$${x}"];
    for (_, position) in POSITIONS {
        let folder = folder(&file(position, "${PW}"));
        let app = builder(&folder).load().unwrap();
        for value in values {
            folder.write("app.toml", &file(position, value));
            let error = app.reload().unwrap_err();
            assert!(error.has(IssueKind::PlainSecret) && error.issues().len() == 1, "{position} {error}");
        }
    }
}

#[test]
fn text_in_a_buffered_value_that_is_no_secret_is_no_reference() {
    let folder = folder("auth = { type = 'basic', user = 'file:/no/such/file', password = 'env:PW' }");
    let app = builder(&folder).check().unwrap();
    let Some(Auth::Basic { user, password }) = &app.auth else { panic!("{app:?}") };
    assert_eq!((user.as_str(), password.expose().as_str()), ("file:/no/such/file", "of-the-variable"));
}

/// A way to write a secret: pieces of text and variables, and whether any of it is text.
#[derive(Clone, Debug)]
struct Way {
    text: String,
    literal: bool,
}

fn way() -> impl Strategy<Value = Way> {
    let variable = || prop_oneof![Just("PW"), Just("NOPE"), Just("A_1")];
    let name = variable().prop_map(|name| Way { text: format!("${{{name}:}}"), literal: false });
    let text = |text: &str| Just(Way { text: text.to_owned(), literal: true });
    let leaf =
        prop_oneof![3 => name, 1 => text("hunter2"), 1 => text("$${hunter2}"), 1 => text("pg://hunter2@")];
    leaf.prop_recursive(3, 8, 3, move |inner| {
        let default = (variable(), inner.clone()).prop_map(|(name, inner)| Way {
            text: format!("${{{name}:{}}}", inner.text),
            literal: inner.literal,
        });
        let joined = prop::collection::vec(inner, 1..4).prop_map(|ways| Way {
            text: ways.iter().map(|way| way.text.as_str()).collect(),
            literal: ways.iter().any(|way| way.literal),
        });
        prop_oneof![default, joined]
    })
}

fn state(folder: &Folder) -> String {
    let entries = std::fs::read_dir(folder.path("state")).unwrap();
    entries.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

/// The secret at a position of [`POSITIONS`].
fn secret(app: &App, position: usize) -> String {
    let auth = || match &app.auth {
        Some(Auth::Basic { password, .. }) => Some(password),
        _ => None,
    };
    let key = || match app.keys.last() {
        Some(Key::Whole { key, .. }) => Some(key),
        _ => None,
    };
    let secret = match position {
        0 => Some(&app.marked),
        1 => Some(&app.unmarked),
        2 => app.logins.last().map(|login| &login.password),
        3 => app.map.get("x"),
        4 => app.login.as_ref().map(|login| &login.password),
        5 => Some(&app.nested.token),
        6 => app.optional.as_ref().map(|nested| &nested.token),
        7 => auth(),
        8 => key(),
        9 => app.adjacent.as_ref().map(|Adjacent::Key(key)| key),
        10 => app.external.as_ref().map(|External::Key { key, .. }| key),
        _ => app.rest.get("other"),
    };
    secret.unwrap().expose().clone()
}

/// Policy, history, state directory and displayed values treat the same texts as secrets.
fn agree(position: usize, way: &Way) {
    let (path, line) = POSITIONS[position];
    let folder = folder(&file(line, &way.text));
    let expected = if way.literal { vec![path.to_owned()] } else { Vec::new() };
    assert_eq!(paths(builder(&folder).check()), expected, "{line} {way:?}");

    let app = builder(&folder).plaintext_secrets(PlaintextSecrets::Allow).state_dir(folder.path("state"));
    let app = app.load().unwrap();
    folder.write("app.toml", &file(line, "hunter3${NOPE:}"));
    app.reload().unwrap();
    app.rollback(1).unwrap();
    let value = secret(&app.load(), position);
    let list = line.contains('[');
    assert_eq!(value == "hunter3", way.literal || list, "{line} {way:?} {value}");
    app.flush_state().unwrap();
    let mut said = format!("{:?}{}{:?}", app.history(), app.explain_all(), app.diff(1, 2).unwrap());
    said += &format!("{}{:?}", serde_json::to_string(&app.status()).unwrap(), *app.load());
    said += &state(&folder);
    assert!(!said.contains("hunter"), "{line} {way:?} {said}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn policy_history_state_and_reports_agree_proptest(position in 0..POSITIONS.len(), way in way()) {
        agree(position, &way);
    }
}

#[test]
fn policy_history_state_and_reports_agree_at_every_position() {
    for position in 0..POSITIONS.len() {
        for (text, literal) in
            [("hunter2${NOPE:}", true), ("${NOPE:hunter2}", true), ("${NOPE:${PW}}", false)]
        {
            agree(position, &Way { text: text.to_owned(), literal });
        }
    }
}
