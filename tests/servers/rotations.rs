//! A configuration whose secrets come from a real store, which changes and becomes unavailable.

use std::{
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

use hotswap::{Builder, Cause, Health, HotConfig, IssueKind, Secret, Subscription, secrets::vault::Vault};
use serde_json::{Value as Json, json};

use crate::run::{BOUND, Bao, Postgres, eventually, free_port};

#[derive(Debug, serde::Deserialize, HotConfig)]
struct AppConfig {
    #[hot(secret = "vault:secret/data/app#db_password")]
    db_password: Secret<String>,
    #[hot(default = 8080)]
    port: u16,
}

fn builder(vault: Vault) -> Builder<AppConfig> {
    AppConfig::hot_builder().secrets("vault", vault).secret_refresh(Duration::from_millis(200))
}

fn store(bao: &Bao, password: &str) {
    bao.write("secret/data/app", json!({ "data": { "db_password": password } }));
}

/// Every new password that the subscriber receives.
fn passwords(config: &AppConfigHandle) -> (Subscription, Receiver<String>) {
    let (tell, told) = channel();
    let subscription = config.on_db_password_change(move |old, new| {
        assert_ne!(old, new);
        tell.send(new.expose().clone()).unwrap();
    });
    (subscription, told)
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_rotation_reaches_who_subscribed() {
    let bao = Bao::start();
    store(&bao, "one");
    let config = builder(bao.vault()).load().unwrap();
    assert_eq!(config.db_password().expose(), "one");
    let (_subscription, told) = passwords(&config);
    store(&bao, "two");
    assert_eq!(told.recv_timeout(BOUND).unwrap(), "two");
    assert_eq!(config.db_password().expose(), "two");
    let record = config.history().pop().unwrap();
    assert!(matches!(&record.cause, Cause::Secrets(places) if places.len() == 1), "{:?}", record.cause);
    assert!(!format!("{record:?} {:?}", config.status()).contains("two"));
    assert_eq!(config.status().secrets[0].version.as_deref(), Some("2"));
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_wrong_key_and_a_wrong_path_are_told_with_the_reference() {
    let bao = Bao::start();
    bao.write("secret/data/app", json!({ "data": { "db_pass": "hunter2" } }));
    let told = builder(bao.vault()).load().err().unwrap().to_string();
    assert!(told.contains("vault:secret/data/app#db_password") && told.contains("db_pass"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    bao.ask("DELETE", "secret/metadata/app", &[], None);
    let told = builder(bao.vault()).load().err().unwrap().to_string();
    assert!(told.contains("there is nothing at `secret/data/app`"), "{told}");
}

#[test]
fn a_store_that_is_away_at_the_start_is_told() {
    let address = format!("http://127.0.0.1:{}", free_port());
    let vault = Vault::at(&address).auth(hotswap::secrets::vault::Auth::token("hunter2"));
    let error = builder(vault).load().err().unwrap();
    let told = error.to_string();
    assert!(error.has(IssueKind::Secret), "{told}");
    for word in ["vault:secret/data/app#db_password", &address, "refused"] {
        assert!(told.contains(word), "{word} in {told}");
    }
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn the_last_good_value_bridges_a_store_that_is_away() {
    let mut bao = Bao::start_durable();
    store(&bao, "one");
    let config = builder(bao.vault()).load().unwrap();
    let (_subscription, told) = passwords(&config);
    bao.stop();
    eventually("the status tells", || config.status().secrets[0].health == Health::Failing);
    config.set_port(9090).unwrap();
    let error = config.reload().unwrap_err();
    assert!(
        error.to_string().contains("cannot fetch secret `vault:secret/data/app#db_password` again"),
        "{error}"
    );
    assert_eq!((config.db_password().expose().as_str(), config.port()), ("one", 9090));
    bao.start_again();
    store(&bao, "two");
    assert_eq!(told.recv_timeout(BOUND).unwrap(), "two");
    eventually("the status is well", || config.status().secrets[0].health == Health::Ok);
}

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn a_token_that_died_is_no_reason_to_stop() {
    let bao = Bao::start();
    store(&bao, "one");
    let auth = bao.app_role(&["secret/data/*"], json!({}));
    let config = builder(bao.vault_as(auth)).load().unwrap();
    let (_subscription, told) = passwords(&config);
    bao.revoke_logins();
    store(&bao, "two");
    assert_eq!(told.recv_timeout(BOUND).unwrap(), "two");
}

#[derive(Debug, serde::Deserialize, HotConfig)]
struct Database {
    #[hot(secret = "vault:database/creds/app#username")]
    user: Secret<String>,
    #[hot(secret = "vault:database/creds/app#password")]
    password: Secret<String>,
}

impl Database {
    /// Whether PostgreSQL accepts them, which shows that they belong together.
    fn works(&self, postgres: &Postgres) -> bool {
        postgres.logs_in(self.user.expose(), self.password.expose())
    }
}

fn database(bao: &Bao, leases: Json, tokens: Json) -> (Postgres, DatabaseHandle) {
    let postgres = Postgres::start();
    postgres.behind(bao, leases);
    // A secret with a lease is not polled.
    let builder =
        Database::hot_builder().secrets("vault", bao.vault_as(bao.app_role(&["database/creds/app"], tokens)));
    (postgres, builder.secret_refresh(Duration::from_secs(3600)).load().unwrap())
}

/// Another user is created before the first one expires.
fn assert_replaced(config: &DatabaseHandle, postgres: &Postgres) {
    let first = config.load();
    assert!(first.works(postgres));
    eventually("there is another user", || {
        let now = config.load();
        assert!(now.works(postgres));
        now.user != first.user
    });
    eventually("the first user is gone", || !first.works(postgres));
    assert!(config.load().works(postgres));
}

#[test]
#[cfg_attr(any(without = "openbao", without = "postgres"), ignore = "needs OpenBao and PostgreSQL")]
fn a_lease_that_ends_is_followed_by_another_user() {
    let bao = Bao::start();
    let (postgres, config) = database(&bao, json!({ "default_ttl": "6s", "max_ttl": "6s" }), json!({}));
    assert_replaced(&config, &postgres);
}

#[test]
#[cfg_attr(any(without = "openbao", without = "postgres"), ignore = "needs OpenBao and PostgreSQL")]
fn a_lease_that_is_renewed_keeps_its_user() {
    let bao = Bao::start();
    let (postgres, config) = database(&bao, json!({ "default_ttl": "3s", "max_ttl": "1h" }), json!({}));
    let first = config.load();
    std::thread::sleep(Duration::from_secs(6));
    assert!(first.works(&postgres));
    assert_eq!(config.load().user, first.user);
}

#[test]
#[cfg_attr(any(without = "openbao", without = "postgres"), ignore = "needs OpenBao and PostgreSQL")]
fn a_shutdown_takes_the_user_along() {
    let (bao, postgres) = (Bao::start(), Postgres::start());
    postgres.behind(&bao, json!({ "default_ttl": "1h" }));
    let load = || Database::hot_builder().secrets("vault", bao.vault()).load().unwrap();
    let (config, other) = (load(), load());
    assert_eq!(postgres.users(), "2");
    config.shutdown().unwrap();
    eventually("the user is gone", || postgres.users() == "1");
    assert!(!config.load().works(&postgres) && other.load().works(&postgres));
}

#[test]
#[cfg_attr(any(without = "openbao", without = "postgres"), ignore = "needs OpenBao and PostgreSQL")]
fn a_shutdown_does_not_wait_for_a_server_that_is_away() {
    let mut bao = Bao::start();
    let (_postgres, config) = database(&bao, json!({ "default_ttl": "1h" }), json!({}));
    bao.stop();
    let start = Instant::now();
    config.shutdown().unwrap();
    assert!(start.elapsed() < BOUND, "it took {:?}", start.elapsed());
}

#[test]
#[cfg_attr(any(without = "openbao", without = "postgres"), ignore = "needs OpenBao and PostgreSQL")]
fn leases_that_ended_with_their_token_are_replaced() {
    let bao = Bao::start();
    let (postgres, config) = database(&bao, json!({ "default_ttl": "3s", "max_ttl": "1h" }), json!({}));
    let first = config.load();
    bao.revoke_logins();
    eventually("the first user is gone", || !first.works(&postgres));
    eventually("there is another user", || config.load().works(&postgres));
}

#[test]
#[cfg_attr(any(without = "openbao", without = "postgres"), ignore = "needs OpenBao and PostgreSQL")]
fn a_token_that_nears_its_end_takes_no_user_with_it() {
    let bao = Bao::start();
    let tokens = json!({ "token_ttl": "6s", "token_max_ttl": "6s" });
    let (postgres, config) = database(&bao, json!({ "default_ttl": "1h" }), tokens);
    assert_replaced(&config, &postgres);
}
