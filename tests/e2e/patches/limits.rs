//! A patch cannot exhaust the memory.

use serde_json::{Value, json};

use super::plain;

#[test]
fn a_copy_bomb_is_defused() {
    let (config, _folder) = plain();
    let double = |copy: usize| json!({ "op": "copy", "from": "/list", "path": format!("/list/{copy}") });
    let error = config.patch((0..60).map(|_| double(0)).collect()).unwrap_err().to_string();
    assert!(error.contains("adds more than 16 MiB"), "{error}");
}

#[test]
fn operations_are_counted() {
    let (config, _folder) = plain();
    let test = json!({ "op": "test", "path": "/level", "value": "info" });
    assert!(config.patch(vec![test.clone(); 10_000].into()).is_ok());
    assert!(config.patch(vec![test; 10_001].into()).unwrap_err().to_string().contains("limit of 10000"));
}

#[test]
fn depth_is_limited() {
    let (config, _folder) = plain();
    let deep = (0..200).fold(json!(1), |inner, _| Value::Array(vec![inner]));
    let error = config.merge_patch(json!({ "list": deep })).unwrap_err().to_string();
    assert!(error.contains("levels deep"), "{error}");
}
