use super::*;

#[derive(Debug, PartialEq)]
enum Color {
    Red,
    Green,
    Blue,
}

const LEVEL: Rules<String> = &[&OneOf::new(&["error", "warn", "info"])];
const OPTION: Rules<Option<String>> = &[&OneOf::new(&["error", "warn", "info"])];
const POWER: Rules<u8> = &[&OneOf::new(&[1, 2, 4])];
const COLOR: Rules<Option<Color>> = &[&OneOf::new(&[Color::Red, Color::Green])];

#[test]
fn a_choice_passes() {
    assert_eq!(told(LEVEL, "info".to_owned()) + &told(POWER, 2) + &told(COLOR, Some(Color::Red)), "");
}

#[test]
fn none_passes() {
    assert_eq!(told(OPTION, None) + &told(COLOR, None), "");
}

#[test]
fn the_closest_choice_is_suggested() {
    assert_eq!(
        told(LEVEL, "inof".to_owned()),
        r#""inof" is not one of "error", "warn", "info"; did you mean "info"?"#
    );
    assert_eq!(
        told(OPTION, Some("WARN".to_owned())),
        r#""WARN" is not one of "error", "warn", "info"; did you mean "warn"?"#
    );
}

#[test]
fn nothing_far_is_suggested() {
    assert_eq!(told(LEVEL, "loud".to_owned()), r#""loud" is not one of "error", "warn", "info""#);
}

#[test]
fn any_comparable_type_has_choices() {
    assert_eq!(told(POWER, 3), "3 is not one of 1, 2, 4");
    assert_eq!(told(COLOR, Some(Color::Blue)), "Blue is not one of Red, Green");
}

#[test]
fn a_secret_is_not_shown() {
    assert_eq!(
        told_of_secret(LEVEL, "inof".to_owned()),
        r#"the value is not one of "error", "warn", "info""#
    );
    assert_eq!(told_of_secret(POWER, 3), "the value is not one of 1, 2, 4");
}
