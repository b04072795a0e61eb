use super::*;

const PORTS: Rules<Vec<u16>> = &[&Each { rules: &[&Range { min: Some(1024), ..Range::ANY }] }];
const OPTION: Rules<Option<Vec<Option<String>>>> = &[&Each { rules: &[&NonEmpty::RULE, &Ip::RULE] }];
const LABELS: Rules<HashMap<String, String>> = &[&Each { rules: &[&NonEmpty::RULE] }];
const BY_ID: Rules<BTreeMap<u8, String>> = &[&Each { rules: &[&NonEmpty::RULE] }];
const SET: Rules<HashSet<u8>> = &[&Each { rules: &[&OneOf::new(&[1, 2])] }];
const GRID: Rules<[Vec<u8>; 2]> =
    &[&Each { rules: &[&Each { rules: &[&Range { max: Some(9), ..Range::ANY }] }] }];

#[test]
fn an_element_has_an_index() {
    assert_eq!(told(PORTS, vec![2000, 80]), "[1]: 80 is less than the minimum 1024");
    assert_eq!(told(GRID, [vec![1], vec![2, 10]]), "[1][1]: 10 is greater than the maximum 9");
}

#[test]
fn options_of_options() {
    assert_eq!(told(OPTION, None) + &told(OPTION, Some(vec![None])), "");
    let empty = told(OPTION, Some(vec![Some(String::new())]));
    assert_eq!(empty, "[0]: the value is empty\n[0]: \"\" is not an IP address");
}

#[test]
fn a_value_of_a_map_has_its_key() {
    let labels = ["team", "b", "a"].map(|key| (key.to_owned(), String::new()));
    let found = told(LABELS, labels.into());
    assert_eq!(found, "a: the value is empty\nb: the value is empty\nteam: the value is empty");
    assert_eq!(told(BY_ID, [(7, String::new())].into()), "7: the value is empty");
}

#[test]
fn an_element_of_a_set_has_no_place() {
    assert_eq!(told(SET, [3].into()), "3 is not one of 1, 2");
}

#[test]
fn the_keys_of_a_secret_map_are_not_shown() {
    assert_eq!(told_of_secret(LABELS, [("k".to_owned(), String::new())].into()), "the value is empty");
    assert_eq!(told_of_secret(PORTS, vec![80]), "[0]: the value is less than the minimum 1024");
}
