//! The report of each failure: its kind, and advice.

use std::{net::TcpListener, time::Duration};

use hotswap::secrets::{
    FetchErrorKind::{Denied, Invalid, TimedOut, Unauthenticated, Unreachable},
    vault::{Auth, Vault},
};
use serde_json::json;

use crate::run::{Bao, ROOT, assert_gives, assert_refused, free_port, redirect, serve};

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn who_may_not_read_is_told_what_the_policy_lacks() {
    let bao = Bao::start();
    bao.write("secret/data/open", json!({ "data": { "password": "one" } }));
    bao.write("secret/data/shut", json!({ "data": { "password": "two" } }));
    let vault = bao.vault_as(Auth::token(bao.token(&["secret/data/open"], json!({}))));
    assert_gives(&vault, "secret/open", json!({ "password": "one" }));
    assert_refused(&vault, "secret/shut", Denied, &["path \"secret/data/shut\"", "read"]);
    assert_refused(&vault, "nowhere/app", Denied, &["no secrets engine", "`nowhere/app`"]);
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_token_that_nobody_knows_is_not_a_lack_of_rights() {
    let bao = Bao::start();
    assert_refused(&bao.vault_as(Auth::token("s.unknown")), "secret/app", Unauthenticated, &["not valid"]);
    assert_refused(&bao.vault_as(Auth::token("two\nlines")), "secret/app", Invalid, &["the token"]);
    assert_refused(&Vault::at(bao.address()), "secret/app", Invalid, &["there is no token", "Vault::auth"]);
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_sealed_server_is_waited_for() {
    let bao = Bao::start();
    bao.ask("PUT", "sys/seal", &[], None);
    assert_refused(&bao.vault(), "secret/app", Unreachable, &["sealed", &bao.address()]);
}

#[test]
fn a_server_that_is_not_there() {
    let address = format!("http://127.0.0.1:{}", free_port());
    let vault = Vault::at(&address).auth(Auth::token("hunter2"));
    assert_refused(&vault, "secret/app", Unreachable, &[&address, "refused", "VAULT_ADDR"]);
    let nowhere = Vault::at("http://no-such-host.invalid:8200").auth(Auth::token("hunter2"));
    assert_refused(&nowhere, "secret/app", Unreachable, &["no-such-host.invalid"]);
}

#[test]
fn a_server_that_does_not_answer() {
    // It accepts connections, by the system's backlog, but does not respond.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let vault = Vault::at(&address).auth(Auth::token("hunter2")).timeout(Duration::from_millis(100));
    assert_refused(&vault, "secret/app", TimedOut, &[&address]);
}

#[test]
fn a_server_that_is_something_else() {
    for (status, kind) in
        [(200, Invalid), (302, Invalid), (403, Invalid), (500, Unreachable), (503, Unreachable)]
    {
        let address = format!("http://127.0.0.1:{}", serve(status, r#"{"hunter2":"hunter2"}"#));
        let vault = Vault::at(address).auth(Auth::token("token"));
        assert_refused(&vault, "secret/app", kind, &[]);
    }
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_standby_sends_to_the_active_server_but_not_round_in_circles() {
    let bao = Bao::start();
    bao.write("secret/data/app", json!({ "data": { "password": "one" } }));
    let through = |port: u16| Vault::at(format!("http://127.0.0.1:{port}")).auth(Auth::token(ROOT));
    let standby = redirect(bao.address());
    assert_gives(&through(standby), "secret/app", json!({ "password": "one" }));
    let other = redirect(format!("http://127.0.0.1:{standby}"));
    assert_gives(&through(other), "secret/app", json!({ "password": "one" }));
    let third = redirect(format!("http://127.0.0.1:{other}"));
    assert_refused(&through(third), "secret/app", Invalid, &[]);
    // A redirect from TLS to plain HTTP is refused, and so is the reverse.
    let secure = redirect(bao.secure_address());
    assert_refused(&through(secure), "secret/app", Invalid, &[]);
}

#[test]
fn what_cannot_be_asked_is_refused_before() {
    let vault = |address: &str| Vault::at(address).auth(Auth::token("token"));
    assert_refused(&vault("http://127.0.0.1:1"), "secret", Invalid, &[]);
    assert_refused(&vault("https://user:hunter2@host"), "secret/app", Invalid, &["credentials"]);
    let missing = vault("https://127.0.0.1:1").ca_file("/no/such/file");
    assert_refused(&missing, "secret/app", Invalid, &["/no/such/file", "VAULT_CACERT"]);
    let odd = vault("http://127.0.0.1:1").namespace("two\nlines");
    assert_refused(&odd, "secret/app", Invalid, &["namespace"]);
}
