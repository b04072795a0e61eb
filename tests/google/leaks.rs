//! The log of the clients contains no secrets.

use std::{fs, sync::Mutex};

use hotswap::secrets::{
    FetchErrorKind::Invalid,
    google::{Credentials, SecretManager},
};

use crate::{
    child::under,
    run::{assert_refused, fetch, manager},
    stand_in::Google,
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
fn no_log_holds_a_secret_or_a_token() {
    under(&[], || {
        log::set_logger(&LOG).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        let google = Google::start();
        google.add("db", "canary-value");
        google.add("binary", b"canary-value\xff".to_vec());
        google.add("damaged", "canary-value");
        google.change("damaged", |version| version.sum = Some(1));
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, google.user()).unwrap();
        let unknown = google.user().replace("canary-refresh", "canary-unknown");
        let managers = [
            manager(&google),
            SecretManager::with(Credentials::file(file.path())).endpoint(google.address()),
            SecretManager::with(Credentials::json(unknown)).endpoint(google.address()),
        ];
        let places = ["app-1/db", "app-1/none", "app-1/binary", "app-1/damaged"];
        let outcomes: Vec<_> =
            managers.iter().flat_map(|manager| places.map(|place| fetch(manager, place))).collect();
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 4);
        let log = LOG.0.lock().unwrap();
        assert!(log.contains("127.0.0.1"), "the clients log: {log}");
        assert!(!log.contains("canary"), "{log}");
        let shown = format!("{managers:?} {outcomes:?}");
        assert!(!shown.contains("canary"), "{shown}");
    });
}

/// With it Google's client logs every response.
#[test]
fn where_googles_client_would_log_answers_it_is_not_asked() {
    under(&["env", "GOOGLE_CLOUD_RUST_LOGGING=true"], || {
        let google = Google::start();
        google.add("db", "canary-value");
        assert_refused(&manager(&google), "app-1/db", Invalid, &["GOOGLE_CLOUD_RUST_LOGGING"]);
        assert!(google.state().asked.is_empty());
    });
}
