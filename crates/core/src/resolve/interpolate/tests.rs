use proptest::prelude::*;

use super::{resolve, resolve_shown};
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
    resolve(&Value::Template(text.into()), &lookup, &|_, _| 0).unwrap()
}

fn messages(text: &str) -> Vec<String> {
    let issues = resolve(&Value::Template(text.into()), &lookup, &|_, _| 0).unwrap_err();
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
    assert_eq!(resolved("${X:a:b $ c}d}"), Value::variable("a:b $ cd}"));
    assert_eq!(resolved("${X:${Y:${A}}0}}"), Value::variable("10}"));
    assert_eq!(resolved("${X: -5}${X: \t=}${X: }${X:a b }"), Value::variable("-5=a b "));
}

#[test]
fn braces_in_a_default_are_balanced_whether_the_variable_is_set_or_not() {
    for (default, value) in [
        ("{name}", "{name}"),
        ("{", ""),
        ("{{a}{b}}", "{{a}{b}}"),
        ("a{${X:{b}}c}", "a{{b}c}"),
        ("$${name}", "${name}"),
        ("{\"a\": {}}", "{\"a\": {}}"),
    ] {
        let (unset, set) = (format!("${{X:{default}}}"), format!("<${{A:{default}}}>"));
        if value.is_empty() {
            assert_eq!([messages(&unset), messages(&set)], [["a `${` has no `}`"], ["a `${` has no `}`"]]);
        } else {
            assert_eq!((resolved(&unset), resolved(&set)), (Value::variable(value), Value::variable("<1>")));
        }
    }
    assert_eq!(resolved("{${A}} } {"), Value::variable("{1} } {"));
}

#[test]
fn forms_of_the_shell_are_refused_whether_the_variable_is_set_or_not() {
    for sign in ["-", "=", "?", "+"] {
        for text in [format!("${{X:{sign}5}}"), format!("a${{A:{sign}5}}"), format!("${{A:${{X:{sign}5}}}}")]
        {
            let template = Value::Template(text.as_str().into());
            let issues = resolve_shown(&template, &lookup, &|_, _| 0, &|_| true).unwrap_err();
            assert_eq!(issues.len(), 1, "{text}");
            let help = issues[0].help().unwrap();
            assert!(help.contains("write `${X:5}`") || help.contains("write `${A:5}`"), "{text}: {help}");
        }
    }
    let told = resolve(&Value::Template("${X:-hunter2}".into()), &lookup, &|_, _| 0).unwrap_err();
    assert!(
        told[0].help().unwrap().contains("write `${X:default}`") && !format!("{told:?}").contains("hunter")
    );
    let digits = Value::Template("${X:-1234}".into());
    for (text, is_open) in [(digits.clone(), false), (Value::secret(digits), true)] {
        let told = resolve_shown(&text, &lookup, &|_, _| 0, &|_| is_open).unwrap_err();
        assert!(!format!("{told:?}").contains("1234"));
    }
}

#[test]
fn a_name_that_may_be_a_part_of_a_secret_is_not_repeated() {
    for text in ["pa${hunter2}", "pa${hunter2:-x}"] {
        let text = Value::Template(text.into());
        let told = |is_open| resolve_shown(&text, &lookup, &|_, _| 0, &|_| is_open).unwrap_err();
        assert!(!format!("{:?}", told(false)).contains("hunter2"), "{:?}", told(false));
        assert!(format!("{:?}", told(true)).contains("hunter2"), "{:?}", told(true));
    }
}

#[test]
fn each_source_has_a_budget() {
    let big = |name: &str| (name == "BIG").then(|| "x".repeat(300 << 10));
    let template = || Value::Template("${BIG}${X:}".into());
    let tree = |count: usize| Value::list((0..count).map(|_| template()));
    assert!(resolve(&tree(3), &big, &|_, _| 0).is_ok());
    let told = resolve(&tree(9), &big, &|_, _| 0).unwrap_err();
    assert_eq!((told.len(), told[0].path()), (1, "[3]".into()));
    assert!(told[0].message().contains("expand to more than 1 MiB"));
    let number = |keys: &crate::keys::Keys| match keys.0[..] {
        [crate::keys::Key::Index(index)] => index / 3,
        _ => panic!("no element"),
    };
    assert!(resolve(&tree(9), &big, &|keys, _| number(keys)).is_ok());
    assert_eq!(resolve(&tree(9), &big, &|keys, _| number(keys).min(1)).unwrap_err()[0].path(), "[6]");
}

/// Its text is copied at each lookup.
#[test]
fn a_variable_is_looked_up_once_for_all_templates() {
    let count = std::cell::Cell::new(0);
    let big = |name: &str| {
        count.set(count.get() + 1);
        (name == "BIG").then(|| "x".repeat(300 << 10))
    };
    let tree = Value::list((0..1000).map(|_| Value::Template("${BIG}${NOPE:}".into())));
    assert!(resolve(&tree, &big, &|_, _| 0).is_err());
    assert_eq!(count.get(), 4, "twice, since the sources are distinguished after the first try");
}

#[test]
fn of_many_missing_variables_the_first_are_told_and_the_others_counted() {
    let tree = Value::list((0..1000).map(|_| Value::Template("${X}".into())));
    let issues = resolve(&tree, &lookup, &|_, _| 0).unwrap_err();
    assert_eq!((issues.len(), issues[99].more()), (100, 900));
}

#[test]
fn of_a_malformed_template_no_name_is_told() {
    assert_eq!(messages("${A}${hunter2").len(), 1);
    assert!(!messages("${hunter2} ${")[0].contains("hunter"));
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
    let resolved = resolve(&tree, &lookup, &|_, _| 0).unwrap();
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
    let issues = resolve(&tree, &lookup, &|_, _| 0).unwrap_err();
    assert_eq!(issues.iter().map(|issue| issue.path()).collect::<Vec<_>>(), ["a[1]", "b"]);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[${}:A1 ü]{0,40}") {
        let _ = resolve(&Value::Template(text.into()), &lookup, &|_, _| 0);
    }

    #[test]
    fn text_without_a_brace_is_itself(text in "[$}:A1 ü]{0,40}") {
        prop_assert_eq!(resolved(&text), Value::text(&text));
    }
}
