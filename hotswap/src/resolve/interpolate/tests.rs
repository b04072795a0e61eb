use proptest::prelude::*;

use super::resolve;
use crate::value::Value;

fn lookup(name: &str) -> Option<String> {
    match name {
        "A" => Some("1".into()),
        "EMPTY" => Some(String::new()),
        "TRICK" => Some("${A}".into()),
        _ => None,
    }
}

fn resolved(text: &str) -> Value {
    resolve(&Value::Template(text.into()), &lookup).unwrap()
}

fn messages(text: &str) -> Vec<String> {
    let issues = resolve(&Value::Template(text.into()), &lookup).unwrap_err();
    issues.iter().map(|issue| issue.message().to_string()).collect()
}

#[test]
fn a_variable_is_put_in() {
    assert_eq!(resolved("${A}"), Value::variable("1"));
    assert_eq!(resolved("x${A}y${A:2}ü"), Value::variable("x1y1ü"));
    assert_eq!(resolved("${EMPTY}${EMPTY:x}"), Value::variable(""));
}

#[test]
fn a_default_stands_in() {
    assert_eq!(resolved("${X:5432}"), Value::variable("5432"));
    assert_eq!(resolved("${X:}"), Value::variable(""));
    assert_eq!(resolved("${X:a:b $ c{}d}"), Value::variable("a:b $ c{d}"));
    assert_eq!(resolved("${X:${Y:${A}}0}}"), Value::variable("10}"));
    assert_eq!(resolved("${X:$${}"), Value::variable("${"));
}

#[test]
fn a_doubled_dollar_is_a_literal() {
    assert_eq!(resolved("$${A}"), Value::text("${A}"));
    assert_eq!(resolved("$$${A} $5 $$"), Value::text("$${A} $5 $$"));
}

#[test]
fn what_is_put_in_is_not_looked_at_again() {
    assert_eq!(resolved("${TRICK}"), Value::variable("${A}"));
}

#[test]
fn every_missing_variable_is_told_once() {
    assert_eq!(messages("${Y}${X}${Y}").len(), 2);
    assert!(messages("${X}")[0].contains("X is not set"));
    assert_eq!(resolved("${A:${X}}"), Value::variable("1"));
}

#[test]
fn a_malformed_template_is_refused() {
    for text in ["${", "${A", "${A:", "${A:x", "${A:${B}", "${}", "${1}", "${A B}", "${A-x}", "${ A}", "${ü}"]
    {
        assert_eq!(messages(text).len(), 1, "{text}");
    }
    assert!(!messages("${hunter 2}")[0].contains("hunter"));
}

#[test]
fn a_hundred_thousand_defaults_are_refused() {
    assert!(messages(&"${A:".repeat(100_000))[0].contains("too deep"));
}

#[test]
fn what_holds_no_template_is_shared() {
    let (plain, template) = (Value::list([Value::Null]), Value::list([Value::Template("${A}".into())]));
    let tree = Value::table([("a".into(), plain.clone()), ("b".into(), template)]);
    let resolved = resolve(&tree, &lookup).unwrap();
    let (Value::List(before), Value::List(after)) = (&plain, &resolved.as_table().unwrap()["a"]) else {
        panic!("no lists")
    };
    assert!(std::sync::Arc::ptr_eq(before, after));
    assert_eq!(resolved.as_table().unwrap()["b"], Value::list([Value::variable("1")]));
}

#[test]
fn an_issue_has_the_place_of_its_string() {
    let list = Value::list([Value::Null, Value::Template("${X}".into())]);
    let tree = Value::table([("a".into(), list), ("b".into(), Value::Template("${Y}".into()))]);
    let issues = resolve(&tree, &lookup).unwrap_err();
    assert_eq!(issues.iter().map(|issue| issue.path()).collect::<Vec<_>>(), ["a[1]", "b"]);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[${}:A1 ü]{0,40}") {
        let _ = resolve(&Value::Template(text.into()), &lookup);
    }

    #[test]
    fn text_without_a_brace_is_itself(text in "[$}:A1 ü]{0,40}") {
        prop_assert_eq!(resolved(&text), Value::text(&text));
    }
}
