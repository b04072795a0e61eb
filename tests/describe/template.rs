//! Templates, read back.

use std::{cell::RefCell, collections::BTreeMap};

use hotswap::{Format, HotConfig, Secret, UnknownKeys};
use proptest::prelude::*;
use serde::Deserialize;

use super::{every::Every, said::Said};

const FORMATS: [Format; 3] = [Format::Toml, Format::Yaml, Format::Json];

fn load<T: HotConfig>(format: Format, text: &str) -> Result<T, hotswap::Error> {
    T::hot_builder().unknown_keys(UnknownKeys::Deny).source(Said(format, text.to_owned())).check()
}

#[test]
fn every_form_loads_back_to_its_default() {
    let needed = || Said(Format::Json, r#"{"needed": "x", "also": 1}"#.to_owned());
    let defaults = Every::hot_builder().source(needed()).check().unwrap();
    for format in FORMATS {
        let template = Every::template(format);
        let builder = Every::hot_builder().source(Said(format, template.clone())).source(needed());
        let loaded = builder.check().unwrap_or_else(|error| panic!("{error}\n{template}"));
        assert_eq!(loaded, defaults, "{template}");
    }
}

#[test]
fn what_is_required_is_missed_until_it_is_written() {
    for format in FORMATS {
        let error = load::<Every>(format, &Every::template(format)).unwrap_err();
        let missed: Vec<_> = error.issues().map(|issue| issue.path().to_string()).collect();
        assert_eq!(missed, ["needed", "also"], "{error}");
    }
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Service {
    /// Where it
    /// listens.
    #[hot(nested)]
    socket: Socket,
    #[hot(default = "a", one_of("a", "b"))]
    mode: String,
    /// Encryption.
    #[hot(nested)]
    tls: Option<Tls>,
    #[hot(nested)]
    empty: Empty,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Socket {
    #[hot(default = 80)]
    port: u16,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Tls {
    #[hot(default = 443)]
    port: u16,
    #[hot(secret, env = "TLS_KEY")]
    key: Secret<String>,
    #[hot(nested)]
    names: Names,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Names {
    #[hot(default = ["a"])]
    list: Vec<String>,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Empty {
    nothing: Option<u8>,
}

#[test]
fn toml() {
    let expected = r##"# text, one of "a", "b"; default: "a"
mode = "a"

# Where it
# listens.
[socket]
# integer; default: 80
port = 80

# Encryption.
# optional as a whole
#[tls]
## integer; default: 443
#port = 443

## required; text; variable: TLS_KEY
## secret: set the variable TLS_KEY, do not write it here
##key = "${TLS_KEY}"

#[tls.names]
## list of text; default: ["a"]
#list = ["a"]

[empty]
# optional; integer
#nothing = 0
"##;
    assert_eq!(Service::template(Format::Toml), expected);
}

#[test]
fn yaml() {
    let expected = r##"# text, one of "a", "b"; default: "a"
mode: "a"

# Where it
# listens.
socket:
  # integer; default: 80
  port: 80

# Encryption.
# optional as a whole
#tls:
#  # integer; default: 443
#  port: 443

#  # required; text; variable: TLS_KEY
#  # secret: set the variable TLS_KEY, do not write it here
#  #key: "${TLS_KEY}"

#  names:
#    # list of text; default: ["a"]
#    list: ["a"]

#empty:
#  # optional; integer
#  #nothing: 0
"##;
    assert_eq!(Service::template(Format::Yaml), expected);
}

#[test]
fn json() {
    let expected = r#"{
  "mode": "a",
  "socket": {
    "port": 80
  },
  "tls": null,
  "empty": {
    "nothing": null
  }
}
"#;
    assert_eq!(Service::template(Format::Json), expected);
}

/// Takes the first `#` of each line that is no prose away.
fn live(template: &str) -> String {
    let lines = template.lines().map(|line| match line.trim_start().strip_prefix('#') {
        Some(rest) if !rest.starts_with(' ') || rest.starts_with("  ") => line.replacen('#', "", 1),
        _ => line.to_owned(),
    });
    lines.map(|line| line + "\n").collect()
}

#[test]
fn a_line_becomes_live_when_its_sign_goes() {
    for format in [Format::Toml, Format::Yaml] {
        // Twice, because the key is commented out inside a table that is.
        let template = live(&live(&Service::template(format))).replace("${TLS_KEY}", "k");
        let loaded: Service = load(format, &template).unwrap_or_else(|error| panic!("{error}\n{template}"));
        let tls = Tls { port: 443, key: "k".into(), names: Names { list: vec!["a".into()] } };
        assert_eq!((loaded.tls, loaded.empty.nothing), (Some(tls), Some(0)), "{template}");
    }
}

/// What the fields of `Any` default to, on the thread of a test.
#[derive(Clone, Debug, Default)]
struct Defaults {
    text: String,
    number: f64,
    integer: i128,
    letter: char,
    list: Vec<String>,
    table: BTreeMap<String, Vec<i64>>,
}

thread_local! {
    static DEFAULTS: RefCell<Defaults> = RefCell::default();
}

macro_rules! defaults {
    ($($field:ident: $ty:ty),*) => {
        $(fn $field() -> $ty {
            DEFAULTS.with_borrow(|defaults| defaults.$field.clone())
        })*
    };
}

defaults!(text: String, number: f64, integer: i128, letter: char, list: Vec<String>, table: BTreeMap<String, Vec<i64>>);

#[derive(Debug, Deserialize, HotConfig)]
struct Any {
    #[hot(default = text)]
    text: String,
    #[hot(default = number)]
    number: f64,
    #[hot(default = integer)]
    integer: i128,
    #[hot(default = letter)]
    letter: char,
    #[hot(default = list)]
    list: Vec<String>,
    #[hot(default = table)]
    table: BTreeMap<String, Vec<i64>>,
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\\x00-\\x1f\\x7f-\\x9f\u{2028}\u{feff}ab\"'\\\\#:,=\\[\\]{}$ -]{0,16}",
        "(\\$|\\{|\\}|A|:|\\$\\{|\\$\\$\\{){0,8}",
        prop::sample::select(vec![
            "no",
            "null",
            "~",
            "007",
            "1e3",
            "true",
            "2024-01-01",
            ".inf",
            "<<",
            " x ",
            "- a"
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #[test]
    fn any_default_comes_back(
        text in any_text(), number in any::<f64>(), integer in any::<i128>(), letter in any::<char>(),
        list in prop::collection::vec(any_text(), 0..3),
        table in prop::collection::btree_map(any_text(), prop::collection::vec(any::<i64>(), 0..3), 0..3),
    ) {
        DEFAULTS.set(Defaults {
            text: text.clone(), number, integer, letter, list: list.clone(), table: table.clone(),
        });
        for format in FORMATS {
            let template = Any::template(format);
            let loaded: Any = load(format, &template).unwrap_or_else(|error| panic!("{error}\n{template}"));
            prop_assert_eq!((&loaded.text, loaded.integer, loaded.letter), (&text, integer, letter), "{}", template);
            prop_assert_eq!((&loaded.list, &loaded.table), (&list, &table), "{}", template);
            // A NaN has a sign and a payload, which no format writes.
            let same = loaded.number.to_bits() == number.to_bits() || loaded.number.is_nan() && number.is_nan();
            prop_assert!(same, "{} is not {number}: {template}", loaded.number);
        }
    }
}
