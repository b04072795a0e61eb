//! The log of the clients contains no secrets.

use std::sync::Mutex;

use hotswap::secrets::vault::Auth;
use serde_json::json;

use crate::{
    child::under,
    run::{Bao, fetch},
};

struct Log(Mutex<String>);

static LOG: Log = Log(Mutex::new(String::new()));

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {} {:?}\n", record.target(), record.args(), record);
        self.0.lock().unwrap().push_str(&line);
    }

    fn flush(&self) {}
}

/// In a separate process, which has one log.
#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn no_log_holds_a_secret_or_a_token() {
    under(&[], || {
        log::set_logger(&LOG).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        let bao = Bao::start();
        bao.write("secret/data/app", json!({ "data": { "password": "canary-value" } }));
        let token = bao.token(&["secret/data/app"], json!({ "id": "canary-token" }));
        let vaults = [
            bao.vault_as(Auth::token(token)),
            bao.vault_as(Auth::token("canary-unknown")),
            bao.vault_as(Auth::app_role("app", "canary-secret-id")),
            bao.vault_as(Auth::wrapped_token("canary-wrapping")),
        ];
        let outcomes: Vec<_> = vaults
            .iter()
            .flat_map(|vault| ["secret/app", "secret/none", "nowhere/app"].map(|path| fetch(vault, path)))
            .collect();
        assert!(outcomes[0].is_ok() && outcomes[1..].iter().all(Result::is_err));
        let log = LOG.0.lock().unwrap();
        assert!(log.contains("secret/data/app"), "the clients log: {log}");
        assert!(!log.contains("canary"), "{log}");
        let shown = format!("{vaults:?} {outcomes:?}");
        assert!(!shown.contains("canary"), "{shown}");
    });
}
