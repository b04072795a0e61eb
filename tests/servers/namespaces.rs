//! Namespaces of OpenBao and Vault Enterprise.

use hotswap::secrets::{
    FetchErrorKind::{Denied, Unauthenticated},
    vault::Auth,
};
use serde_json::json;

use crate::run::{Bao, ROOT, assert_gives, assert_refused, text};

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn secrets_and_logins_of_a_namespace_are_its_own() {
    let bao = Bao::start();
    let inside = [("X-Vault-Namespace", "team")];
    let write = |path: &str, body| bao.ask("POST", path, &inside, Some(body));
    bao.write("sys/namespaces/team", json!({}));
    write("sys/mounts/kv", json!({ "type": "kv", "options": { "version": "1" } }));
    write("kv/app", json!({ "password": "one" }));

    let vault = || bao.vault_as(Auth::token(ROOT));
    assert_gives(&vault().namespace("team"), "kv/app", json!({ "password": "one" }));
    assert_refused(&vault(), "kv/app", Denied, &["no secrets engine"]);
    assert_refused(&vault().namespace("other"), "kv/app", Unauthenticated, &["namespace `other`"]);

    write("sys/policies/acl/readers", json!({ "policy": "path \"kv/*\" { capabilities = [\"read\"] }" }));
    write("sys/auth/approle", json!({ "type": "approle" }));
    write("auth/approle/role/app", json!({ "token_policies": ["readers"] }));
    let role = text(&bao.ask("GET", "auth/approle/role/app/role-id", &inside, None), "/data/role_id");
    let secret = text(&write("auth/approle/role/app/secret-id", json!({})), "/data/secret_id");
    let login = bao.vault_as(Auth::app_role(role, secret)).namespace("team");
    assert_gives(&login, "kv/app", json!({ "password": "one" }));
}
