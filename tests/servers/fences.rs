//! Paths that references must not name, whatever the token may read.

use hotswap::secrets::{
    FetchErrorKind::{Denied, Invalid},
    vault::{Auth, Vault},
};
use serde_json::json;

use crate::run::{Bao, ROOT, assert_gives, assert_refused, fetch, free_port};

const OF_VAULT: &str = "belongs to Vault itself";

/// Without a server, because no request is sent.
#[test]
fn what_is_vaults_own_is_refused_before_anything_is_asked() {
    let vault = Vault::at(format!("http://127.0.0.1:{}", free_port())).auth(Auth::token("hunter2"));
    for path in [
        "auth/token/lookup-self",
        "/auth/token/lookup-self",
        "//sys/health",
        "sys/internal/ui/mounts/secret",
        "identity/oidc/token/app",
        "cubbyhole/app",
        "auth/token/lookup-self?version=1",
    ] {
        assert_refused(&vault, path, Denied, &[OF_VAULT, "Vault::allow"]);
    }
    for path in [
        "auth//token/lookup-self",
        "secret/../auth/token/lookup-self",
        "auth/../auth/token/lookup-self",
        "./auth/token/lookup-self",
        "%61uth/token/lookup-self",
        "%61%75%74%68/token/lookup-self",
        "secret%2f..%2fauth/token/lookup-self",
        "auth\\token/lookup-self",
        "sys\t/health",
    ] {
        assert_refused(&vault, path, Invalid, &["it is no path of Vault"]);
    }
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn what_is_vaults_own_is_refused_in_a_namespace_too() {
    let bao = Bao::start();
    bao.write("sys/namespaces/team", json!({}));
    let inside = [("X-Vault-Namespace", "team")];
    bao.ask("POST", "sys/auth/approle", &inside, Some(json!({ "type": "approle" })));
    bao.ask("POST", "auth/approle/role/app", &inside, Some(json!({})));
    let vault = bao.vault_as(Auth::token(ROOT));
    for path in [
        "team/auth/token/lookup-self",
        "team/auth/approle/role/app/role-id",
        "team/sys/mounts",
        "team/identity/entity/id/x",
        "team/cubbyhole/app",
    ] {
        assert_refused(&vault, path, Denied, &[OF_VAULT]);
    }
    let header = || bao.vault_as(Auth::token(ROOT)).namespace("team");
    assert_refused(&header(), "auth/approle/role/app/role-id", Denied, &[OF_VAULT]);
    assert!(fetch(&header().allow("auth/approle/role/"), "auth/approle/role/app/role-id").is_ok());
    let allowed = bao.vault_as(Auth::token(ROOT)).allow("team/auth/approle/");
    assert!(fetch(&allowed, "team/auth/approle/role/app/role-id").is_ok());
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn an_allowed_path_is_read() {
    let bao = Bao::start();
    let vault = || bao.vault_as(Auth::token(ROOT)).allow("auth/token/lookup-self");
    assert!(fetch(&vault(), "auth/token/lookup-self").is_ok());
    assert_refused(&vault(), "auth/token/lookup", Denied, &[OF_VAULT]);
    assert_refused(&vault(), "sys/mounts", Denied, &[OF_VAULT]);
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn only_one_path_is_read() {
    let bao = Bao::start();
    for name in ["app/db", "app", "apple", "other"] {
        bao.write(&format!("secret/data/{name}"), json!({ "data": { "password": name } }));
    }
    let vault = || bao.vault_as(Auth::token(ROOT)).only("secret/app/");
    for path in ["secret/app/db", "secret/data/app/db", "/secret/app/db/", "secret/app/db?version=1"] {
        assert_gives(&vault(), path, json!({ "password": "app/db" }));
    }
    for path in
        ["secret/apple", "secret/other", "secret/data/other", "secret/data/data/app", "database/creds/app"]
    {
        assert_refused(&vault(), path, Denied, &["only name what is below `secret/app/`", "Vault::only"]);
    }
    assert_refused(&vault(), "auth/token/lookup-self", Denied, &[OF_VAULT]);
    assert_gives(&vault().only("secret/other"), "secret/other", json!({ "password": "other" }));
    assert_gives(&vault().allow("secret/apple"), "secret/apple", json!({ "password": "apple" }));
}
