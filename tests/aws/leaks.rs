//! Neither the log of the SDK nor messages of the providers contain secrets.

use std::{
    io,
    sync::{Arc, Mutex},
};

use hotswap::secrets::aws::{Config, Credentials, ParameterStore, SecretsManager};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

use crate::{
    child::under,
    run::{Cloud, at, fetch, json, serve_each},
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn known(config: Config) -> Config {
    config.credentials(Credentials::new("app", "canary-key").session_token("canary-token"))
}

/// In a separate process, which has one log.
#[test]
#[cfg_attr(without = "moto", ignore = "needs moto")]
fn no_log_holds_a_secret_or_a_token() {
    under(&[], || {
        let log = Log::default();
        tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(log.clone()).init();
        let cloud = Cloud::moto();
        cloud.store("app", r#"{ "password": "canary-value" }"#);
        cloud.put("/app", "canary-value");
        let (secrets, parameters) =
            (SecretsManager::new(known(cloud.config())), ParameterStore::new(known(cloud.config())));
        let mut outcomes = vec![fetch(&secrets, "app"), fetch(&parameters, "/app")];
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        outcomes.extend([fetch(&secrets, "none"), fetch(&parameters, "/none")]);
        for (status, body) in [
            (200, r#"{ "SecretString": "canary-value""#),
            (200, r#"{ "SecretString": ["canary-value"], "Parameters": "canary-value" }"#),
            (400, r#"{ "__type": "ExpiredTokenException", "message": "words-of-the-server" }"#),
            (500, "canary-value"),
        ] {
            let port = serve_each(0, move |_| json(status, body));
            outcomes.push(fetch(&SecretsManager::new(known(at(port))), "app"));
            outcomes.push(fetch(&ParameterStore::new(known(at(port))), "/app"));
        }
        assert!(outcomes[2..].iter().all(Result::is_err), "{outcomes:?}");
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains("transmitting request"), "the SDK logs: {log}");
        assert!(!log.contains("canary"), "{log}");
        let shown = format!("{secrets:?} {parameters:?} {outcomes:?}");
        assert!(!shown.contains("canary") && !shown.contains("words-of"), "{shown}");
    });
}
