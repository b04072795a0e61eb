use super::*;

fn even(value: &u32) -> Result<(), String> {
    if value.is_multiple_of(2) { Ok(()) } else { Err(format!("{value} is odd")) }
}

fn tame(name: &str) -> Result<(), impl std::fmt::Display> {
    if name.contains('\n') { Err(format!("{name} is wild")) } else { Ok(()) }
}

fn set(value: &Option<u32>) -> Result<(), &'static str> {
    value.map(drop).ok_or("not set")
}

fn panics(value: &u32) -> Result<(), String> {
    panic!("no {value}")
}

const EVEN: Rules<u32> = &[&Custom::new("even", |value| in_words(even(value)))];
const OPTION: Rules<Option<u32>> = &[&Custom::new("even", |value| in_words(even(value)))];
const WHOLE: Rules<Option<u32>> = &[&Custom::new("even", |value| in_words(set(value)))];
const TAME: Rules<Option<String>> = &[&Custom::new("even", |value| in_words(tame(value)))];
const PANICS: Rules<u32> = &[
    &Custom::new("even", |value| in_words(panics(value))),
    &Custom::new("even", |value| in_words(even(value))),
];

#[test]
fn ok_and_none_pass() {
    assert_eq!(told(EVEN, 2) + &told(OPTION, None) + &told(TAME, Some("a".to_owned())), "");
}

#[test]
fn the_words_of_the_function_are_told() {
    assert_eq!(told(EVEN, 3), "3 is odd");
    assert_eq!(told(OPTION, Some(3)), "3 is odd");
}

#[test]
fn a_function_may_take_the_option_itself() {
    assert_eq!(told(WHOLE, None), "not set");
}

#[test]
fn a_function_may_take_a_str_and_cannot_forge_a_line() {
    assert_eq!(told(TAME, Some("a\nb".to_owned())), r"a\nb is wild");
}

#[test]
fn a_panic_is_a_finding_and_the_next_rule_runs() {
    assert_eq!(told(PANICS, 3), "check panicked: no 3\n3 is odd");
}

#[test]
fn a_secret_is_not_shown() {
    assert_eq!(told_of_secret(PANICS, 3), "check panicked\nthe value fails a check of the program");
}
