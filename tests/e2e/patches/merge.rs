//! JSON Merge Patch (RFC 7396).

use serde_json::{Value, json};

use super::{app, plain};
use crate::overrides::paths;

#[test]
fn what_it_names_is_set_and_the_rest_stays() {
    let (config, _folder) = app("map.one.size = 1\nlimit.burst = 7");
    config
        .merge_patch(json!({ "limit": { "max": 9 }, "map": { "two": { "size": 2 } }, "list": [] }))
        .unwrap();
    assert_eq!((config.limit_max(), config.limit_burst(), config.map().len()), (9, 7, 2));
    assert_eq!(paths(&config), ["limit.max", "list", "map"]);
}

#[test]
fn null_takes_away() {
    let (config, _folder) = app("map.one.size = 1\nlimit = { max = 9, burst = 9 }\nspare.max = 3");
    config.merge_patch(json!({ "limit": { "max": null }, "map": { "one": null }, "spare": null })).unwrap();
    assert_eq!((config.limit_max(), config.limit_burst(), config.map().len()), (5, 9, 0));
    assert!(config.spare().is_none());
    config.merge_patch(json!({ "limit": null })).unwrap();
    assert_eq!(config.limit_burst(), 1);
}

#[test]
fn it_is_counted_from_the_handle() {
    let (config, _folder) = plain();
    config.limit().merge_patch(json!({ "max": 9 })).unwrap();
    assert_eq!((config.limit_max(), config.history()[1].cause.to_string()), (9, "patch".to_owned()));
}

#[track_caller]
fn refused(patch: Value, words: &str) {
    let (config, _folder) = app("spare.max = 3");
    let error = config.merge_patch(patch).unwrap_err().to_string();
    assert!(error.contains(words), "{error}");
    assert_eq!((config.version(), config.overrides().len()), (1, 0));
}

#[test]
fn what_it_must_not_do() {
    refused(json!({ "limit": { "brust": 1 } }), "limit.brust: unknown key, did you mean `burst`?");
    refused(json!({ "spare": { "maxx": 1 } }), "spare.maxx: unknown key, did you mean `max`?");
    refused(json!({ "token": "x" }), "token: a patch neither reads nor writes a secret");
    refused(json!({ "fixed": 2 }), "fixed: the field is read-only at run time");
    refused(json!({ "limit": { "max": 0 } }), "limit.max: 0 is less than the minimum 1");
    refused(json!({ "limit": 5 }), "limit: expected a table, found an integer");
    refused(json!([1]), "expected a table, found a list");
}
