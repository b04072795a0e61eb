//! What a build without a format says to its files.

use super::{Format, parse};

#[test]
fn the_feature_that_is_off_is_named() {
    let flaws = parse(Format::Yaml, "a: 1").unwrap_err();
    assert!(flaws[0].message.contains("the cargo feature `yaml`"));
}
