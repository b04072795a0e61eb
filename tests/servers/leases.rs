//! Dynamic database users.

use hotswap::secrets::{
    FetchErrorKind::{Denied, Invalid, NotFound, Unsupported},
    Lease, SecretProvider,
    vault::Auth,
};
use serde_json::json;
use std::time::Duration;

use crate::run::{Bao, Postgres, assert_refused, eventually, fetch, text, wait};

#[test]
#[cfg_attr(any(without = "openbao", without = "postgres"), ignore = "needs OpenBao and PostgreSQL")]
fn a_user_has_a_lease_that_is_renewed_until_it_is_revoked() {
    let (bao, postgres) = (Bao::start(), Postgres::start());
    postgres.behind(&bao, json!({ "default_ttl": "1h", "max_ttl": "24h" }));
    let vault = bao.vault();
    let lease = fetch(&vault, "database/creds/app").unwrap().lease().cloned().unwrap();
    assert_eq!((lease.lasts(), postgres.users().as_str()), (Duration::from_secs(3600), "1"));

    let renewed = wait(vault.renew(&lease)).unwrap();
    assert_eq!((renewed.lasts(), renewed.id()), (lease.lasts(), lease.id()));
    assert_eq!(postgres.users(), "1");

    let other = fetch(&vault, "database/creds/app").unwrap().lease().cloned().unwrap();
    assert_ne!(lease.id(), other.id());
    assert_eq!(postgres.users(), "2");

    bao.write("sys/leases/revoke", json!({ "lease_id": lease.id().unwrap() }));
    eventually("the user is gone", || postgres.users() == "1");
    assert_eq!(wait(vault.renew(&lease)).unwrap_err().kind(), NotFound);
    assert!(wait(vault.renew(&other)).is_ok());
    assert_refused(&vault, "database/creds/other", Invalid, &["database/creds/other"]);
}

#[test]
#[cfg_attr(any(without = "openbao", without = "postgres"), ignore = "needs OpenBao and PostgreSQL")]
fn a_lease_that_nears_its_longest_time_is_not_renewed_again() {
    let (bao, postgres) = (Bao::start(), Postgres::start());
    postgres.behind(&bao, json!({ "default_ttl": "20s", "max_ttl": "21s" }));
    let vault = bao.vault();
    let lease = fetch(&vault, "database/creds/app").unwrap().lease().cloned().unwrap();
    assert!(lease.id().is_some());
    std::thread::sleep(Duration::from_secs(5));
    let error = wait(vault.renew(&lease)).unwrap_err();
    assert_eq!((error.kind(), error.kind().is_passing()), (Unsupported, false), "{error}");
}

#[test]
#[cfg_attr(any(without = "openbao", without = "postgres"), ignore = "needs OpenBao and PostgreSQL")]
fn leases_end_with_the_token_that_they_were_given_to() {
    let (bao, postgres) = (Bao::start(), Postgres::start());
    postgres.behind(&bao, json!({ "default_ttl": "1h" }));
    let vault = bao.vault_as(bao.app_role(&["database/creds/app"], json!({})));
    let lease = fetch(&vault, "database/creds/app").unwrap().lease().cloned().unwrap();
    bao.revoke_logins();
    eventually("the user is gone", || postgres.users() == "0");
    // It logs in again to find this out.
    assert_eq!(wait(vault.renew(&lease)).unwrap_err().kind(), NotFound);
    assert!(fetch(&vault, "database/creds/app").unwrap().lease().is_some());
}

#[test]
#[cfg_attr(any(without = "openbao", without = "postgres"), ignore = "needs OpenBao and PostgreSQL")]
fn a_lease_that_is_given_back_takes_its_user_along() {
    let (bao, postgres) = (Bao::start(), Postgres::start());
    postgres.behind(&bao, json!({ "default_ttl": "1h" }));
    let vault = bao.vault();
    let lease = || fetch(&vault, "database/creds/app").unwrap().lease().cloned().unwrap();
    let (one, two, three) = (lease(), lease(), lease());
    assert_eq!(postgres.users(), "3");
    wait(vault.revoke(&[one.clone(), three])).unwrap();
    eventually("two users are gone", || postgres.users() == "1");
    assert!(wait(vault.renew(&two)).is_ok());
    // Revoking it twice is not an error, either.
    wait(vault.revoke(&[one])).unwrap();
}

#[test]
#[cfg_attr(any(without = "openbao", without = "postgres"), ignore = "needs OpenBao and PostgreSQL")]
fn who_may_not_revoke_is_told() {
    let (bao, postgres) = (Bao::start(), Postgres::start());
    postgres.behind(&bao, json!({ "default_ttl": "1h" }));
    let vault = bao.vault_as(Auth::token(bao.token(&["database/creds/app"], json!({}))));
    let lease = fetch(&vault, "database/creds/app").unwrap().lease().cloned().unwrap();
    let error = wait(vault.revoke(&[lease])).unwrap_err();
    assert_eq!(error.kind(), Denied);
    assert!(error.help().unwrap().contains("sys/leases/revoke"), "{error:?}");
    assert_eq!(postgres.users(), "1");
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn who_may_not_renew_is_told() {
    let bao = Bao::start();
    let token = bao.token(&["auth/token/lookup-self"], json!({ "no_default_policy": true }));
    let vault = bao.vault_as(Auth::token(token));
    let lease = Lease::new(Duration::from_secs(60)).renewable("database/creds/app/none");
    let error = wait(vault.renew(&lease)).unwrap_err();
    assert_eq!(error.kind(), Denied);
    assert!(error.help().unwrap().contains("sys/leases/renew"), "{error:?}");
    let none = wait(vault.renew(&Lease::new(Duration::from_secs(60)))).unwrap_err();
    assert_eq!(none.kind(), Invalid);
    // The refusal concerns a valid token, not an unknown one.
    assert!(!text(&bao.ask("GET", "auth/token/lookup-self", &[], None), "/data/id").is_empty());
}
