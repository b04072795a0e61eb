//! Every operation of RFC 6902, and the resulting overrides.

use hotswap::HotConfig;
use serde_json::{Value, json};

use super::{App, AppHandle, Entry, Limit, app, plain};
use crate::overrides::paths;

fn done(config: &AppHandle, patch: Value) {
    config.patch(patch).unwrap();
}

#[test]
fn replace_sets_one_leaf() {
    let (config, _folder) = plain();
    done(&config, json!([{ "op": "replace", "path": "/limit/max", "value": 9 }]));
    assert_eq!((config.version(), config.limit_max(), paths(&config)), (2, 9, vec!["limit.max".to_owned()]));
}

#[test]
fn replace_of_a_struct_sets_all_of_it() {
    let (config, _folder) = app("limit.burst = 7");
    done(&config, json!([{ "op": "replace", "path": "/limit", "value": { "max": 9 } }]));
    assert_eq!((config.limit_max(), config.limit_burst()), (9, 1));
    assert_eq!(paths(&config), ["limit.burst", "limit.max", "limit.share"]);
}

#[test]
fn add_and_remove_inside_a_leaf_pin_it_whole() {
    let (config, _folder) = app("list = ['x', 'y']\nmap.one.size = 1");
    done(
        &config,
        json!([
            { "op": "add", "path": "/list/1", "value": "between" },
            { "op": "add", "path": "/list/-", "value": "last" },
            { "op": "remove", "path": "/list/0" },
            { "op": "add", "path": "/map/two~1a", "value": { "size": 2 } },
        ]),
    );
    assert_eq!(*config.list(), ["between", "y", "last"]);
    assert_eq!(config.map()["two/a"], Entry { size: 2 });
    assert_eq!(paths(&config), ["list", "map"]);
}

#[test]
fn remove_of_a_leaf_is_as_if_no_layer_gave_it() {
    let (config, folder) = app("limit.max = 9");
    done(&config, json!([{ "op": "remove", "path": "/limit/max" }]));
    assert_eq!(config.limit_max(), 5);
    folder.write("app.toml", "limit.max = 10\nlimit.burst = 2");
    config.reload().unwrap();
    assert_eq!((config.limit_max(), config.limit_burst()), (5, 2));
    assert_eq!(config.overrides()[0].value(), None);
    assert_eq!(config.explain("limit.max").given[0].value, 5);
}

#[test]
fn remove_of_a_struct_gives_its_defaults() {
    let (config, _folder) = app("limit = { max = 9, burst = 9 }");
    done(&config, json!([{ "op": "remove", "path": "/limit" }]));
    assert_eq!(config.limit().snapshot().max, 5);
    assert_eq!(config.limit_burst(), 1);
}

#[test]
fn what_is_required_is_not_removed() {
    let limit = NoDefault::hot_fixed(NoDefault { name: "a".to_owned() });
    assert!(limit.patch(json!([{ "op": "remove", "path": "/name" }])).is_err());
    assert_eq!((limit.version(), &*limit.snapshot().name), (1, "a"));
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, HotConfig)]
struct NoDefault {
    name: String,
}

#[test]
fn copy_and_move() {
    let (config, _folder) = app("map.one.size = 1\nlimit.max = 9");
    done(
        &config,
        json!([
            { "op": "copy", "from": "/map/one", "path": "/map/two" },
            { "op": "move", "from": "/map/one", "path": "/map/three" },
            { "op": "copy", "from": "/limit/max", "path": "/limit/burst" },
        ]),
    );
    assert_eq!(config.map().keys().collect::<Vec<_>>(), ["three", "two"]);
    assert_eq!((config.limit_burst(), paths(&config)), (9, vec!["limit.burst".to_owned(), "map".to_owned()]));
}

#[test]
fn move_of_a_leaf_leaves_the_default() {
    let (config, _folder) = app("limit.max = 9");
    done(&config, json!([{ "op": "move", "from": "/limit/max", "path": "/limit/burst" }]));
    assert_eq!((config.limit_max(), config.limit_burst()), (5, 9));
}

#[test]
fn test_touches_nothing_and_compares_numbers_by_what_they_count() {
    let (config, _folder) = app("limit.share = 2.0");
    done(&config, json!([{ "op": "test", "path": "/limit/share", "value": 2 }]));
    assert_eq!((config.version(), config.overrides().len()), (1, 0));
    assert!(config.patch(json!([{ "op": "test", "path": "/limit/share", "value": 3 }])).is_err());
}

#[test]
fn a_test_that_fails_undoes_what_came_before() {
    let (config, _folder) = plain();
    let patch = json!([
        { "op": "replace", "path": "/level", "value": "debug" },
        { "op": "test", "path": "/limit/max", "value": 6 },
    ]);
    let error = config.patch(patch).unwrap_err().to_string();
    assert!(
        error.contains("limit.max: operation 2 (test \"/limit/max\"): the value there is another one"),
        "{error}"
    );
    assert_eq!((config.version(), config.level().as_str(), config.overrides().len()), (1, "info", 0));
}

#[test]
fn an_option_gets_the_defaults_of_its_struct() {
    let (config, _folder) = plain();
    done(&config, json!([{ "op": "add", "path": "/spare", "value": { "max": 2 } }]));
    assert_eq!(*config.spare(), Some(Limit { max: 2, burst: 1, share: 0.5 }));
    done(&config, json!([{ "op": "replace", "path": "/spare/burst", "value": 3 }]));
    assert_eq!(config.spare().as_ref().map(|limit| (limit.max, limit.burst)), Some((2, 3)));
    done(&config, json!([{ "op": "replace", "path": "/spare", "value": null }]));
    assert_eq!(*config.spare(), None);
}

#[test]
fn pointers_are_counted_from_the_handle() {
    let (config, _folder) = plain();
    let limit = config.by("alice").limit();
    limit.patch(json!([{ "op": "replace", "path": "/max", "value": 9 }])).unwrap();
    assert_eq!((config.limit_max(), config.overrides()[0].by()), (9, Some("alice")));
    assert!(limit.patch(json!([{ "op": "replace", "path": "/level", "value": "x" }])).is_err());
    limit.patch(json!([{ "op": "replace", "path": "", "value": { "burst": 3 } }])).unwrap();
    assert_eq!((config.limit_max(), config.limit_burst()), (5, 3));
}

#[test]
fn what_changes_nothing_publishes_nothing() {
    let (config, _folder) = plain();
    assert_eq!(config.patch(json!([{ "op": "replace", "path": "/limit/max", "value": 5 }])).unwrap(), 1);
    assert_eq!(config.patch(json!([])).unwrap(), 1);
    assert_eq!(config.history().len(), 1);
}

#[test]
fn a_handle_without_sources_is_patched_too() {
    let limit = Limit::hot_fixed(Limit { max: 2, burst: 2, share: 0.1 });
    limit
        .patch(json!([{ "op": "replace", "path": "/max", "value": 3 }, { "op": "remove", "path": "/burst" }]))
        .unwrap();
    assert_eq!(*limit.snapshot(), Limit { max: 3, burst: 1, share: 0.1 });
    assert_eq!(limit.explain("burst").given[0].value, 1);
    assert!(limit.patch(json!([{ "op": "replace", "path": "/max", "value": 0 }])).is_err());
    assert!(limit.patch(json!([{ "op": "replace", "path": "/max", "value": "many" }])).is_err());
    assert_eq!((limit.version(), limit.max()), (2, 3));
}

#[test]
fn only_the_expected_version_is_patched() {
    let (config, _folder) = plain();
    let patch = json!([{ "op": "replace", "path": "/limit/max", "value": 9 }]);
    assert!(config.patch_if(2, patch.clone()).is_err());
    assert_eq!(config.patch_if(1, patch).unwrap(), 2);
}

#[test]
fn a_patch_is_told_as_one() {
    let (config, _folder) = plain();
    done(&config, json!([{ "op": "replace", "path": "/limit/max", "value": 9 }]));
    assert_eq!(config.history()[1].cause.to_string(), "patch");
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, HotConfig)]
struct Open {
    #[hot(default = 1)]
    own: u32,
    #[serde(flatten)]
    rest: std::collections::BTreeMap<String, u32>,
}

#[test]
fn a_flattened_map_takes_the_keys_beside_the_fields() {
    let folder = crate::support::Folder::with("app.toml", "own = 2\nx = 3");
    let config = Open::hot_builder().file(folder.path("app.toml")).load().unwrap();
    config.patch(json!([{ "op": "add", "path": "/y", "value": 4 }])).unwrap();
    assert_eq!((config.own(), config.rest()["x"], config.rest()["y"]), (2, 3, 4));
    folder.write("app.toml", "own = 5");
    config.reload().unwrap();
    assert_eq!((config.own(), config.rest().len()), (5, 2));
}

#[test]
fn the_whole_document_can_be_replaced() {
    let (config, _folder) = app("level = 'warn'\nlimit.max = 9");
    let patch =
        json!([{ "op": "replace", "path": "", "value": { "level": "debug", "fixed": 1, "token": "***" } }]);
    done(&config, patch);
    let now = config.snapshot();
    assert_eq!((&*now.level, now.limit.max, &**now.token.expose()), ("debug", 5, "hush"));
    assert_eq!(App::hot_fixed((*now).clone()).fixed(), 1);
}
