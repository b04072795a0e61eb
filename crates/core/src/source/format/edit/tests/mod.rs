//! What an edit changes, and what it does not.

mod json;
mod lists;
mod merged;
mod random;
mod toml;
mod yaml;

use serde_json::json;

use super::{Wanted, is_equivalent};
use crate::{
    keys::{Key, Keys},
    source::format::{
        Format, edit,
        edit::change::{Change, Changes, add},
        parse,
    },
    value::Value,
};

type Edit = (Keys, Change);

/// A place like `peers.0.port`.
fn at(path: &str) -> Keys {
    let key = |name: &str| name.parse().map_or_else(|_| Key::Name(name.into()), Key::Index);
    Keys(path.split('.').map(key).collect())
}

fn set(path: &str, value: impl Into<serde_json::Value>) -> Edit {
    (at(path), Change::Put(Value::from(value.into())))
}

fn out(path: &str) -> Edit {
    (at(path), Change::Remove)
}

fn with_remarks(format: Format, text: &str, edits: &[Edit], remarks: &[&str]) -> Result<String, String> {
    let mut changes = Changes::new();
    let mut hollow = Vec::new();
    for (keys, change) in edits {
        add(&mut changes, &keys.0, change.clone());
        if *change == Change::Remove {
            hollow.extend((1..keys.0.len()).map(|depth| keys.0[..depth].to_vec()));
        }
    }
    let remarks: Vec<_> = remarks.iter().map(|remark| (*remark).to_owned()).collect();
    edit(format, text, &Wanted { changes: &changes, hollow: &hollow, remarks: &remarks })
}

#[track_caller]
fn edited(format: Format, text: &str, edits: &[Edit]) -> String {
    let written = with_remarks(format, text, edits, &[]).unwrap();
    assert!(parse(format, &written).is_ok(), "{written}");
    written
}

const FORMATS: [(Format, &str); 3] = [
    (Format::Toml, "a = 1\nb = 2"),
    (Format::Yaml, "a: 1\nb: 2"),
    (Format::Json, "{\n\"a\": 1,\n\"b\": 2\n}"),
];

#[test]
fn line_ends_and_a_byte_order_mark_stay() {
    for (format, text) in FORMATS {
        let text = format!("\u{feff}{}\r\n", text.replace('\n', "\r\n"));
        let written = edited(format, &text, &[set("b", 3), set("c.d", "x")]);
        assert!(written.starts_with('\u{feff}'), "{written:?}");
        assert_eq!(written.matches('\n').count(), written.matches("\r\n").count(), "{written:?}");
        assert!(written.contains('c') && written.len() > text.len(), "{written:?}");
    }
}

#[test]
fn mixed_line_ends_stay_where_they_are() {
    for (format, text, expected) in [
        (Format::Toml, "a = 1\r\nb = 2\nc = 3\r\n", "a = 1\r\nb = 9\nc = 3\r\n"),
        (Format::Yaml, "a: 1\r\nb: 2\nc: 3\r\n", "a: 1\r\nb: 9\nc: 3\r\n"),
        (Format::Json, "{\r\n\"a\": 1,\n\"b\": 2,\r\n\"c\": 3}", "{\r\n\"a\": 1,\n\"b\": 9,\r\n\"c\": 3}"),
    ] {
        assert_eq!(edited(format, text, &[set("b", 9)]), expected);
    }
}

#[test]
fn a_missing_line_break_at_the_end_stays_missing() {
    for (format, text) in FORMATS {
        let written = edited(format, text, &[set("a", 7)]);
        assert_eq!(written, text.replace('1', "7"));
    }
}

#[test]
fn a_text_without_a_line_break_at_its_end_takes_a_remark_on_a_line_of_its_own() {
    for (format, text) in &FORMATS[..2] {
        let written = with_remarks(*format, text, &[], &["x is secret"]).unwrap();
        assert_eq!(written, format!("{text}\n# x is secret\n"));
        assert_eq!(with_remarks(*format, &written, &[], &["x is secret"]).unwrap(), written);
    }
    // A line break behind it would be part of the value.
    let block = "a: |+\n  x";
    let written = with_remarks(Format::Yaml, block, &[], &["x is secret"]).unwrap();
    assert_eq!(parse(Format::Yaml, &written), parse(Format::Yaml, block), "{written}");
    assert!(written.contains("# x is secret\n"), "{written}");
}

#[test]
fn a_text_never_becomes_blank() {
    for (format, text, edits) in [
        (Format::Toml, "a = 1\n", vec![out("a")]),
        (Format::Toml, "a.b = 1", vec![out("a.b")]),
        (Format::Yaml, "a: 1\n", vec![out("a")]),
        (Format::Yaml, "a: 1", vec![out("a")]),
        (Format::Yaml, "{a: 1}\n", vec![out("a")]),
        (Format::Json, "{\"a\": 1}", vec![out("a")]),
        (Format::Toml, "", vec![]),
        (Format::Yaml, "", vec![]),
        (Format::Json, "", vec![]),
    ] {
        let written = edited(format, text, &edits);
        assert!(!written.trim().is_empty(), "{text:?}");
        assert_eq!(parse(format, &written).unwrap(), Value::empty(), "{written:?}");
    }
    assert_eq!(edited(Format::Toml, "# why\na = 1\n", &[out("a")]), "# why\n");
}

#[test]
fn a_value_that_a_format_does_not_have_is_refused() {
    let put = |path: &str, value: Value| (at(path), Change::Put(value));
    let refused = |format, edit| with_remarks(format, "", &[edit], &[]).unwrap_err();
    let wide = refused(Format::Toml, put("a.b", Value::Int(i128::MAX)));
    assert!(wide.starts_with("a.b: ") && wide.contains("64 bits"), "{wide}");
    let hole = refused(Format::Toml, put("a", Value::list([Value::Null])));
    assert!(hole.contains("no `null`"), "{hole}");
    let infinite = refused(Format::Json, put("a", Value::Float(f64::INFINITY)));
    assert!(infinite.contains("JSON has no number inf"), "{infinite}");
    for format in [Format::Toml, Format::Yaml, Format::Json] {
        let secret = refused(format, put("a", Value::secret(Value::text("hunter2"))));
        assert!(secret.contains("secret") && !secret.contains("hunter2"), "{secret}");
    }
}

#[test]
fn a_dollar_and_a_brace_are_no_variable() {
    for format in [Format::Toml, Format::Yaml, Format::Json] {
        let written = edited(format, "", &[set("a", "${HOME}")]);
        assert!(written.contains("\"$${HOME}\""), "{written}");
    }
}

#[test]
fn letters_that_do_not_show_are_escaped() {
    let text = "a\u{e0041}\u{e0100}\u{1d173}\u{200b}b";
    for (format, expected) in [
        (Format::Toml, "\"a\\U000e0041\\U000e0100\\U0001d173\\u200bb\""),
        (Format::Yaml, "\"a\\U000e0041\\U000e0100\\U0001d173\\u200bb\""),
        (Format::Json, "\"a\\udb40\\udc41\\udb40\\udd00\\ud834\\udd73\\u200bb\""),
    ] {
        let written =
            edited(format, "", &[set("k", text), (Keys::root().name(text), Change::Put(Value::Int(1)))]);
        assert_eq!(written.matches(expected).count(), 2, "{written}");
        let expected: Value = json!({ "k": text, text: 1 }).into();
        assert!(is_equivalent(format, &expected, &parse(format, &written).unwrap()), "{written}");
    }
    assert!(edited(Format::Yaml, "", &[set("k", "\u{1f600}\u{fe0f}")]).contains("\u{1f600}\u{fe0f}"));
}

#[test]
fn line_ends_that_no_edit_keeps_are_named() {
    let refused = with_remarks(Format::Yaml, "# c\rn: 5\rname: web\r", &[set("n", 9)], &[]).unwrap_err();
    assert!(refused.contains("carriage return"), "{refused}");
}
