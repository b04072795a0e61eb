//! Locations of references.

use hotswap::secrets::{FetchErrorKind, Location, Payload, SecretProvider};
use serde_json::json;

use crate::run::{Bao, assert_gives, assert_refused, wait};

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_secret_with_versions_has_two_spellings() {
    let bao = Bao::start();
    let vault = bao.vault();
    bao.write("secret/data/team/app", json!({ "data": { "user": "app", "password": "one" } }));
    assert_gives(&vault, "secret/team/app", json!({ "user": "app", "password": "one" }));
    assert_gives(&vault, "secret/data/team/app", json!({ "user": "app", "password": "one" }));

    bao.write("secret/data/team/app", json!({ "data": { "password": "two" } }));
    assert_gives(&vault, "secret/team/app", json!({ "password": "two" }));
    assert_gives(&vault, "secret/team/app?version=1", json!({ "user": "app", "password": "one" }));
    assert_gives(&vault, "secret/data/team/app?version=2", json!({ "password": "two" }));
    assert_refused(&vault, "secret/team/app?version=3", FetchErrorKind::NotFound, &["secret/data/team/app"]);

    bao.write("secret/delete/team/app", json!({ "versions": [2] }));
    assert_refused(&vault, "secret/team/app", FetchErrorKind::NotFound, &["version 2", "was deleted"]);
    assert_gives(&vault, "secret/team/app?version=1", json!({ "user": "app", "password": "one" }));
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_secret_without_versions_stands_at_its_path() {
    let bao = Bao::start();
    let vault = bao.vault();
    bao.write("sys/mounts/old/kv", json!({ "type": "kv", "options": { "version": "1" } }));
    bao.write("old/kv/app", json!({ "password": "one", "port": 5432 }));
    bao.write("old/kv/data/app", json!({ "password": "other" }));
    assert_gives(&vault, "old/kv/app", json!({ "password": "one", "port": 5432 }));
    assert_gives(&vault, "old/kv/data/app", json!({ "password": "other" }));
    assert_refused(&vault, "old/kv/app?version=1", FetchErrorKind::Invalid, &["old/kv/", "no versions"]);
    assert_refused(&vault, "old/kv/none", FetchErrorKind::NotFound, &["nothing at `old/kv/none`"]);
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_mount_that_was_upgraded_is_asked_for_again() {
    let bao = Bao::start();
    let vault = bao.vault();
    bao.write("sys/mounts/kv", json!({ "type": "kv", "options": { "version": "1" } }));
    bao.write("kv/app", json!({ "password": "one" }));
    assert_gives(&vault, "kv/app", json!({ "password": "one" }));
    bao.ask("DELETE", "sys/mounts/kv", &[], None);
    bao.write("sys/mounts/kv", json!({ "type": "kv", "options": { "version": "2" } }));
    crate::run::eventually("the engine takes versions", || {
        let body = json!({ "data": { "password": "two" } });
        let headers = [("X-Vault-Token", crate::run::ROOT)];
        crate::run::ask(bao.port, "POST", "/v1/kv/data/app", &headers, Some(&body)).unwrap().0 == 200
    });
    // The first response is that the old location is empty.
    assert_refused(&vault, "kv/app", FetchErrorKind::NotFound, &["kv/app"]);
    assert_gives(&vault, "kv/app", json!({ "password": "two" }));
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_batch_keeps_its_order_and_its_failures_apart() {
    let bao = Bao::start();
    for number in 0..20 {
        bao.write(&format!("secret/data/{number}"), json!({ "data": { "number": number } }));
    }
    let names = (0..20).map(|number| match number {
        7 => Location::new("secret/none"),
        8 => Location::new("nowhere"),
        number => Location::new(&format!("secret/{number}")),
    });
    let vault = bao.vault();
    let all = wait(vault.fetch(&names.collect::<Vec<_>>()));
    assert_eq!(all.len(), 20);
    for (number, outcome) in all.iter().enumerate() {
        match (number, outcome) {
            (7, outcome) => assert_eq!(outcome.as_ref().unwrap_err().kind(), FetchErrorKind::NotFound),
            (8, outcome) => assert_eq!(outcome.as_ref().unwrap_err().kind(), FetchErrorKind::Invalid),
            (number, outcome) => {
                assert!(*outcome.as_ref().unwrap().payload() == Payload::json(json!({ "number": number })));
            }
        }
    }
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_provider_may_be_used_and_dropped_in_async_code() {
    let bao = Bao::start();
    bao.write("secret/data/app", json!({ "data": { "password": "one" } }));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let fetched = runtime.block_on(async {
        let vault = bao.vault();
        let mut all = vault.fetch(&[Location::new("secret/app")]).await;
        drop(vault);
        all.remove(0)
    });
    assert!(*fetched.unwrap().payload() == Payload::json(json!({ "password": "one" })));
}
