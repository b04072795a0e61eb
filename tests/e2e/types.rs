//! Every kind of type that serde knows: from each source, in a write, and in reports.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

use crate::support::{Folder, with_variables};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Types {
    truth: bool,
    tiny: i8,
    small: u16,
    wide: i64,
    huge: u128,
    ratio: f32,
    share: f64,
    letter: char,
    text: String,
    maybe: Option<u16>,
    port: Port,
    pair: (u8, String),
    point: Point,
    mode: Mode,
    modes: Vec<Mode>,
    words: Vec<String>,
    letters: BTreeSet<char>,
    by_number: BTreeMap<u16, String>,
    by_truth: HashMap<bool, u8>,
    by_mode: BTreeMap<Side, i32>,
    either: Either,
    size: Size,
    any: serde_json::Value,
    #[serde(default)]
    nothing: (),
    #[serde(default)]
    marker: Marker,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Port(u16);

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Point(i32, i32);

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Marker;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Slow,
    Limited(u32),
    Between(u32, u32),
    Tuned { level: u8, name: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Side {
    Left,
    Right,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Either {
    Number(i64),
    Share(f64),
    Switch(bool),
    Text(String),
    Many(Vec<i64>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Size {
    Bytes { count: u64 },
    Unlimited,
}

fn types() -> Types {
    Types {
        truth: true,
        tiny: -8,
        small: 16,
        wide: -64_000_000_000,
        huge: 1 << 70,
        ratio: 0.1,
        share: 2.5,
        letter: 'ß',
        text: "007".into(),
        maybe: Some(3),
        port: Port(8080),
        pair: (1, "one".into()),
        point: Point(-1, 1),
        mode: Mode::Tuned { level: 3, name: "three".into() },
        modes: vec![Mode::Slow, Mode::Limited(7), Mode::Between(1, 2)],
        words: vec!["a".into(), "b".into()],
        letters: ['x', 'y'].into(),
        by_number: [(80, "web".to_owned()), (443, "tls".to_owned())].into(),
        by_truth: [(true, 1), (false, 0)].into(),
        by_mode: [(Side::Left, -1), (Side::Right, 1)].into(),
        either: Either::Number(5),
        size: Size::Bytes { count: 12 },
        any: serde_json::json!({ "list": [1, 2.5, "x", true], "deep": { "er": 1 } }),
        nothing: (),
        marker: Marker,
    }
}

const TOML: &str = r#"
truth = true
tiny = -8
small = 16
wide = -64_000_000_000
huge = "1180591620717411303424"
ratio = 0.1
share = 2.5
letter = "ß"
text = "007"
maybe = 3
port = 8080
pair = [1, "one"]
point = [-1, 1]
mode = { tuned = { level = 3, name = "three" } }
modes = ["slow", { limited = 7 }, { between = [1, 2] }]
words = ["a", "b"]
letters = ["x", "y"]
by_number = { 80 = "web", 443 = "tls" }
by_truth = { true = 1, false = 0 }
by_mode = { Left = -1, Right = 1 }
either = 5
size = { kind = "Bytes", count = 12 }
any = { list = [1, 2.5, "x", true], deep = { er = 1 } }
"#;

const YAML: &str = r"
truth: true
tiny: -8
small: 0x10
wide: -64000000000
huge: 1180591620717411303424
ratio: 0.1
share: 2.5
letter: ß
text: 007
maybe: 3
port: 8080
pair: [1, one]
point: [-1, 1]
mode: { tuned: { level: 3, name: three } }
modes: [slow, { limited: 7 }, { between: [1, 2] }]
words: [a, b]
letters: [x, y]
by_number: { 80: web, 443: tls }
by_truth: { true: 1, false: 0 }
by_mode: { Left: -1, Right: 1 }
either: 5
size: { kind: Bytes, count: 12 }
any: { list: [1, 2.5, x, true], deep: { er: 1 } }
nothing: ~
marker: null
";

const VARIABLES: [(&str, &str); 23] = [
    ("TYPES_TRUTH", "true"),
    ("TYPES_TINY", "-8"),
    ("TYPES_SMALL", "16"),
    ("TYPES_WIDE", "-64000000000"),
    ("TYPES_HUGE", "1180591620717411303424"),
    ("TYPES_RATIO", "0.1"),
    ("TYPES_SHARE", "2.5"),
    ("TYPES_LETTER", "ß"),
    ("TYPES_TEXT", "007"),
    ("TYPES_MAYBE", "3"),
    ("TYPES_PORT", "8080"),
    ("TYPES_PAIR", "1,one"),
    ("TYPES_POINT", "[-1, 1]"),
    ("TYPES_MODE", r#"{"tuned":{"level":3,"name":"three"}}"#),
    ("TYPES_MODES", r#"["slow",{"limited":7},{"between":[1,2]}]"#),
    ("TYPES_WORDS", "a, b"),
    ("TYPES_LETTERS", "x,y"),
    ("TYPES_BY_NUMBER", r#"{"80":"web","443":"tls"}"#),
    ("TYPES_BY_TRUTH", r#"{"true":1,"false":0}"#),
    ("TYPES_BY_MODE", r#"{"Left":-1,"Right":1}"#),
    ("TYPES_EITHER", "5"),
    ("TYPES_SIZE", r#"{"kind":"Bytes","count":12}"#),
    ("TYPES_ANY", r#"{"list":[1,2.5,"x",true],"deep":{"er":1}}"#),
];

fn read(name: &str, text: &str) -> Result<Types, hotswap::Error> {
    let folder = Folder::with(name, text);
    Types::hot_builder().file(folder.path(name)).check()
}

#[test]
fn every_type_is_read_from_toml() {
    // TOML's integers end at 64 bits.
    let text = TOML.replace("\"1180591620717411303424\"", "1");
    assert_eq!(read("types.toml", &text).unwrap(), Types { huge: 1, ..types() });
}

#[test]
fn every_type_is_read_from_yaml() {
    assert_eq!(read("types.yaml", YAML).unwrap(), types());
}

#[test]
fn every_type_is_read_from_json_as_serde_writes_it() {
    let small = Types { huge: 9, ..types() };
    assert_eq!(read("types.json", &serde_json::to_string(&small).unwrap()).unwrap(), small);
}

#[test]
fn every_type_is_read_from_variables() {
    with_variables("types::every_type_is_read_from_variables", &VARIABLES, || {
        assert_eq!(Types::hot_builder().env("TYPES").check().unwrap(), types());
    });
}

#[test]
fn what_takes_anything_takes_the_plainest_meaning_of_a_variable() {
    for (text, meant) in [
        ("7", Either::Number(7)),
        ("7.5", Either::Share(7.5)),
        ("true", Either::Switch(true)),
        ("007", Either::Text("007".into())),
        ("seven", Either::Text("seven".into())),
        ("[1, 2]", Either::Many(vec![1, 2])),
    ] {
        let folder = Folder::with("base.yaml", YAML);
        folder.write(".env", &format!("TYPES_EITHER='{text}'"));
        let builder = Types::hot_builder().file(folder.path("base.yaml")).env("TYPES");
        assert_eq!(builder.dotenv(folder.path(".env")).check().unwrap().either, meant, "{text}");
    }
}

#[test]
fn yaml_numbers_without_an_end_or_a_meaning() {
    let share = |text: &str| read("types.yaml", &YAML.replace("share: 2.5", &format!("share: {text}")));
    assert_eq!(share(".inf").unwrap().share, f64::INFINITY);
    assert_eq!(share("-.INF").unwrap().share, f64::NEG_INFINITY);
    assert!(share(".nan").unwrap().share.is_nan());
    assert_eq!(share("0o17").unwrap().share, 15.0);
    let error = read("types.yaml", &YAML.replace("small: 0x10", "small: 010")).unwrap_err().to_string();
    assert!(error.contains("small: a number with a leading zero is ambiguous in YAML"), "{error}");
}

#[test]
fn every_type_is_written_and_read_again_by_a_reload() {
    let folder = Folder::with("types.yaml", YAML);
    let config = Types::hot_builder().file(folder.path("types.yaml")).watch(false).load().unwrap();
    let other = Types {
        truth: false,
        tiny: 8,
        small: 17,
        wide: i64::MAX,
        huge: 1 << 80,
        ratio: -0.3,
        share: 1e300,
        letter: '"',
        text: "${not a template}".into(),
        maybe: None,
        port: Port(1),
        pair: (2, "two".into()),
        point: Point(i32::MIN, i32::MAX),
        mode: Mode::Between(3, 4),
        modes: vec![Mode::Tuned { level: 1, name: String::new() }, Mode::Slow],
        words: vec!["a,b".into(), " c ".into()],
        letters: [].into(),
        by_number: [(1, "one".to_owned())].into(),
        by_truth: [(true, 9)].into(),
        by_mode: [(Side::Right, 0)].into(),
        either: Either::Many(vec![1, 2]),
        size: Size::Unlimited,
        any: serde_json::json!([null, { "a": [] }]),
        nothing: (),
        marker: Marker,
    };
    let changed = other.clone();
    assert_eq!(config.update(|config| *config = changed).unwrap(), 2);
    assert_eq!(config.overrides().len(), 23);
    // The whole configuration is decoded again from the written form.
    folder.write("types.yaml", &YAML.replace("truth: true", "truth: false"));
    config.reload().unwrap();
    assert_eq!(*config.snapshot(), other);
    config.clear_overrides().unwrap();
    assert_eq!(*config.snapshot(), Types { truth: false, ..types() });
}

#[test]
fn what_the_format_of_the_file_cannot_hold_is_not_saved() {
    let folder = Folder::with("types.yaml", YAML);
    let config = Types::hot_builder().file(folder.path("types.yaml")).watch(false).load().unwrap();
    config.set_huge(u128::MAX).unwrap();
    let error = config.save_overrides(folder.path("types.toml")).unwrap_err().to_string();
    assert!(error.contains("has more than the 64 bits that TOML allows"), "{error}");
    config.save_overrides(folder.path("types.yaml")).unwrap();
    config.clear_overrides().unwrap();
    config.reload().unwrap();
    assert_eq!(config.huge().to_owned(), u128::MAX);
}

/// One invalid value for each kind of type, and its message.
const WRONG: [(&str, &str, &str); 16] = [
    ("truth: true", "truth: [1]", "truth: expected a boolean, found a list"),
    ("tiny: -8", "tiny: 128", "tiny: 128 is out of range for i8"),
    ("small: 0x10", "small: -1", "small: -1 is out of range for u16"),
    ("wide: -64000000000", "wide: {}", "wide: expected an integer, found a table"),
    ("ratio: 0.1", "ratio: x", "ratio: expected a number, found a string"),
    ("letter: ß", "letter: ab", "letter: expected a character"),
    ("text: 007", "text: [7]", "text: expected a string, found a list"),
    ("port: 8080", "port: ''", "port: expected an integer, found a string"),
    ("pair: [1, one]", "pair: [1]", "pair: expected a tuple of size 2, found 1 items"),
    (
        "mode: { tuned: { level: 3, name: three } }",
        "mode: sloww",
        "mode: `sloww` is not one of the choices, did you mean `slow`?",
    ),
    ("modes: [slow,", "modes: [{ limited: x },", "modes[0].limited: expected an integer, found a string"),
    ("words: [a, b]", "words: { a: b }", "words: expected a list, found a table"),
    ("by_number: { 80: web,", "by_number: { web: 80,", "by_number.web: expected an integer, found a string"),
    ("by_mode: { Left: -1,", "by_mode: { Lefd: -1,", "did you mean `Left`?"),
    ("size: { kind: Bytes, count: 12 }", "size: { count: 12 }", "size.kind: missing"),
    ("maybe: 3", "maybe: 70000", "maybe: 70000 is out of range for u16"),
];

#[test]
fn a_wrong_value_is_told_in_the_words_of_its_type() {
    for (right, wrong, message) in WRONG {
        assert!(YAML.contains(right), "{right}");
        let error = read("types.yaml", &YAML.replace(right, wrong)).unwrap_err().to_string();
        assert!(error.contains("rejected: 1 problem\n") && error.contains(message), "{wrong}\n{error}");
    }
}

#[test]
fn wrong_values_are_told_all_at_once() {
    let text = WRONG.iter().fold(YAML.to_owned(), |text, (right, wrong, _)| text.replace(right, wrong));
    let error = read("types.yaml", &text).unwrap_err();
    assert_eq!(error.issues().count(), WRONG.len(), "{error}");
}

#[test]
fn a_variable_that_should_be_json_is_not_shown() {
    let folder = Folder::with("base.yaml", YAML);
    folder.write(".env", "TYPES_BY_NUMBER='{hunter2'\nTYPES_POINT='[1,'\nTYPES_MODE='{\"tuned\":'");
    let builder = Types::hot_builder().file(folder.path("base.yaml")).env("TYPES");
    let error = builder.dotenv(folder.path(".env")).check().unwrap_err();
    assert_eq!(error.issues().filter(|issue| issue.message() == "not valid JSON").count(), 3, "{error}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Spread {
    name: String,
    #[serde(flatten)]
    #[hot(nested)]
    limits: Limits,
    #[serde(flatten)]
    rest: BTreeMap<String, u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Limits {
    #[hot(default = 3)]
    most: u32,
    #[hot(default = 1)]
    least: u32,
}

#[test]
fn flattened_fields_share_the_table_and_are_reported_apart() {
    let folder = Folder::with("app.toml", "name = 'a'\nmost = 4\nextra = 1");
    let builder = || Spread::hot_builder().file(folder.path("app.toml"));
    let spread = builder().check().unwrap();
    assert_eq!((spread.limits.most, spread.rest.get("extra")), (4, Some(&1)));
    folder.write("app.toml", "name = 1\nmost = 'x'\nextra = 'y'");
    let error = builder().check().unwrap_err().to_string();
    for message in ["name: expected a string", "most: expected an integer", "extra: expected an integer"] {
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn every_type_is_read_from_a_figment_provider() {
    // figment's keys are strings, and so are those of JSON.
    let small = Types { huge: 9, ..types() };
    let provider = figment::providers::Serialized::defaults(serde_json::to_value(&small).unwrap());
    assert_eq!(Types::hot_builder().layer(provider).check().unwrap(), small);
}

#[test]
fn every_type_is_read_from_a_source_of_the_program() {
    struct Given;
    impl hotswap::Source for Given {
        fn name(&self) -> String {
            "given".into()
        }
        fn read(&mut self) -> Result<hotswap::Reading, hotswap::SourceError> {
            Ok(hotswap::Reading::values(&types())?)
        }
    }
    assert_eq!(Types::hot_builder().source(Given).check().unwrap(), types());
}
