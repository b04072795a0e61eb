//! Another wrapper type supports all rules like `Option`, with a few lines of code.

use validator::ValidateLength;

use super::*;

struct Sealed<T>(T);

impl<F: Holds<T, M>, T: ?Sized, M> Holds<T, Within<M>> for Sealed<F> {
    fn held(&self) -> Option<&T> {
        self.0.held()
    }
}

impl<F: Text<M>, M> Text<Within<M>> for Sealed<F> {
    fn text(&self) -> Option<&str> {
        self.0.text()
    }
}

impl<F: ValidateLength<u64>> ValidateLength<u64> for Sealed<F> {
    fn length(&self) -> Option<u64> {
        self.0.length()
    }
}

fn tame(name: &str) -> Result<(), String> {
    if name == "wild" { Err("not tame".to_owned()) } else { Ok(()) }
}

const TEXT: Rules<Option<Sealed<String>>> = &[
    &Length { min: Some(8), ..Length::ANY },
    &OneOf::new(&["tame"]),
    &Ip::RULE,
    &Custom::new("tame", |value| in_words(tame(value))),
];
const NUMBER: Rules<Sealed<Option<u8>>> = &[&Range { min: Some(8), ..Range::ANY }, &OneOf::new(&[1, 2])];

#[test]
fn every_rule_looks_inside() {
    let found = told_of_secret(TEXT, Some(Sealed("wild".to_owned())));
    assert_eq!(found.lines().count(), 4, "{found}");
    let found = told_of_secret(NUMBER, Sealed(Some(3)));
    assert_eq!(found.lines().count(), 2, "{found}");
}

#[test]
fn nothing_inside_passes() {
    assert_eq!(told_of_secret(TEXT, None) + &told_of_secret(NUMBER, Sealed(None)), "");
}
