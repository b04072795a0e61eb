//! Forbidden patches, each with its reason, and all reasons at once.

use hotswap::IssueKind;
use serde_json::{Value, json};

use super::{app, plain};

/// Every line of the report except the first; nothing has changed.
#[track_caller]
fn refused(patch: Value) -> Vec<String> {
    let (config, _folder) = app("map.one.size = 1");
    let error = config.patch(patch).unwrap_err().to_string();
    assert_eq!((config.version(), config.overrides().len(), config.history().len()), (1, 0, 1));
    assert!(!error.contains("hush"), "{error}");
    error.lines().skip(1).map(|line| line.trim_start().to_owned()).collect()
}

#[test]
fn an_unknown_place() {
    let lines = refused(json!([
        { "op": "replace", "path": "/limit/brust", "value": 1 },
        { "op": "test", "path": "/colour", "value": 1 },
        { "op": "remove", "path": "/spare/maxx" },
    ]));
    assert_eq!(
        lines[0],
        "limit.brust: operation 1 (replace \"/limit/brust\"): unknown key, did you mean `burst`?"
    );
    assert_eq!(lines[1], "colour: operation 2 (test \"/colour\"): unknown key");
    assert_eq!(
        lines[2],
        "spare.maxx: operation 3 (remove \"/spare/maxx\"): unknown key, did you mean `max`?"
    );
}

#[test]
fn an_unknown_key_in_a_value() {
    let lines = refused(json!([
        { "op": "replace", "path": "/limit", "value": { "brust": 1 } },
        { "op": "add", "path": "/spare", "value": { "maxx": 1 } },
        { "op": "add", "path": "/map/two", "value": { "size": 1, "sise": 2 } },
    ]));
    assert!(lines[0].starts_with("limit.brust: operation 1") && lines[0].ends_with("`burst`?"), "{lines:?}");
    assert!(lines[1].starts_with("spare.maxx: operation 2"), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("map.two.sise: operation 3")), "{lines:?}");
}

#[test]
fn a_secret_by_value() {
    let advice = "a patch neither reads nor writes a secret; set it by the field's own setter";
    for patch in [
        json!([{ "op": "replace", "path": "/token", "value": "x" }]),
        json!([{ "op": "copy", "from": "/token", "path": "/level" }]),
        json!([{ "op": "move", "from": "/token", "path": "/level" }]),
        json!([{ "op": "copy", "from": "/level", "path": "/token" }]),
        json!([{ "op": "test", "path": "/token", "value": "hush" }]),
        json!([{ "op": "replace", "path": "", "value": { "token": "x" } }]),
    ] {
        let lines = refused(patch);
        assert!(lines.iter().any(|line| line.starts_with("token: ") && line.ends_with(advice)), "{lines:?}");
    }
}

#[test]
fn what_is_readonly() {
    let lines = refused(json!([{ "op": "replace", "path": "/fixed", "value": 2 }]));
    let expected = "fixed: operation 1 (replace \"/fixed\"): the field is read-only at run time; change it where its sources give it";
    assert_eq!(lines, [expected]);
}

#[test]
fn a_broken_rule_and_a_wrong_type_together() {
    let lines = refused(json!([
        { "op": "replace", "path": "/limit/max", "value": 0 },
        { "op": "replace", "path": "/limit/burst", "value": "many" },
    ]));
    let has = |start: &str| lines.iter().any(|line| line.starts_with(start));
    assert!(
        has("limit.max: operation 1 (replace \"/limit/max\"): 0 is less than the minimum 1"),
        "{lines:?}"
    );
    assert!(
        has("limit.burst: operation 2 (replace \"/limit/burst\"): expected an integer, found a string"),
        "{lines:?}"
    );
}

#[test]
fn a_scalar_in_the_place_of_a_struct() {
    let lines = refused(json!([{ "op": "replace", "path": "/limit", "value": 5 }]));
    assert!(lines[0].contains("expected a table, found an integer"), "{lines:?}");
}

#[test]
fn what_is_no_patch() {
    let lines = refused(json!({ "level": "debug" }));
    assert!(lines[0].starts_with("a JSON Patch is a list of operations"), "{lines:?}");
    let lines = refused(
        json!([{ "op": "replace" }, { "op": "jump", "path": "" }, { "op": "remove", "path": "level" }]),
    );
    assert_eq!(lines.len(), 3);
    assert!(lines[1].starts_with("operation 2: unknown variant `jump`"), "{lines:?}");
}

#[test]
fn a_place_that_is_not_there() {
    for patch in [
        json!([{ "op": "remove", "path": "/map/nobody" }]),
        json!([{ "op": "add", "path": "/list/9", "value": "x" }]),
        json!([{ "op": "add", "path": "/spare/max", "value": 1 }]),
    ] {
        assert!(refused(patch)[0].ends_with("there is no such place in the document"));
    }
    assert!(
        refused(json!([{ "op": "copy", "from": "/map/x", "path": "/map/y" }]))[0]
            .ends_with("there is nothing at `from`")
    );
}

#[test]
fn a_write_from_inside_a_write() {
    let (config, _folder) = plain();
    config
        .update(|_| {
            let error = config.patch(json!([])).unwrap_err();
            assert!(error.has(IssueKind::Write));
        })
        .unwrap();
}
