use proptest::prelude::*;

use super::{Names, collapse, segment};
use crate::shape::{FieldShape, Kind, Shape};

const LEAF: FieldShape = FieldShape::LEAF;

fn shape(fields: Vec<FieldShape>) -> &'static Shape {
    Box::leak(Box::new(Shape { name: "S", docs: "", fields: fields.leak() }))
}

fn leaf(key: &'static str) -> FieldShape {
    FieldShape { key, ..LEAF }
}

fn nested(key: &'static str, fields: Vec<FieldShape>) -> FieldShape {
    FieldShape { key, kind: Kind::Nested(shape(fields)), ..LEAF }
}

fn reached(fields: Vec<FieldShape>, variable: &str) -> Option<String> {
    let names = Names::new(shape(fields), Some("APP")).unwrap_or_else(|issues| panic!("{issues:?}"));
    names.find(variable).map(|leaf| leaf.keys.to_string())
}

fn refused(fields: Vec<FieldShape>) -> Vec<String> {
    let issues = Names::new(shape(fields), Some("APP")).err().unwrap_or_default();
    issues.iter().map(|issue| issue.message().to_string()).collect()
}

#[test]
fn a_serde_name_is_split_into_words() {
    for key in ["pool_size", "poolSize", "pool-size", "pool.size", "PoolSize", "POOL_SIZE", "_pool__size_"] {
        assert_eq!(segment(key), "POOL_SIZE", "{key}");
    }
    assert_eq!(segment("HTTPServer"), "HTTP_SERVER");
    assert_eq!(segment("http2Server"), "HTTP2_SERVER");
    assert_eq!(segment("SHA256SUM"), "SHA256SUM");
    assert_eq!(segment("größeMax"), "GRÖSSE_MAX");
}

#[test]
fn any_joint_may_be_one_or_two_underscores() {
    let fields = || vec![nested("rate_limit", vec![leaf("max")])];
    for variable in ["APP_RATE_LIMIT_MAX", "APP_RATE_LIMIT__MAX", "APP__RATE__LIMIT__MAX"] {
        assert_eq!(reached(fields(), variable).as_deref(), Some("rate_limit.max"), "{variable}");
    }
    for variable in ["APP_RATE_LIMIT", "RATE_LIMIT_MAX", "APPRATE_LIMIT_MAX", "_APP_RATE_LIMIT_MAX"] {
        assert_eq!(reached(fields(), variable), None, "{variable}");
    }
}

#[cfg(not(windows))]
#[test]
fn case_counts() {
    assert_eq!(reached(vec![leaf("max")], "app_max"), None);
}

#[test]
fn an_alias_reaches_the_field() {
    let old = FieldShape { key: "new", aliases: &["old"], ..LEAF };
    let outer = FieldShape { aliases: &["was"], ..nested("is", vec![old]) };
    assert_eq!(reached(vec![outer], "APP_WAS_OLD").as_deref(), Some("is.new"));
}

#[test]
fn an_exact_name_needs_no_prefix() {
    let field = || FieldShape { key: "url", env: Some("DATABASE_URL"), ..LEAF };
    assert_eq!(reached(vec![field()], "DATABASE_URL").as_deref(), Some("url"));
    assert_eq!(reached(vec![field()], "APP_URL"), None);
    assert!(Names::new(shape(vec![field()]), None).is_ok_and(|names| names.find("DATABASE_URL").is_some()));
}

#[test]
fn without_a_prefix_only_exact_names_are_read() {
    let names = Names::new(shape(vec![leaf("max")]), None).ok().unwrap();
    assert!(names.find("MAX").is_none() && !names.is_ours("MAX"));
}

#[test]
fn an_empty_prefix_is_none_in_front() {
    let names = Names::new(shape(vec![leaf("max")]), Some("")).ok().unwrap();
    assert!(names.find("MAX").is_some() && !names.is_ours("HOME"));
}

#[test]
fn a_flattened_field_adds_nothing() {
    let flat = FieldShape { flatten: true, ..nested("inner", vec![leaf("max")]) };
    assert_eq!(reached(vec![flat], "APP_MAX").as_deref(), Some("max"));
}

#[test]
fn an_optional_struct_is_reached_inside() {
    let inner = shape(vec![leaf("cert")]);
    let field = FieldShape { key: "tls", kind: Kind::Optional(inner), ..LEAF };
    assert_eq!(reached(vec![field], "APP_TLS_CERT").as_deref(), Some("tls.cert"));
}

#[test]
fn a_name_claimed_twice_is_refused() {
    let told =
        refused(vec![nested("rate", vec![leaf("limit_max")]), nested("rate_limit", vec![leaf("max")])]);
    assert_eq!(told, ["`rate.limit_max` and `rate_limit.max` would both be read from APP_RATE_LIMIT_MAX"]);
    let exact = FieldShape { key: "a", env: Some("APP_B"), ..LEAF };
    assert_eq!(refused(vec![exact, leaf("b")]).len(), 1);
    let twice = || FieldShape { env: Some("X"), ..LEAF };
    assert_eq!(refused(vec![twice(), twice()]).len(), 1);
    assert_eq!(refused(vec![FieldShape { key: "a", aliases: &["b"], ..LEAF }, leaf("b")]).len(), 1);
}

#[test]
fn an_exact_name_is_the_remedy() {
    let inner = FieldShape { key: "limit_max", env: Some("RATE"), ..LEAF };
    assert!(refused(vec![nested("rate", vec![inner]), nested("rate_limit", vec![leaf("max")])]).is_empty());
}

#[test]
fn an_alias_may_spell_the_field_itself() {
    assert!(refused(vec![FieldShape { key: "poolSize", aliases: &["pool_size"], ..LEAF }]).is_empty());
}

#[test]
fn the_profile_is_nobodys_field() {
    assert!(refused(vec![leaf("profile")])[0].contains("APP_PROFILE, which names the profile"));
    assert_eq!(refused(vec![FieldShape { key: "a", env: Some("APP_PROFILE"), ..LEAF }]).len(), 1);
    let exact = FieldShape { key: "profile", env: Some("MY_PROFILE"), ..LEAF };
    assert!(refused(vec![exact]).is_empty());
}

#[test]
fn a_slip_is_suggested() {
    let fields = vec![nested("rate_limit", vec![leaf("max"), leaf("burst")])];
    let names = Names::new(shape(fields), Some("APP")).ok().unwrap();
    assert_eq!(names.suggest("APP_RATE_LIMIT_BRUST"), Some("APP_RATE_LIMIT_BURST"));
    assert_eq!(names.suggest("APP_COLOUR"), None);
}

#[test]
fn a_field_names_its_variable() {
    let exact = FieldShape { key: "url", env: Some("DATABASE_URL"), ..LEAF };
    let aliased = FieldShape { key: "max", aliases: &["a_max"], ..LEAF };
    let names =
        Names::new(shape(vec![exact, nested("rate_limit", vec![aliased])]), Some("APP")).ok().unwrap();
    assert_eq!(names.variable(&["url"].into_iter().collect()).as_deref(), Some("DATABASE_URL"));
    assert_eq!(
        names.variable(&["rate_limit", "max"].into_iter().collect()).as_deref(),
        Some("APP_RATE_LIMIT_MAX")
    );
    assert_eq!(names.variable(&["rate_limit"].into_iter().collect()), None);
}

proptest! {
    /// With any separators, a variable maps back to its field.
    #[test]
    fn a_field_is_reached_by_its_own_name(
        keys in proptest::collection::vec("[a-z][a-z0-9]{0,5}([_.-][a-z]{1,4}|[A-Z][a-z]{1,4}){0,2}", 1..4),
        joints in proptest::collection::vec(1_usize..4, 16),
    ) {
        let keys: Vec<&'static str> = keys.into_iter().map(|key| &*key.leak()).collect();
        let mut fields = vec![leaf(keys[keys.len() - 1])];
        for key in keys.iter().rev().skip(1) {
            fields = vec![nested(key, fields)];
        }
        prop_assume!(segment(keys[0]) != "PROFILE");
        let words: Vec<String> = keys.iter().flat_map(|key| segment(key).split('_').map(String::from).collect::<Vec<_>>()).collect();
        let variable = words.iter().zip(joints.iter().cycle()).fold("APP".to_string(), |name, (word, joint)| {
            name + &"_".repeat(*joint) + word
        });
        let names = Names::new(shape(fields), Some("APP")).ok().unwrap();
        let expected: crate::keys::Keys = keys.iter().copied().collect();
        prop_assert_eq!(&names.find(&variable).unwrap().keys, &expected);
        prop_assert_eq!(names.variable(&expected), Some(collapse(&variable)));
    }
}
