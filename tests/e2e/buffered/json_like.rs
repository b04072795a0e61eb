//! Texts of variables that look like JSON, in structs that serde reads through a buffer.

use std::{collections::BTreeMap, path::PathBuf};

use hotswap::{HotConfig, Secret};
use serde::Deserialize;

use super::{problems, variables};
use crate::support::with_variables;

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Flat {
    #[serde(flatten)]
    #[hot(nested)]
    inner: Inner,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Twice {
    #[serde(flatten)]
    #[hot(nested)]
    flat: Flat,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Maybe {
    #[serde(flatten)]
    #[hot(nested)]
    inner: Option<Inner>,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Inner {
    code: String,
    key: Option<Secret<String>>,
    #[hot(secret)]
    pass: Option<Secret<String>>,
    raw: Option<Secret<Vec<u8>>>,
    maybe: Option<String>,
    #[serde(default)]
    path: PathBuf,
    #[serde(default)]
    boxed: Box<str>,
    name: Option<Name>,
    letter: Option<char>,
    #[serde(default)]
    words: Vec<String>,
    pair: Option<(String, u8)>,
    map: Option<BTreeMap<String, u8>>,
    #[serde(default)]
    list: Vec<u16>,
    number: Option<u16>,
    #[serde(flatten)]
    #[hot(nested)]
    deeper: Deeper,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Name(String);

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Deeper {
    #[serde(default)]
    zip: String,
}

const TEXTS: [&str; 8] = ["{\"a\":1}", "[1,2]", "{x", "[", "[]", "{}", "{\"a\":1,\"a\":2}", " [a"];

fn inner(text: &str) -> Inner {
    variables::<Flat>(text).unwrap().inner
}

#[test]
fn a_text_that_looks_like_json_is_text_for_a_flattened_struct() {
    for text in TEXTS {
        let read = inner(&format!(
            "APP_CODE='{text}'\nAPP_KEY='{text}'\nAPP_PASS='{text}'\nAPP_RAW='{text}'\nAPP_MAYBE='{text}'\n\
             APP_PATH='{text}'\nAPP_BOXED='{text}'\nAPP_NAME='{text}'\nAPP_ZIP='{text}'"
        ));
        assert_eq!((read.code.as_str(), read.maybe.as_deref()), (text, Some(text)));
        assert_eq!(read.pass.unwrap().expose(), text);
        assert_eq!(
            (read.key.unwrap().expose().as_str(), read.raw.unwrap().expose().as_slice()),
            (text, text.as_bytes())
        );
        assert_eq!(
            (read.path, &*read.boxed, read.name),
            (PathBuf::from(text), text, Some(Name(text.into())))
        );
        assert_eq!(read.deeper.zip, text);
    }
    for letter in ['[', '{'] {
        assert_eq!(inner(&format!("APP_CODE=a\nAPP_LETTER='{letter}'")).letter, Some(letter));
    }
}

#[test]
fn structures_beside_such_a_text_are_read_as_structures() {
    let read = inner(
        "APP_CODE='[1'\nAPP_MAP='{\"a\": 1}'\nAPP_LIST='[1, 2]'\nAPP_WORDS='[\"x\", \"[1\"]'\nAPP_NUMBER=7",
    );
    assert_eq!(
        (read.code.as_str(), read.map, read.list),
        ("[1", Some([("a".to_owned(), 1)].into()), vec![1, 2])
    );
    assert_eq!((read.words, read.number), (vec!["x".to_owned(), "[1".to_owned()], Some(7)));
}

#[test]
fn items_of_a_list_may_look_like_json() {
    assert_eq!(inner("APP_CODE=a\nAPP_WORDS='a,{x},[1'").words, ["a", "{x}", "[1"]);
    let read = inner("APP_CODE=a\nAPP_PAIR='y},2'\nAPP_WORDS='a,{\"b\":1}'");
    assert_eq!(
        (read.words, read.pair),
        (vec!["a".to_owned(), "{\"b\":1}".into()], Some(("y}".to_owned(), 2)))
    );
}

#[test]
fn a_text_that_looks_like_json_is_text_at_any_depth() {
    for text in TEXTS {
        let read = variables::<Twice>(&format!("APP_CODE='{text}'\nAPP_ZIP='{text}'")).unwrap().flat.inner;
        assert_eq!((read.code.as_str(), read.deeper.zip.as_str()), (text, text));
        let read =
            variables::<Maybe>(&format!("APP_CODE='{text}'\nAPP_NAME='{text}'")).unwrap().inner.unwrap();
        assert_eq!((read.code.as_str(), read.name), (text, Some(Name(text.into()))));
    }
}

#[test]
fn a_variable_of_the_environment_may_look_like_json() {
    let variables = [("JL_CODE", "{\"a\":1}"), ("JL_KEY", "[1,2]"), ("JL_LIST", "[3]")];
    with_variables(
        "buffered::json_like::a_variable_of_the_environment_may_look_like_json",
        &variables,
        || {
            let read = Flat::hot_builder().env("JL").check().unwrap().inner;
            assert_eq!((read.code.as_str(), read.list), ("{\"a\":1}", vec![3]));
            assert_eq!(read.key.unwrap().expose(), "[1,2]");
        },
    );
}

#[test]
fn a_structure_that_is_broken_is_still_refused() {
    for (text, problem) in [
        ("APP_CODE='{x'\nAPP_LIST='[1'", "list: not valid JSON"),
        ("APP_CODE='{x'\nAPP_MAP='{\"a\": 1'", "map: not valid JSON"),
        ("APP_CODE='{x'\nAPP_MAP='{\"a\": 1, \"a\": 2}'", "map.a: duplicate key"),
        ("APP_CODE='{x'\nAPP_NUMBER='{}'", "number: expected an integer, found a string"),
        ("APP_MAYBE='{\"a\":1}'", "code: missing value"),
    ] {
        assert_eq!(problems(variables::<Flat>(text)), [problem], "{text}");
    }
}
