//! Numbers: one grammar and the same messages in every format, and no loss at the limits of the
//! types.

use std::{collections::BTreeMap, fs};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

use super::{check, everywhere, refused};
use crate::support::Folder;

const LEADING_ZERO: &str =
    "a number with a leading zero is ambiguous in YAML and not allowed in TOML and JSON";
const PLUS_SIGN: &str = "a number with a plus sign is not allowed, because JSON has none";
const TOO_WIDE: &str = "the integer has more than 128 bits";
const OUT_OF_RANGE: &str = "the number is out of range";

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Meters(u128);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, HotConfig)]
struct Numbers {
    #[hot(default = 0)]
    port: u16,
    #[hot(default = 0)]
    wide: u64,
    #[hot(default = 0)]
    signed: i128,
    #[hot(default = 0)]
    huge: u128,
    #[hot(default = 0.0)]
    ratio: f64,
    #[hot(default = 0.0)]
    single: f32,
    #[hot(default = "")]
    text: String,
    maybe: Option<u128>,
    newtype: Option<Meters>,
    #[serde(default)]
    list: Vec<u128>,
    #[serde(default)]
    limits: BTreeMap<u16, u8>,
    #[serde(default)]
    sizes: BTreeMap<u128, u128>,
    #[serde(default)]
    floats: Vec<f32>,
    any: Option<serde_json::Value>,
}

/// All messages for a refused text, which are the same in each format that has such a text.
#[track_caller]
fn refused_alike(field: &str, text: &str, message: &str) {
    for (name, content) in everywhere(field, text) {
        let error = refused::<Numbers>(name, &content);
        assert!(error.contains(message), "{content}\n{error}");
    }
}

#[test]
fn a_leading_zero_is_refused_alike_in_every_format() {
    for text in ["017", "-017", "00", "080"] {
        for field in ["port", "huge", "signed", "ratio", "single"] {
            refused_alike(field, text, LEADING_ZERO);
        }
    }
    for text in ["01.5", "-01.5", "00.5", "01e3"] {
        refused_alike("ratio", text, LEADING_ZERO);
    }
    for text in ["[017]", "[1, 017]"] {
        refused_alike("list", text, LEADING_ZERO);
        refused_alike("floats", text, LEADING_ZERO);
    }
    assert!(refused::<Numbers>(".env", "V_LIST=1,017").contains("list[1]: a number with a leading zero"));
    refused_alike("maybe", "017", LEADING_ZERO);
    refused_alike("newtype", "017", LEADING_ZERO);
}

#[test]
fn a_plus_sign_is_refused_alike_in_every_format() {
    for text in ["+5", "+0"] {
        for field in ["port", "huge", "signed", "ratio", "maybe", "newtype"] {
            refused_alike(field, text, PLUS_SIGN);
        }
    }
    for text in ["+1.5", "+1e3"] {
        refused_alike("single", text, PLUS_SIGN);
    }
    refused_alike("list", "[1, +5]", PLUS_SIGN);
    for (name, content) in everywhere("ratio", "1e+2") {
        assert_eq!(check::<Numbers>(name, &content).unwrap().ratio, 100.0, "{content}");
    }
}

#[test]
fn a_tagged_yaml_number_is_refused_like_one_without_a_tag() {
    for (tagged, message) in [
        ("!!int 017", LEADING_ZERO),
        ("!!int +5", PLUS_SIGN),
        ("!!float 01.5", LEADING_ZERO),
        ("!!float 1e400", OUT_OF_RANGE),
    ] {
        let error = refused::<Numbers>("a.yaml", &format!("ratio: {tagged}"));
        assert!(error.contains(message), "{error}");
    }
    assert_eq!(check::<Numbers>("a.yaml", &format!("huge: !!int {}", u128::MAX)).unwrap().huge, u128::MAX);
}

#[test]
fn what_is_refused_as_a_number_stays_text_in_a_string() {
    for text in ["017", "+49170", "00", "1e400", "01.50"] {
        for (name, content) in [("a.yaml", format!("text: {text}")), (".env", format!("V_TEXT={text}"))] {
            assert_eq!(check::<Numbers>(name, &content).unwrap().text, text, "{content}");
        }
        let any = check::<Numbers>("a.yaml", &format!("any: {text}")).unwrap().any;
        assert_eq!(any, Some(text.into()));
    }
}

#[test]
fn a_key_of_an_integer_map_has_one_spelling() {
    for (key, message) in [
        ("080", LEADING_ZERO),
        ("-080", LEADING_ZERO),
        ("00", LEADING_ZERO),
        ("+80", PLUS_SIGN),
        ("-0", "a key of zero is written without a sign"),
        ("70000", "70000 is out of range for u16"),
        ("18446744073709551616", "18446744073709551616 is out of range for u16"),
        ("0x50", "expected an integer, found a string"),
        ("80.0", "expected an integer, found a string"),
        ("", "expected an integer, found a string"),
    ] {
        for (name, content) in [
            ("a.toml", format!("limits = {{ \"80\" = 1, \"{key}\" = 2 }}")),
            ("a.yaml", format!("limits:\n  80: 1\n  \"{key}\": 2")),
            ("a.json", format!("{{\"limits\": {{\"80\": 1, \"{key}\": 2}}}}")),
            (".env", format!("V_LIMITS='{{\"80\": 1, \"{key}\": 2}}'")),
        ] {
            let error = refused::<Numbers>(name, &content);
            assert!(error.contains(message) && error.contains("limits."), "{content}\n{error}");
        }
    }
    let error = refused::<Numbers>("a.yaml", "limits: { 010: 1 }");
    assert!(error.contains(&format!("limits.010: {LEADING_ZERO}")), "{error}");
}

#[test]
fn the_largest_u128_is_read_from_all_but_toml() {
    let most = u128::MAX;
    for (name, content) in everywhere("huge", &most.to_string()).split_off(1) {
        assert_eq!(check::<Numbers>(name, &content).unwrap().huge, most, "{content}");
    }
    for (field, text) in [
        ("maybe", most.to_string()),
        ("newtype", most.to_string()),
        ("list", format!("[1, {most}]")),
        ("sizes", format!("{{\"{most}\": {most}}}")),
    ] {
        for (name, content) in everywhere(field, &text).split_off(1) {
            let numbers = check::<Numbers>(name, &content).unwrap();
            assert!(format!("{numbers:?}").contains(&most.to_string()), "{content}");
        }
    }
    assert_eq!(check::<Numbers>(".env", &format!("V_LIST=1,{most}")).unwrap().list, [1, most]);
    let hex = format!("huge: 0x{}", "F".repeat(32));
    assert_eq!(check::<Numbers>("a.yaml", &hex).unwrap().huge, most);

    let error = refused::<Numbers>("a.toml", &format!("huge = {most}"));
    assert!(error.contains("TOML integers end at 170141183460469231731687303715884105727"), "{error}");
    let half = i128::MAX.unsigned_abs();
    assert_eq!(check::<Numbers>("a.toml", &format!("huge = {half}")).unwrap().huge, half);
}

#[test]
fn integers_beyond_their_type_are_out_of_range_in_the_same_words() {
    let above = "18446744073709551616";
    for (field, text, name) in [
        ("port", above, "u16"),
        ("wide", above, "u64"),
        ("wide", "-9223372036854775809", "u64"),
        ("huge", "-1", "u128"),
        ("huge", "-9223372036854775809", "u128"),
    ] {
        refused_alike(
            field,
            text,
            &format!("{field}: {text} is out of range for {name}; give an integer from"),
        );
    }
    for (field, name) in [("port", "u16"), ("signed", "i128")] {
        for (file, content) in everywhere(field, &u128::MAX.to_string()).split_off(1) {
            let error = refused::<Numbers>(file, &content);
            assert!(error.contains(&format!("{field}: {} is out of range for {name}", u128::MAX)), "{error}");
        }
    }
    for text in ["340282366920938463463374607431768211456", "-340282366920938463463374607431768211456"] {
        for field in ["port", "huge", "signed", "maybe"] {
            refused_alike(field, text, TOO_WIDE);
        }
    }
    let error = refused::<Numbers>("a.json", "{\"text\": 18446744073709551616}");
    assert!(error.contains("text: expected a string, found an integer"), "{error}");
}

#[test]
fn a_large_integer_is_a_float_where_a_float_is_wanted() {
    for (name, content) in everywhere("ratio", "36893488147419103232") {
        assert_eq!(check::<Numbers>(name, &content).unwrap().ratio, 36893488147419103232.0, "{content}");
    }
    for (name, content) in everywhere("single", "-36893488147419103232") {
        assert_eq!(check::<Numbers>(name, &content).unwrap().single, -36893488147419103232.0, "{content}");
    }
}

#[test]
fn no_number_becomes_infinite() {
    for text in ["1e400", "-1e400", "1e999"] {
        for field in ["ratio", "single"] {
            refused_alike(field, text, OUT_OF_RANGE);
        }
        refused_alike("floats", &format!("[{text}]"), OUT_OF_RANGE);
    }
    for text in ["1e39", "-1e39", "3.5e38", "340282366920938463463374607431768211455"] {
        for (name, content) in everywhere("single", text).split_off(1) {
            let error = refused::<Numbers>(name, &content);
            let message =
                "single: the number is out of range; give a number from -3.4028235e38 to 3.4028235e38";
            assert!(error.contains(message), "{content}\n{error}");
        }
    }
    for (name, content) in everywhere("ratio", "1e308") {
        assert_eq!(check::<Numbers>(name, &content).unwrap().ratio, 1e308, "{content}");
    }
    for (name, content) in [("a.toml", "ratio = -inf"), ("a.yaml", "ratio: -.inf"), (".env", "V_RATIO=-inf")]
    {
        assert_eq!(check::<Numbers>(name, content).unwrap().ratio, f64::NEG_INFINITY, "{content}");
    }
    for (name, content) in
        [("a.toml", "single = +inf"), ("a.yaml", "single: +.inf"), (".env", "V_SINGLE=inf")]
    {
        assert_eq!(check::<Numbers>(name, content).unwrap().single, f32::INFINITY, "{content}");
    }
}

#[test]
fn a_value_set_at_run_time_is_as_wide_as_its_type() {
    for name in ["a.yaml", "a.json"] {
        let folder = Folder::with(name, "{}");
        let config = Numbers::hot_builder().file(folder.path(name)).watch(false).load().unwrap();
        config.set_huge(u128::MAX).unwrap();
        config.set_maybe(Some(u128::MAX)).unwrap();
        config.set_signed(i128::MIN).unwrap();
        config.set_list(vec![1, u128::MAX]).unwrap();
        config.set_sizes([(u128::MAX, u128::MAX)].into()).unwrap();
        config.reload().unwrap();
        let before = (*config.snapshot()).clone();
        assert_eq!((before.huge, before.sizes[&u128::MAX]), (u128::MAX, u128::MAX));
        assert!(config.explain("huge").to_string().contains(&u128::MAX.to_string()));

        config.save_overrides(folder.path(name)).unwrap();
        config.clear_overrides().unwrap();
        config.reload().unwrap();
        assert_eq!(*config.snapshot(), before, "{}", fs::read_to_string(folder.path(name)).unwrap());
        config.save(folder.path("whole.json")).unwrap();
        let whole = fs::read_to_string(folder.path("whole.json")).unwrap();
        let read = Numbers::hot_builder().file(folder.path("whole.json")).check().unwrap();
        assert_eq!(read, before, "{whole}");
    }
}

#[test]
fn a_patch_beside_a_wide_integer_keeps_it() {
    let folder = Folder::with("a.yaml", &format!("sizes: {{ 1: {}, 2: 3 }}\n", u128::MAX));
    let config = Numbers::hot_builder().file(folder.path("a.yaml")).watch(false).load().unwrap();
    config.patch(serde_json::json!([{ "op": "replace", "path": "/sizes/2", "value": 7 }])).unwrap();
    config.merge_patch(serde_json::json!({ "sizes": { "3": 8 } })).unwrap();
    assert_eq!(*config.sizes(), [(1, u128::MAX), (2, 7), (3, 8)].into());
    let error =
        config.merge_patch(serde_json::json!({ "ratio": 1, "single": 1e39 })).unwrap_err().to_string();
    assert!(error.contains("single: the number is out of range"), "{error}");
    let error = config.merge_patch(serde_json::json!({ "limits": { "08": 1 } })).unwrap_err().to_string();
    assert!(error.contains("limits.08: a number with a leading zero"), "{error}");
}

#[test]
fn an_interpolated_number_is_read_by_the_same_rules() {
    for (default, message) in
        [("017", LEADING_ZERO), (" +5", PLUS_SIGN), ("70000", "70000 is out of range for u16")]
    {
        let folder = Folder::with("a.toml", &format!("port = '${{NOPE_NUMBER:{default}}}'"));
        let error = Numbers::hot_builder().file(folder.path("a.toml")).check().unwrap_err().to_string();
        // No part of it comes from a variable, so nothing is withheld.
        assert!(error.contains(message) && error.contains("port: "), "{error}");
    }
}

/// The message for a refused text of the format.
#[track_caller]
fn refusal(name: &str, content: &str) -> String {
    refused::<Numbers>(name, content)
}

#[test]
fn what_is_no_number_is_refused_in_the_words_of_the_parser() {
    for (name, content) in [
        ("a.json", "{\"text\": \"0042"),
        ("a.json", "{\"text\": \"+5"),
        ("a.json", "{\"text\": \"a 007\nb\"}"),
        ("a.json", "{\"text\": \"\\x 01\"}"),
        ("a.json", "{\"ratio\": 05s}"),
        ("a.json", "{\"ratio\": 09:61}"),
        ("a.json", "{\"ratio\": +x5}"),
        ("a.json", "{017: 1}"),
        ("a.json", "{\"ratio\": 1, 017: 1}"),
        ("a.json", "{\"ratio\" 017: 1}"),
        ("a.json", "{\"ratio\": 0x}"),
        ("a.toml", "text = \"007"),
        ("a.toml", "text = \"+5"),
        ("a.toml", "text = '007"),
        ("a.toml", "text = \"\"\"\n007"),
        ("a.toml", "text = 09:61:00"),
        ("a.toml", "text = 2024-13-01"),
        ("a.toml", "text = 05s"),
        ("a.toml", "text = +05s"),
        ("a.toml", "ratio = 0x"),
        ("a.toml", "ratio = 0o"),
        ("a.toml", "ratio = 0b"),
        ("a.toml", "ratio = [0x]"),
        ("a.toml", "ratio = 0x_"),
        ("a.toml", "ratio = 0xg"),
        ("a.toml", "ratio = 1e"),
        ("a.toml", "ratio = 0_"),
        ("a.toml", "007 = \"a"),
        ("a.yaml", "ratio: 05s"),
        ("a.yaml", "ratio: 09:61:00"),
        ("a.yaml", "text: \"007"),
        ("a.yaml", "ratio: 0_"),
        ("a.yaml", "ratio: 0x"),
        (".env", "V_LIST='[\"01'"),
        (".env", "V_LIST='[\"+1'"),
        (".env", "V_LIST='[05s]'"),
        (".env", "V_SIZES='{\"a\": \"01'"),
        (".env", "V_SIZES='{01: 1}'"),
        (".env", "V_RATIO=05s"),
        (".env", "V_RATIO=+_"),
        (".env", "V_HUGE=0x"),
    ] {
        let error = refusal(name, content);
        for false_reason in [LEADING_ZERO, PLUS_SIGN, TOO_WIDE, OUT_OF_RANGE] {
            assert!(!error.contains(false_reason), "{content}\n{error}");
        }
    }
    let error = refusal("a.toml", "ratio = 0x");
    assert!(error.contains("expected digits") && error.contains("a.toml:1:9"), "{error}");
}

#[test]
fn a_number_is_refused_for_its_spelling_wherever_it_is() {
    for (name, content, message) in [
        ("a.json", "{\"a\": \"0042\", \"ratio\": 0042", LEADING_ZERO),
        ("a.json", "{\"ratio\": 017}", LEADING_ZERO),
        ("a.json", "{\"ratio\":-017,\"text\":\"x\"}", LEADING_ZERO),
        ("a.json", "{\"list\": [1,+5]}", PLUS_SIGN),
        ("a.toml", "text = \"007\"\nratio = 007", LEADING_ZERO),
        ("a.toml", "list = [1, 0_1]", LEADING_ZERO),
        ("a.toml", "ratio = -01.5 # 05s", LEADING_ZERO),
        ("a.toml", "ratio = +017", PLUS_SIGN),
        (".env", "V_LIST='[1, 01'", LEADING_ZERO),
    ] {
        let error = refusal(name, content);
        assert!(error.contains(message), "{content}\n{error}");
    }
}

#[test]
fn an_integer_of_more_than_128_bits_is_no_float_in_any_format() {
    let digits = "9".repeat(50);
    let most = "340282366920938463463374607431768211456";
    for text in [digits.clone(), format!("-{digits}"), most.to_owned(), "9".repeat(400)] {
        for field in ["ratio", "single", "huge"] {
            refused_alike(field, &text, TOO_WIDE);
        }
        refused_alike("floats", &format!("[1, {text}]"), TOO_WIDE);
    }
    for (name, content) in everywhere("ratio", &format!("{digits}.0")) {
        assert_eq!(check::<Numbers>(name, &content).unwrap().ratio, 1e50, "{content}");
    }
}

#[derive(Clone, Debug, Deserialize, HotConfig)]
struct Keyed {
    #[serde(default)]
    truths: BTreeMap<bool, u8>,
    #[serde(default)]
    limits: BTreeMap<u16, u8>,
    #[serde(default)]
    names: BTreeMap<String, u8>,
}

#[test]
fn a_key_of_truth_has_the_spellings_of_a_value() {
    for (key, value) in [("true", true), ("True", true), ("TRUE", true), ("False", false), ("FALSE", false)] {
        for (name, content) in [
            ("a.yaml", format!("truths: {{ {key}: 1 }}")),
            ("a.json", format!("{{\"truths\": {{\"{key}\": 1}}}}")),
            (".env", format!("V_TRUTHS='{{\"{key}\": 1}}'")),
        ] {
            assert_eq!(check::<Keyed>(name, &content).unwrap().truths, [(value, 1)].into(), "{content}");
        }
    }
    let names = check::<Keyed>("a.yaml", "names: { True: 1, 0x50: 2 }").unwrap().names;
    assert_eq!(names, [("True".to_owned(), 1), ("0x50".to_owned(), 2)].into());
    for (name, content) in
        [("a.yaml", "truths: { True: 1, true: 2 }"), ("a.json", "{\"truths\": {\"false\": 1, \"FALSE\": 2}}")]
    {
        let error = refused::<Keyed>(name, content);
        assert!(error.contains(": duplicate key"), "{error}");
    }
}

#[test]
fn a_number_key_in_another_spelling_is_refused_with_the_right_one() {
    for (key, right) in [("0x50", "80"), ("0o120", "80")] {
        let error = refused::<Keyed>("a.yaml", &format!("limits: {{ {key}: 1 }}"));
        let message = format!(
            "limits.{key}: expected an integer, found a string; a key is a decimal number: write `{right}`"
        );
        assert!(error.contains(&message), "{error}");
    }
}

#[test]
fn a_value_of_any_kind_says_what_it_cannot_hold() {
    for text in [u128::MAX.to_string(), i128::MIN.to_string(), "18446744073709551616".to_owned()] {
        for (name, content) in everywhere("any", &text) {
            if name == "a.toml" && text.len() > 39 {
                continue;
            }
            match check::<Numbers>(name, &content) {
                Err(error) if name == "a.toml" && error.contains("TOML integers end at") => {}
                Err(error) => assert!(
                    error.contains("any: the type of the field holds no integer beyond 64 bits"),
                    "{error}"
                ),
                Ok(numbers) => panic!("{content} {:?}", numbers.any),
            }
        }
    }
}
