use super::*;

const MAX: Rules<u32> = &[&Range { min: Some(1), max: Some(60), ..Range::ANY }];
const OPTION: Rules<Option<u32>> = &[&Range { min: Some(1), max: Some(60), ..Range::ANY }];
const DEEP: Rules<Option<Box<u32>>> = &[&Range { min: Some(1), ..Range::ANY }];
const OPEN: Rules<f64> = &[&Range { exclusive_min: Some(0.0), exclusive_max: Some(1.0), ..Range::ANY }];
const ANY: Rules<f64> = &[&Range::<f64, _>::ANY];
const SPAN: Rules<Duration> = &[&Range { min: Some(Duration::from_secs(1)), ..Range::ANY }];
const NEGATIVE: Rules<i8> = &[&Range { min: Some(-5), ..Range::ANY }];
static IN_A_STATIC: Rules<u16> = &[&Range { max: Some(1024), ..Range::ANY }];

#[test]
fn a_value_on_a_bound_passes() {
    assert_eq!(told(MAX, 1) + &told(MAX, 60), "");
}

#[test]
fn below_the_minimum() {
    assert_eq!(told(MAX, 0), "0 is less than the minimum 1");
}

#[test]
fn above_the_maximum() {
    assert_eq!(told(MAX, 70), "70 is greater than the maximum 60");
}

#[test]
fn on_the_exclusive_minimum() {
    assert_eq!(told(OPEN, 0.0), "0.0 is not greater than the exclusive minimum 0.0");
}

#[test]
fn on_the_exclusive_maximum() {
    assert_eq!(told(OPEN, 1.0), "1.0 is not less than the exclusive maximum 1.0");
}

#[test]
fn nan_is_in_no_range() {
    assert_eq!(told(OPEN, f64::NAN), "NaN is in no range");
    assert_eq!(told(ANY, f64::NAN), "NaN is in no range");
}

#[test]
fn none_passes() {
    assert_eq!(told(OPTION, None), "");
}

#[test]
fn some_is_checked() {
    assert_eq!(told(OPTION, Some(0)), "0 is less than the minimum 1");
    assert_eq!(told(DEEP, Some(Box::new(0))), "0 is less than the minimum 1");
}

#[test]
fn a_duration_has_a_range() {
    assert_eq!(told(SPAN, Duration::from_millis(500)), "500ms is less than the minimum 1s");
}

#[test]
fn a_rule_may_stand_in_a_static() {
    assert_eq!(told(IN_A_STATIC, 2000), "2000 is greater than the maximum 1024");
    assert_eq!(told(NEGATIVE, -6), "-6 is less than the minimum -5");
}

#[test]
fn a_secret_is_not_shown() {
    assert_eq!(told_of_secret(MAX, 0), "the value is less than the minimum 1");
}
