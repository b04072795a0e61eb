use std::borrow::Cow;

use validator::{ValidationError, ValidationErrors};

use super::*;

#[derive(Clone)]
struct Card(ValidationErrors);

impl validator::Validate for Card {
    fn validate(&self) -> Result<(), ValidationErrors> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0.clone()) }
    }
}

const CARD: Rules<Card> = &[&Validate::RULE];
const OPTION: Rules<Option<Card>> = &[&Validate::RULE];
const LIST: Rules<Vec<Card>> = &[&Validate::RULE];
const SHAPED: Rules<Card> = &[&Validate { shape: Some(&APP), ..Validate::RULE }];

fn card(field: &'static str, error: ValidationError) -> Card {
    let mut errors = ValidationErrors::new();
    errors.add(field, error);
    Card(errors)
}

fn range() -> ValidationError {
    let mut error = ValidationError::new("range");
    error.add_param(Cow::from("value"), &"hunter2");
    error.add_param(Cow::from("min"), &1);
    error.add_param(Cow::from("max"), &9);
    error
}

#[test]
fn valid_and_none_pass() {
    assert_eq!(told(CARD, Card(ValidationErrors::new())) + &told(OPTION, None), "");
}

#[test]
fn the_code_is_put_in_words_without_the_value() {
    assert_eq!(told(CARD, card("age", range())), "age: the value is not at least 1 and at most 9");
    let own = card("age", ValidationError::new("ripe"));
    assert_eq!(told(OPTION, Some(own)), "age: the value fails the rule `ripe`");
}

#[test]
fn a_message_wins_over_the_code() {
    let error = range().with_message("too old".into());
    assert_eq!(told(CARD, card("__all__", error)), "too old");
}

#[test]
fn nested_errors_have_their_place() {
    let mut outer = ValidationErrors::new();
    outer.merge_self("cards", validator::Validate::validate(&vec![card("age", range())]));
    outer.merge_self("main", Err(card("age", ValidationError::new("ripe")).0));
    assert_eq!(
        told(CARD, Card(outer)),
        "cards[0].age: the value is not at least 1 and at most 9\nmain.age: the value fails the rule `ripe`"
    );
}

#[test]
fn a_list_has_indices() {
    let list = vec![Card(ValidationErrors::new()), card("age", ValidationError::new("email"))];
    assert_eq!(told(LIST, list), "[1].age: the value is not an email address");
}

#[test]
fn a_rust_name_becomes_the_name_in_files() {
    assert_eq!(told(SHAPED, card("db", ValidationError::new("url"))), "database: the value is not a URL");
}

#[test]
fn the_words_of_a_secret_are_withheld() {
    let error = range().with_message("hunter2 is bad".into());
    assert_eq!(told_of_secret(CARD, card("age", error)), "age: the value fails a check of the program");
}
