//! What every format does alike, and what each one is known to do wrong elsewhere.

use std::{sync::Arc, time::Instant};

use proptest::prelude::*;

use super::{Format, Format::*, parse, text::Flaw};
use crate::value::Value;

const ALL: [Format; 3] = [Toml, Yaml, Json];

fn table<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::table(entries.map(|(name, value)| (Arc::from(name), value)))
}

fn read(format: Format, text: &str) -> Value {
    parse(format, text).unwrap()
}

fn flaws(format: Format, text: &str) -> Vec<(String, usize, usize)> {
    let tell = |flaw: Flaw| (flaw.message, flaw.line, flaw.column);
    parse(format, text).unwrap_err().into_iter().map(tell).collect()
}

fn places(format: Format, text: &str) -> Vec<(usize, usize)> {
    flaws(format, text).into_iter().map(|(_, line, column)| (line, column)).collect()
}

fn message(format: Format, text: &str) -> String {
    flaws(format, text).swap_remove(0).0
}

#[test]
fn the_extension_decides() {
    assert_eq!(Format::of("a/b.TOML"), Some(Toml));
    assert_eq!(Format::of("b.yml"), Some(Yaml));
    assert_eq!(Format::of("b.yaml"), Some(Yaml));
    assert_eq!(Format::of("b.json"), Some(Json));
    assert_eq!(Format::of("json"), None);
}

#[test]
fn each_format_types_its_scalars() {
    let toml = read(Toml, "t = 'x'\ni = 0xff\nf = 1.5\nb = true\nd = 2024-01-02 03:04:05Z\nl = [1]");
    let expected = table([
        ("t", Value::text("x")),
        ("i", Value::Int(255)),
        ("f", Value::Float(1.5)),
        ("b", Value::Bool(true)),
        ("d", Value::text("2024-01-02 03:04:05Z")),
        ("l", Value::list([Value::Int(1)])),
    ]);
    assert_eq!(toml, expected);
    let json = read(Json, r#"{"t":"x","i":-3,"f":1.5,"b":true,"n":null}"#);
    let expected = table([
        ("t", Value::text("x")),
        ("i", Value::Int(-3)),
        ("f", Value::Float(1.5)),
        ("b", Value::Bool(true)),
        ("n", Value::Null),
    ]);
    assert_eq!(json, expected);
}

#[test]
fn plain_yaml_keeps_its_text() {
    let yaml = read(Yaml, "a: no\nb: 007\nc: 1_000\nd: 'no'\ne: |\n  x\nf:\n1: y");
    let expected = table([
        ("a", Value::yaml("no")),
        ("b", Value::yaml("007")),
        ("c", Value::yaml("1_000")),
        ("d", Value::text("no")),
        ("e", Value::text("x\n")),
        ("f", Value::yaml("")),
        ("1", Value::yaml("y")),
    ]);
    assert_eq!(yaml, expected);
}

#[test]
fn a_dollar_brace_makes_a_template() {
    let expected = table([("a", Value::Template("${X}".into())), ("b", Value::Template("$${".into()))]);
    assert_eq!(read(Toml, "a = '${X}'\nb = '$${'"), expected);
    assert_eq!(read(Json, r#"{"a":"${X}","b":"$${"}"#), expected);
    assert_eq!(read(Yaml, "a: ${X}\nb: '$${'"), expected);
    assert_eq!(read(Toml, "a = '$5 {}'"), table([("a", Value::text("$5 {}"))]));
}

#[test]
fn a_byte_order_mark_means_nothing() {
    assert_eq!(read(Toml, "\u{feff}a = 1"), table([("a", Value::Int(1))]));
    assert_eq!(read(Yaml, "\u{feff}a: 1"), table([("a", Value::yaml("1"))]));
    assert_eq!(read(Json, "\u{feff}{\"a\":1}"), table([("a", Value::Int(1))]));
    assert_eq!(places(Json, "\u{feff}{\"a\":1,}"), [(1, 8)]);
}

#[test]
fn carriage_returns_end_lines() {
    assert_eq!(read(Toml, "a = 1\r\nb = 2\r\n"), table([("a", Value::Int(1)), ("b", Value::Int(2))]));
    assert_eq!(read(Yaml, "a: 1\r\nb: 2\r\n"), table([("a", Value::yaml("1")), ("b", Value::yaml("2"))]));
    assert_eq!(read(Json, "{\r\n\"a\":1\r\n}"), table([("a", Value::Int(1))]));
}

#[test]
fn comments_only_is_an_empty_table() {
    for text in ["", "# only this\n", "\n\n", "\u{feff}"] {
        assert_eq!(read(Toml, text), Value::empty());
        assert_eq!(read(Yaml, text), Value::empty());
        assert_eq!(places(Json, text).len(), 1);
    }
    assert_eq!(read(Yaml, "---\n# nothing\n"), Value::empty());
}

#[test]
fn the_root_is_a_table() {
    for (format, text) in [(Json, "[1]"), (Json, "null"), (Yaml, "- 1"), (Yaml, "x"), (Yaml, "~")] {
        assert!(message(format, text).contains("holds a table at its root"), "{text}");
    }
}

#[test]
fn a_duplicate_key_stands_at_its_second_place() {
    assert_eq!(places(Toml, "a = 1\nb = 1\na = 2"), [(3, 1)]);
    assert_eq!(places(Toml, "[a]\nb = 1\n[a]\nc = 2"), [(3, 2)]);
    assert_eq!(places(Yaml, "a: 1\nb:\n  c: 1\n  c: 1\na: 2"), [(4, 3), (5, 1)]);
    assert_eq!(places(Json, "{\"a\": 1,\n \"\\u0061\": {\"b\":1, \"b\":2}}"), [(2, 2), (2, 20)]);
}

#[test]
fn a_missing_value_is_named() {
    let missing = "a value is missing behind the equals sign";
    for text in [
        "max =",
        "max = ",
        "max = # c\n",
        "max =\nb = 1\n",
        "max =\r\n",
        "[a]\nb.c = \n",
        "t = {a = }",
        "t = {a = , b = 1}",
    ] {
        assert_eq!(message(Toml, text), missing, "{text:?}");
    }
    assert_ne!(message(Toml, "max = web\n"), missing);
}

#[test]
fn toml_tells_every_syntax_error() {
    assert_eq!(
        places(Toml, "a = \nb = 1\nc = = 2\n[d\n").iter().map(|place| place.0).collect::<Vec<_>>(),
        [1, 3, 4]
    );
}

#[test]
fn a_text_cut_in_the_middle_is_refused() {
    for (format, text) in
        [(Json, "{\"a\": {\"b\": 1"), (Toml, "a = [1, 2"), (Yaml, "a: [1, 2"), (Yaml, "a: \"x")]
    {
        assert!(parse(format, text).is_err(), "{text}");
    }
}

#[test]
fn messages_never_repeat_the_text() {
    let texts = [
        (Toml, "hunter2 = hunter2\nhunter2 hunter2"),
        (Toml, "a = 1\na = \"hunter2\"\n[hunter2"),
        (Yaml, "a: 'hunter2\nb: @hunter2"),
        (Yaml, "a: @hunter2"),
        (Yaml, "a: !hunter2 hunter2"),
        (Yaml, "a: !!int hunter2"),
        (Yaml, "a: *hunter2"),
        (Json, "{\"a\": hunter2}"),
        (Json, "{\"hunter2\": \"hunter2\" 1}"),
    ];
    for (format, text) in texts {
        for (message, ..) in flaws(format, text) {
            assert!(
                !message.contains("hunter") && !message.contains('@') && !message.contains('\n'),
                "{message}"
            );
        }
    }
}

#[test]
fn a_hundred_thousand_brackets_are_refused_at_once() {
    let count = 100_000;
    let start = Instant::now();
    for open in ["[", "{\"a\":", "[{\"a\":"] {
        assert!(message(Json, &open.repeat(count)).contains("deeper than 64"), "{open}");
    }
    for open in ["[", "{a: ", "- ", "? ", "[{a: "] {
        assert!(message(Yaml, &open.repeat(count)).contains("deeper than 64"), "{open}");
    }
    for open in ["[", "{a = ", "[{a = "] {
        assert!(message(Toml, &format!("a = {}", open.repeat(count))).contains("deeper than 64"), "{open}");
    }
    assert!(message(Toml, &format!("{}a = 1", "a.".repeat(count))).contains("deeper than 64"));
    assert!(message(Toml, &format!("[{}a]", "a.".repeat(count))).contains("deeper than 64"));
    // Generous: unoptimised, on a machine with other work. A quadratic reader takes minutes.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn sixty_four_levels_are_allowed() {
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    assert!(parse(Json, &format!("{{\"a\":{}}}", nested(63))).is_ok());
    assert!(parse(Toml, &format!("a = {}", nested(63))).is_ok());
    assert!(parse(Yaml, &format!("a: {}", nested(63))).is_ok());
    assert!(message(Json, &format!("{{\"a\":{}}}", nested(64))).contains("deeper than 64"));
    assert!(message(Toml, &format!("a = {}", nested(64))).contains("deeper than 64"));
    assert!(message(Yaml, &format!("a: {}", nested(64))).contains("deeper than 64"));
}

#[test]
fn a_binary_file_tells_a_bounded_number_of_problems() {
    let found = flaws(Toml, &"= =\n".repeat(10_000));
    assert_eq!(found.len(), 50);
    assert!(found[49].0.contains("more problems follow"));
}

#[test]
fn not_a_number_is_a_float_where_the_format_has_it() {
    let Value::Float(value) = read(Toml, "a = nan").as_table().unwrap()["a"] else { panic!("no float") };
    assert!(value.is_nan());
    assert_eq!(read(Toml, "a = -inf"), table([("a", Value::Float(f64::NEG_INFINITY))]));
    assert_eq!(read(Yaml, "a: .nan"), table([("a", Value::yaml(".nan"))]));
    assert!(parse(Json, "{\"a\": NaN}").is_err());
}

#[test]
fn large_integers_stay_exact() {
    let expected = table([
        ("a", Value::Int(u64::MAX.into())),
        ("b", Value::Int(18_446_744_073_709_551_616)),
        ("c", Value::Int(i128::MIN)),
        ("d", Value::Int(0)),
    ]);
    let digits = "18446744073709551615, 18446744073709551616, -170141183460469231731687303715884105728, -0";
    let values: Vec<&str> = digits.split(", ").collect();
    let (a, b, c, d) = (values[0], values[1], values[2], values[3]);
    assert_eq!(read(Toml, &format!("a = {a}\nb = {b}\nc = {c}\nd = {d}")), expected);
    assert_eq!(read(Json, &format!("{{\"a\":{a},\"b\":{b},\"c\":{c},\"d\":{d}}}")), expected);
}

#[test]
fn a_large_float_stays_a_float() {
    let json = read(Json, r#"{"a": 1e20, "b": -0.0, "c": 12345678901234567890123}"#);
    let expected = table([
        ("a", Value::Float(1e20)),
        ("b", Value::Float(-0.0)),
        ("c", Value::Int(12_345_678_901_234_567_890_123)),
    ]);
    assert_eq!(json, expected);
}

#[test]
fn a_number_out_of_range_is_refused() {
    let wide = "9".repeat(60);
    assert_eq!(places(Json, &format!("{{\"a\": 1,\n \"b\": {wide}}}")), [(2, 7)]);
    assert_eq!(places(Toml, &format!("a = 1\nb = {wide}")), [(2, 5)]);
    assert!(message(Json, "{\"a\": 1e999}").contains("out of range"));
    assert!(message(Toml, "a = 1e999").contains("out of range"));
}

#[test]
fn a_syntax_error_has_its_place() {
    assert_eq!(places(Json, "{\n  \"ü\": x\n}"), [(2, 8)]);
    assert_eq!(places(Toml, "a = 1\nb = x"), [(2, 5)]);
    assert_eq!(places(Yaml, "a: 1\nb: @x"), [(2, 4)]);
    assert_eq!(places(Json, "{\n"), [(2, 1)]);
    assert_eq!(places(Yaml, "a: [1"), [(1, 6)]);
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(text in "[\\PC\n\t\r]{0,80}") {
        for format in ALL {
            let _ = parse(format, &text);
            let _ = super::spans(format, &text);
        }
    }

    #[test]
    fn no_text_of_format_characters_makes_a_reader_panic(
        text in "[\\[\\]{}\"'a1:,=.#|>&*!%?~<$ \n\t\r\\\\-]{0,60}"
    ) {
        for format in ALL {
            let _ = parse(format, &text);
            let _ = super::spans(format, &text);
        }
    }
}

mod yaml;
