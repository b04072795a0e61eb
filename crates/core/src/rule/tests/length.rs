use super::*;

const TEXT: Rules<String> = &[&Length { min: Some(2), max: Some(3), ..Length::ANY }];
const OPTION: Rules<Option<String>> = &[&Length { min: Some(2), ..Length::ANY }];
const SHARED: Rules<Option<Arc<str>>> = &[&Length { min: Some(2), ..Length::ANY }];
const PAIR: Rules<Vec<u8>> = &[&Length { equal: Some(2), ..Length::ANY }];
const MAP: Rules<HashMap<String, u8>> = &[&Length { min: Some(1), ..Length::ANY }];
const SOME: Rules<Vec<u8>> = &[&NonEmpty::RULE];
const SOME_TEXT: Rules<Option<String>> = &[&NonEmpty::RULE];

struct Generic<T>(Vec<T>);

impl<T: 'static> Generic<T> {
    const RULES: Rules<Vec<T>> = &[&NonEmpty::RULE];
}

#[test]
fn a_generic_struct_has_rules() {
    assert_eq!(told(Generic::<u8>::RULES, Generic(vec![]).0), "the value is empty");
}

#[test]
fn text_is_counted_in_characters() {
    assert_eq!(told(TEXT, "äöü".to_owned()), "");
}

#[test]
fn too_short() {
    assert_eq!(told(TEXT, "a".to_owned()), "the length 1 is less than the minimum 2");
    assert_eq!(told(OPTION, Some("a".to_owned())), "the length 1 is less than the minimum 2");
    assert_eq!(told(SHARED, Some("a".into())), "the length 1 is less than the minimum 2");
}

#[test]
fn too_long() {
    assert_eq!(told(TEXT, "abcd".to_owned()), "the length 4 is greater than the maximum 3");
}

#[test]
fn not_equal() {
    assert_eq!(told(PAIR, vec![1]), "the length 1 is not 2");
}

#[test]
fn a_map_has_a_length() {
    assert_eq!(told(MAP, HashMap::new()), "the length 0 is less than the minimum 1");
}

#[test]
fn empty() {
    assert_eq!(told(SOME, vec![]), "the value is empty");
    assert_eq!(told(SOME_TEXT, Some(String::new())), "the value is empty");
}

#[test]
fn none_passes() {
    assert_eq!(told(OPTION, None) + &told(SOME_TEXT, None) + &told(SHARED, None), "");
}

#[test]
fn the_length_of_a_secret_is_not_shown() {
    assert_eq!(told_of_secret(TEXT, "a".to_owned()), "the length is less than the minimum 2");
}
