//! Every kind of authentication, and the end of tokens.

use std::{env, fs, thread, time::Duration};

use hotswap::secrets::{
    FetchErrorKind::{Invalid, Unauthenticated},
    vault::{Auth, Vault},
};
use serde_json::{Value as Json, json};

use crate::{
    child::with_variables,
    run::{
        Bao, Kubernetes, ROOT, SERVICE_ACCOUNT, ask, assert_gives, assert_refused, eventually, fetch, text,
    },
};

const READABLE: [&str; 1] = ["secret/data/*"];

/// A server with a secret at `secret/app`.
fn bao() -> Bao {
    let bao = Bao::start();
    bao.write("secret/data/app", json!({ "data": { "password": "one" } }));
    bao
}

#[track_caller]
fn assert_works(vault: &Vault) {
    assert_gives(vault, "secret/app", json!({ "password": "one" }));
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn an_app_role_logs_in_again_when_its_token_died() {
    let bao = bao();
    let vault = bao.vault_as(bao.app_role(&READABLE, json!({})));
    assert_works(&vault);
    bao.revoke_logins();
    assert_works(&vault);
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn an_app_role_with_a_wrong_secret_is_named() {
    let bao = bao();
    bao.app_role(&READABLE, json!({}));
    let role = text(&bao.ask("GET", "auth/approle/role/app/role-id", &[], None), "/data/role_id");
    let vault = bao.vault_as(Auth::app_role(&role, "hunter2"));
    assert_refused(&vault, "secret/app", Unauthenticated, &["auth/approle", &role, "secret id"]);
    let elsewhere = bao.vault_as(Auth::app_role(&role, "hunter2").mounted_at("other"));
    assert_refused(&elsewhere, "secret/app", Unauthenticated, &["auth/other"]);
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_token_that_may_be_renewed_does_not_end() {
    let bao = bao();
    let token = bao.token(&READABLE, json!({ "period": "3s", "renewable": true }));
    let vault = bao.vault_as(Auth::token(token));
    assert_works(&vault);
    // Twice its lifetime, without any request.
    thread::sleep(Duration::from_secs(6));
    assert_works(&vault);
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_token_that_may_not_be_renewed_ends() {
    let bao = bao();
    let token = bao.token(&READABLE, json!({ "ttl": "2s", "renewable": false }));
    let vault = bao.vault_as(Auth::token(token));
    assert_works(&vault);
    eventually("the token ends", || fetch(&vault, "secret/app").is_err());
    assert_refused(&vault, "secret/app", Unauthenticated, &["not any more", "give a new one"]);
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_login_is_replaced_before_it_ends() {
    let bao = bao();
    let auth = bao.app_role(&READABLE, json!({ "token_ttl": "6s", "token_max_ttl": "6s" }));
    let vault = bao.vault_as(auth);
    assert_works(&vault);
    // Without any request, the expired first token has been replaced by a valid one.
    thread::sleep(Duration::from_secs(8));
    let known = bao.ask("LIST", "auth/token/accessors", &[], None);
    let accessors = known.pointer("/data/keys").unwrap().as_array().unwrap();
    let lives = |accessor: &Json| {
        let body = json!({ "accessor": accessor });
        let headers = [("X-Vault-Token", ROOT)];
        let (_, found) =
            ask(bao.port, "POST", "/v1/auth/token/lookup-accessor", &headers, Some(&body)).unwrap();
        found.pointer("/data/path").is_some_and(|path| path == "auth/approle/login")
    };
    assert!(accessors.iter().any(lives));
    assert_works(&vault);
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_file_with_a_token_is_read_again() {
    let (bao, folder) = (bao(), tempfile::tempdir().unwrap());
    let file = folder.path().join("token");
    let vault = bao.vault_as(Auth::token_file(&file));
    assert_refused(&vault, "secret/app", Invalid, &[&file.display().to_string()]);
    let first = bao.token(&READABLE, json!({}));
    fs::write(&file, format!("{first}\n")).unwrap();
    assert_works(&vault);
    bao.write("auth/token/revoke", json!({ "token": first }));
    assert_refused(&vault, "secret/app", Unauthenticated, &[&file.display().to_string()]);
    fs::write(&file, bao.token(&READABLE, json!({}))).unwrap();
    assert_works(&vault);
}

/// Reading a pipe would wait for a writer.
#[test]
fn a_pipe_is_no_file_of_a_token_or_of_certificates() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let token = Vault::at("http://127.0.0.1:9").auth(Auth::token_file(&pipe));
    let authority = Vault::at("https://127.0.0.1:9").auth(Auth::token(ROOT)).ca_file(&pipe);
    for vault in [token, authority] {
        assert_refused(&vault, "secret/app", Invalid, &["named pipe", &pipe.display().to_string()]);
    }
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_wrapped_token_is_unwrapped_once() {
    let bao = bao();
    bao.policy("readers", &READABLE);
    let body = json!({ "policies": ["readers"] });
    let wrapped = bao.ask("POST", "auth/token/create", &[("X-Vault-Wrap-TTL", "60")], Some(body));
    let wrapping = text(&wrapped, "/wrap_info/token");
    let vault = bao.vault_as(Auth::wrapped_token(wrapping.clone()));
    assert_works(&vault);
    assert_works(&vault);
    let late = bao.vault_as(Auth::wrapped_token(wrapping));
    assert_refused(&late, "secret/app", Unauthenticated, &["unwrapped before", "somebody else"]);
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_pod_logs_in_by_its_service_account() {
    let (bao, folder) = (bao(), tempfile::tempdir().unwrap());
    let _cluster = Kubernetes::behind(&bao, &READABLE);
    let file = folder.path().join("token");
    fs::write(&file, SERVICE_ACCOUNT).unwrap();
    let role = |name: &str| bao.vault_as(Auth::kubernetes(name).service_account(&file));
    assert_works(&role("app"));
    assert_refused(&role("other"), "secret/app", Unauthenticated, &["auth/kubernetes", "`other`"]);
    let outside = bao.vault_as(Auth::kubernetes("app"));
    assert_refused(&outside, "secret/app", Invalid, &["/var/run/secrets/kubernetes.io"]);
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn the_variables_of_vaults_own_tools_are_enough() {
    const ADDRESS: &str = "HOTSWAP_TEST_ADDRESS";
    let name = "tokens::the_variables_of_vaults_own_tools_are_enough";
    // The child uses the server of its parent.
    if let Ok(address) = env::var(ADDRESS) {
        assert_eq!(env::var("VAULT_ADDR").unwrap(), address);
        assert_works(&Vault::from_env());
        let explicit = Vault::from_env().auth(Auth::token("s.unknown"));
        assert_refused(&explicit, "secret/app", Unauthenticated, &[]);
        assert_refused(&Vault::at(address), "secret/app", Invalid, &["there is no token"]);
        println!("passed as a child");
        return;
    }
    let (bao, home) = (bao(), tempfile::tempdir().unwrap());
    let address = bao.address();
    let common = [(ADDRESS, address.as_str()), ("VAULT_ADDR", address.as_str())];
    let [given, server] = common;
    with_variables(name, &[given, server, ("VAULT_TOKEN", ROOT)], || unreachable!());
    fs::write(home.path().join(".vault-token"), ROOT).unwrap();
    let home = home.path().to_str().unwrap();
    with_variables(name, &[given, server, ("HOME", home), ("VAULT_TOKEN", "")], || unreachable!());
}
