//! Numbers that no type behind one of serde's buffers holds.

use std::collections::BTreeMap;

use hotswap::HotConfig;
use serde::Deserialize;

use super::{problems, read, variables, yaml};

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Numbers {
    float: Option<FloatOrFlag>,
    integer: Option<IntegerOrList>,
    wide: Option<WideOrFlag>,
    #[serde(default)]
    map: BTreeMap<String, FloatOrFlag>,
    text: Option<IntegerOrText>,
    tagged: Option<TaggedNumber>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum FloatOrFlag {
    Float(f64),
    Flag(bool),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum IntegerOrList {
    Integer(u64),
    List(Vec<u64>),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum WideOrFlag {
    Wide(u128),
    Flag(bool),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum IntegerOrText {
    Integer(u64),
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type")]
enum TaggedNumber {
    A { float: f64, integer: Option<u64> },
}

const RANGE: &str = "the number is out of range";
const ZERO: &str = "a number with a leading zero is ambiguous";
const BITS: &str = "the integer has more than 128 bits";
const BUFFER: &str = "a 128-bit integer cannot be read here";

#[test]
fn a_number_that_no_type_behind_a_buffer_holds_is_refused_with_the_reason() {
    let wide = u128::MAX.to_string();
    let wider = format!("{wide}0");
    for (name, text, place, message) in [
        ("float", "1e400", "float", RANGE),
        ("float", "-1e400", "float", RANGE),
        ("map", "{a: 1e400}", "map.a", RANGE),
        ("integer", "1e400", "integer", RANGE),
        ("tagged", "{type: A, float: 1e400}", "tagged.float", RANGE),
        ("tagged", "{type: A, float: 1, integer: 1e400}", "tagged.integer", RANGE),
        ("tagged", "{type: A, float: 1, integer: 007}", "tagged.integer", ZERO),
        ("float", "007", "float", ZERO),
        ("integer", "007", "integer", ZERO),
        ("integer", &wider, "integer", BITS),
        ("float", &wide, "float", BUFFER),
        ("integer", &wide, "integer", BUFFER),
        ("integer", "-9223372036854775809", "integer", BUFFER),
        ("wide", &wide, "wide", BUFFER),
        ("wide", "7", "wide", BUFFER),
    ] {
        let found = problems(yaml::<Numbers>(&format!("{name}: {text}")));
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("{place}: {message}")),
            "{text}: {found:?}"
        );
        if place == name {
            let found = problems(variables::<Numbers>(&format!("APP_{}={text}", name.to_uppercase())));
            assert!(
                found.len() == 1 && found[0].starts_with(&format!("{place}: {message}")),
                "{text}: {found:?}"
            );
        }
    }
    let json = format!("{{\"integer\": {wide}}}");
    assert!(problems(read::<Numbers>("app.json", &json))[0].starts_with(&format!("integer: {BUFFER}")));
    for text in ["1e400", "007", &wide, &wider] {
        let read = yaml::<Numbers>(&format!("text: {text}")).unwrap();
        assert_eq!(read.text, Some(IntegerOrText::Text(text.into())));
    }
}

#[test]
fn a_value_that_is_no_number_is_not_called_one() {
    for text in
        ["integer: abc", "float: x1e400", "wide: abc", "integer: -1", "tagged: {type: '007', float: 1}"]
    {
        let found = problems(yaml::<Numbers>(text));
        for reason in [RANGE, ZERO, BITS, BUFFER] {
            assert!(!found[0].contains(reason), "{text}: {found:?}");
        }
    }
}
