//! Secrets by their type, in any position: a patch preserves them and never reveals them.

use std::collections::BTreeMap;

use hotswap::{HotConfig, Secret};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    key: Secret<String>,
    login: Option<Secret<String>>,
    #[hot(nested)]
    db: Option<Db>,
    users: Vec<User>,
    map: BTreeMap<String, User>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Db {
    host: String,
    password: Secret<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct User {
    name: String,
    password: Secret<String>,
}

const TEXT: &str = "
key = 'hush-key'
db = { host = 'a', password = 'hush-db' }
users = [{ name = 'ann', password = 'hush-ann' }, { name = 'bob', password = 'hush-bob' }]
map.eve = { name = 'eve', password = 'hush-eve' }
";

fn app() -> (AppHandle, Folder) {
    let folder = Folder::with("app.toml", TEXT);
    (
        App::hot_builder()
            .file(folder.path("app.toml"))
            .plaintext_secrets(hotswap::PlaintextSecrets::Allow)
            .load()
            .unwrap(),
        folder,
    )
}

fn on_both(test: impl Fn(&AppHandle)) {
    let (config, _folder) = app();
    test(&config);
    test(&App::hot_fixed((*app().0.snapshot()).clone()));
}

#[track_caller]
fn refused(patch: Value) {
    on_both(|config| {
        let error = config.patch(patch.clone()).unwrap_err().to_string();
        assert!(error.contains("a patch neither reads nor writes a secret"), "{error}");
        assert!(!error.contains("hush"), "{error}");
        assert_eq!((config.version(), config.overrides().len()), (1, 0));
    });
}

#[test]
fn a_secret_is_neither_read_nor_written() {
    refused(json!([{ "op": "replace", "path": "/key", "value": "hush" }]));
    refused(json!([{ "op": "test", "path": "/key", "value": "hush-key" }]));
    refused(json!([{ "op": "copy", "from": "/key", "path": "/db/host" }]));
    refused(json!([{ "op": "replace", "path": "/db/password", "value": "hush" }]));
    refused(json!([{ "op": "replace", "path": "/db", "value": { "host": "b", "password": "hush" } }]));
    refused(json!([{ "op": "move", "from": "/map/eve", "path": "/map/mallory" }]));
}

#[test]
fn no_new_secret_is_brought_in() {
    refused(json!([{ "op": "replace", "path": "/login", "value": "hush" }]));
    refused(json!([{ "op": "add", "path": "/map/kim", "value": { "name": "kim", "password": "hush" } }]));
}

#[test]
fn elements_that_could_change_places_are_left_alone() {
    refused(json!([{ "op": "remove", "path": "/users/0" }]));
}

#[test]
fn what_stands_beside_a_secret_is_patched() {
    on_both(|config| {
        config
            .patch(json!([
                { "op": "replace", "path": "/db/host", "value": "b" },
                { "op": "replace", "path": "/map/eve/name", "value": "eva" },
            ]))
            .unwrap();
        let now = config.snapshot();
        let db = now.db.as_ref().unwrap();
        assert_eq!((&*db.host, &**db.password.expose()), ("b", "hush-db"));
        assert_eq!((&*now.map["eve"].name, &**now.map["eve"].password.expose()), ("eva", "hush-eve"));
        let told = format!("{:?} {} {:?}", config.overrides(), config.status(), config.history());
        assert!(!told.contains("hush"), "{told}");
    });
}

#[test]
fn a_struct_is_replaced_around_its_secret() {
    on_both(|config| {
        config.merge_patch(json!({ "db": { "host": "c" } })).unwrap();
        config.patch(json!([{ "op": "replace", "path": "/db", "value": { "host": "d" } }])).unwrap();
        config
            .patch(json!([{ "op": "replace", "path": "/db", "value": { "host": "e", "password": "***" } }]))
            .unwrap();
        let now = config.snapshot();
        let db = now.db.as_ref().unwrap();
        assert_eq!((&*db.host, &**db.password.expose()), ("e", "hush-db"));
    });
}

/// Access can be taken away without knowing a secret.
#[test]
fn a_secret_is_removed() {
    for patch in [
        json!([{ "op": "remove", "path": "/db" }]),
        json!([{ "op": "replace", "path": "/db", "value": null }]),
    ] {
        let (config, folder) = app();
        folder.write("app.toml", &format!("login = 'hush-login'\n{TEXT}"));
        config.reload().unwrap();
        config.merge_patch(json!({ "login": null })).unwrap();
        config.patch(patch).unwrap();
        config.merge_patch(json!({ "map": { "eve": null } })).unwrap();
        let now = config.snapshot();
        assert!(now.login.is_none() && now.db.is_none() && now.map.is_empty(), "{now:?}");
    }
}
