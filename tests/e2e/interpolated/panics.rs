//! A type that panics, or refuses a value in words of its own: interpolated text and secrets are in no report, and a type reads
//! no such text alone.

use std::{cell::RefCell, collections::BTreeMap};

use hotswap::{Builder, Error, HotConfig, PlaintextSecrets, Secret, SecretValue};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::json;

use super::CANARY;
use crate::support::Folder;

thread_local! {
    /// The messages of panics, which the hook of a program prints.
    static PRINTED: RefCell<String> = const { RefCell::new(String::new()) };
}

fn panic_with(message: String) -> ! {
    PRINTED.with_borrow_mut(|printed| *printed += &message);
    panic!("{message}")
}

fn with_slashes(texts: Vec<String>) -> Vec<String> {
    texts.iter().map(|text| format!("{}/", text.trim_end_matches('/'))).collect()
}

/// Two texts, written with a slash at the end; panics otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Pair(Vec<String>);

impl<'de> Deserialize<'de> for Pair {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        match texts.len() {
            2 => Ok(Self(with_slashes(texts))),
            _ => panic_with(format!("a pair has two: {texts:?}")),
        }
    }
}

/// Two texts; refused in words of its own otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Refusing(Vec<String>);

impl<'de> Deserialize<'de> for Refusing {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        match texts.len() {
            2 => Ok(Self(with_slashes(texts))),
            _ => Err(D::Error::custom(format!("a pair has two: {texts:?}"))),
        }
    }
}

macro_rules! secret_values {
    ($($name:ident)*) => {
        $(impl SecretValue for $name {
            fn wipe(&mut self) {
                self.0.wipe();
            }

            fn secret_eq(&self, other: &Self) -> bool {
                self.0.secret_eq(&other.0)
            }
        })*
    };
}

secret_values!(Pair Refusing);

/// A table with two entries, written in lower case; panics otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Named(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let texts = BTreeMap::<String, String>::deserialize(from)?;
        if !texts.keys().any(|name| name.to_lowercase() == "a") || texts.contains_key("b") {
            panic_with(format!("`a` is missing: {texts:?}"));
        }
        Ok(Self(texts.into_iter().map(|(name, text)| (name.to_lowercase(), text)).collect()))
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Any {
    #[default]
    None,
    Pair {
        pair: Pair,
    },
    Refusing {
        refusing: Refusing,
    },
}

#[derive(Clone, Debug, Deserialize, HotConfig)]
struct App {
    #[serde(default)]
    pair: Pair,
    #[serde(default)]
    pairs: BTreeMap<String, Pair>,
    #[serde(default)]
    named: Named,
    #[serde(default)]
    refusing: Refusing,
    #[serde(default)]
    inside: Option<Inside>,
    #[serde(default)]
    any: Any,
    secret: Option<Secret<Pair>>,
    other: Option<Secret<Refusing>>,
    #[serde(default)]
    list: Vec<String>,
    #[hot(default = 1)]
    n: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Inside {
    pair: Pair,
    #[serde(default)]
    refusing: Refusing,
}

fn builder(folder: &Folder) -> Builder<App> {
    let builder = App::hot_builder().file(folder.path("app.toml")).dotenv(folder.path(".env"));
    builder.plaintext_secrets(PlaintextSecrets::Allow).watch(false)
}

fn folder(text: &str) -> Folder {
    let folder = Folder::with("app.toml", text);
    folder.write(".env", &format!("PW={CANARY}\nLIST={CANARY},{CANARY},c\n"));
    folder
}

const SOUND: &str = "
pair = ['h://${PW}@a', 'b']
pairs = { x = ['h://${PW}@a', 'b'], y = ['b', 'h://${PW}@a'] }
named = { A = 'h://${PW}@a', C = '${PW}' }
inside = { pair = ['${PW}', 'b'], refusing = ['${PW}', 'c'] }
secret = ['hunter2canary', 'b']
";

#[test]
fn no_type_prints_interpolated_text_when_another_value_is_written() {
    let folder = folder(SOUND);
    let app = builder(&folder).state_dir(folder.path("state")).load().unwrap();
    app.set_n(5).unwrap();
    app.update(|app| app.list.push("a longer text".into())).unwrap();
    app.update(|app| app.list.push(app.pair.0[0].clone())).unwrap();
    app.update(|app| app.pair.0[1] = "c/".into()).unwrap();
    app.update(|app| app.pairs.get_mut("y").unwrap().0[0] = "c/".into()).unwrap();
    app.update(|app| drop(app.named.0.insert("d".into(), "e".into()))).unwrap();
    app.merge_patch(json!({"inside": {"pair": ["x/", "y/"]}})).unwrap();
    app.patch(json!([{"op": "replace", "path": "/pair/1", "value": "d/"}])).unwrap();
    app.save(folder.path("out.toml")).unwrap();
    app.save_overrides(folder.path("overrides.toml")).unwrap();
    let shown = format!("{:?}{:?}", app.overrides(), app.history());
    PRINTED.with_borrow(|printed| assert!(!printed.contains(CANARY), "{printed}"));
    assert!(!shown.contains(CANARY), "{shown}");
    assert_eq!(
        app.overrides().iter().find(|own| own.path() == "pair").unwrap().value().unwrap()[0],
        "h://${PW}@a"
    );
}

/// Refused values, each with interpolated text or a secret.
const REFUSED: [&str; 12] = [
    "pair = ['${PW}']",
    "pair = '${LIST}'",
    "pairs = { x = ['${PW}', 'b', 'c'] }",
    "named = { C = '${PW}' }",
    "refusing = ['${PW}']",
    "refusing = '${LIST}'",
    "inside = { pair = ['${PW}'] }",
    "inside = { pair = ['a', 'b'], refusing = ['${PW}'] }",
    "any = { pair = ['${PW}'] }",
    "any = { refusing = ['x${PW}'] }",
    "secret = ['hunter2canary']",
    "other = ['hunter2canary']",
];

#[test]
fn no_report_of_a_load_repeats_such_text() {
    for text in REFUSED {
        let folder = folder(text);
        for error in [builder(&folder).load().unwrap_err(), builder(&folder).check().unwrap_err()] {
            assert_silent(text, &error);
        }
        folder.write("app.toml", "n = 1");
        let app = builder(&folder).load().unwrap();
        folder.write("app.toml", text);
        assert_silent(text, &app.reload().unwrap_err());
        let status = format!("{:?}{:?}", app.status(), app.history());
        assert!(!status.contains(CANARY), "{text}: {status}");
    }
}

type Write<'a> = &'a dyn Fn() -> Result<u64, Error>;

#[test]
fn no_report_of_a_write_repeats_such_text() {
    let folder = folder(SOUND);
    let app = builder(&folder).load().unwrap();
    let writes: [(&str, Write<'_>); 9] = [
        ("update pair", &|| app.update(|app| drop(app.pair.0.pop()))),
        ("update pairs", &|| app.update(|app| drop(app.pairs.get_mut("x").unwrap().0.pop()))),
        ("update refusing", &|| app.update(|app| app.refusing.0 = vec![app.pair.0[0].clone()])),
        ("update inside", &|| app.update(|app| app.inside.as_mut().unwrap().refusing.0.truncate(1))),
        ("update named", &|| app.update(|app| drop(app.named.0.remove("a")))),
        ("set pair", &|| app.set_pair(Pair(vec![format!("h://{CANARY}@a/")]))),
        ("patch pair", &|| app.patch(json!([{"op": "remove", "path": "/pair/1"}]))),
        ("patch named", &|| app.patch(json!([{"op": "remove", "path": "/named/a"}]))),
        ("copy", &|| app.patch(json!([{"op": "copy", "from": "/pair/0", "path": "/refusing/-"}]))),
    ];
    for (name, write) in writes {
        match write() {
            Ok(version) => panic!("{name} gave version {version}"),
            Err(error) => assert_silent(name, &error),
        }
    }
    let all = format!("{:?}{:?}{:?}", app.status(), app.history(), app.overrides());
    assert!(!all.contains(CANARY), "{all}");
}

#[track_caller]
fn assert_silent(what: &str, error: &Error) {
    let report =
        format!("{error}{error:?}{}", error.issues().map(|issue| issue.to_string()).collect::<String>());
    assert!(!report.contains(CANARY), "{what}: {report}");
}
