use std::ffi::OsString;

use super::{Found, collect};
use crate::{
    keys::Keys,
    shape::{FieldShape, Kind, Shape},
    source::names::Names,
    value::Value,
};

const LEAF: FieldShape = FieldShape::LEAF;

static INNER: Shape = Shape {
    name: "RateLimit",
    docs: "",
    fields: &[FieldShape { key: "max", ..LEAF }, FieldShape { key: "burst", ..LEAF }],
};

static SHAPE: Shape = Shape {
    name: "App",
    docs: "",
    fields: &[
        FieldShape { key: "rate_limit", kind: Kind::Nested(&INNER), ..LEAF },
        FieldShape { key: "url", env: Some("DATABASE_URL"), ..LEAF },
    ],
};

fn collected(variables: &[(&str, &str)]) -> Found {
    let names = Names::new(&SHAPE, Some("APP")).ok().unwrap();
    collect(&names, variables.iter().map(|(name, value)| (name.into(), (*value).into())))
}

#[test]
fn variables_become_a_layer() {
    let found = collected(&[("APP_RATE_LIMIT__MAX", "7"), ("DATABASE_URL", "x"), ("HOME", "/")]);
    let inner = Value::table([("max".into(), Value::variable("7"))]);
    let expected = Value::table([("rate_limit".into(), inner), ("url".into(), Value::variable("x"))]);
    assert_eq!(found.tree, expected);
    let max: Keys = ["rate_limit", "max"].into_iter().collect();
    assert_eq!(found.names[&max], "APP_RATE_LIMIT__MAX");
    assert!(found.unknown.is_empty() && found.issues.is_empty());
}

#[test]
fn an_unknown_variable_with_the_prefix_is_told() {
    let found = collected(&[("APP_RATE_LIMIT_MAXX", "7"), ("APP_PROFILE", "x"), ("APPLE", "x")]);
    let told: Vec<_> = found.unknown.iter().map(|issue| issue.message()).collect();
    assert_eq!(told, ["no field takes the variable APP_RATE_LIMIT_MAXX, did you mean APP_RATE_LIMIT_MAX?"]);
    assert_eq!(found.tree, Value::empty());
}

#[test]
fn two_spellings_must_agree() {
    let both = |second| collected(&[("APP_RATE_LIMIT_MAX", "7"), ("APP_RATE_LIMIT__MAX", second)]);
    assert!(both("7").issues.is_empty());
    let told = both("8").issues.remove(0);
    assert_eq!(told.path(), "rate_limit.max");
    assert_eq!(told.message(), "APP_RATE_LIMIT_MAX and APP_RATE_LIMIT__MAX both set this field, and differ");
}

#[test]
fn the_last_of_one_name_counts() {
    let found = collected(&[("DATABASE_URL", "a"), ("DATABASE_URL", "b")]);
    assert_eq!(found.tree, Value::table([("url".into(), Value::variable("b"))]));
    assert!(found.issues.is_empty());
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_unicode_is_told_where_it_matters() {
    use std::os::unix::ffi::OsStringExt;
    let names = Names::new(&SHAPE, Some("APP")).ok().unwrap();
    let wrong = || OsString::from_vec(b"hunter2\xff".to_vec());
    let found = collect(
        &names,
        [("DATABASE_URL".into(), wrong().into()), ("HOME".into(), wrong().into()), (wrong(), wrong().into())],
    );
    assert_eq!(found.issues.len(), 1);
    assert!(!found.issues[0].to_string().contains("hunter"));
    assert_eq!(found.issues[0].path(), "url");
}
