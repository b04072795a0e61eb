//! The report of each failure: its kind, and advice.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::Duration,
};

use hotswap::{
    HotConfig, IssueKind, Secret,
    secrets::{
        FetchErrorKind::{Denied, Invalid, NotFound, TimedOut, Unreachable},
        google::{Credentials, SecretManager},
    },
};

use crate::{
    child::under,
    run::{BOUND, assert_refused, fetch, free_port, manager},
    stand_in::{Google, refusal},
};

#[test]
fn what_is_not_there() {
    let google = Google::start();
    google.add("db", "canary");
    let manager = manager(&google);
    assert_refused(&manager, "app-1/none", NotFound, &["projects/app-1/secrets/none", "versions add"]);
    assert_refused(&manager, "app-1/db/2", NotFound, &["projects/app-1/secrets/db", "no version `2`"]);
    for odd in ["db", "app-1/db?version=2", "projects/app-1/db", "app-1/../db"] {
        assert_refused(&manager, odd, Invalid, &["no name of Secret Manager", "gcp-sm:project/secret"]);
    }
}

#[test]
fn who_may_not_read_is_told_which_role_is_missing() {
    let google = Google::start();
    google.add("db", "canary");
    google.change("db", |version| version.denied = true);
    let words = ["grant `roles/secretmanager.secretAccessor` on projects/app-1/secrets/db", "no such secret"];
    assert_refused(&manager(&google), "app-1/db", Denied, &words);
}

#[test]
fn a_version_that_cannot_be_read_any_more_says_why() {
    let google = Google::start();
    google.add("db", "canary");
    let manager = manager(&google);
    for (state, words) in [
        ("DISABLED", ["version `latest` of `projects/app-1/secrets/db` is disabled", "versions enable"]),
        ("DESTROYED", ["version `latest` of `projects/app-1/secrets/db` was destroyed", "versions add"]),
        ("ODD", ["cannot be read in its state", "versions list"]),
    ] {
        google.change("db", |version| version.state = state);
        assert_refused(&manager, "app-1/db", NotFound, &words);
    }
}

#[test]
fn each_answer_of_google_has_its_kind() {
    let google = Google::start();
    google.add("db", "canary");
    let manager = manager(&google);
    for (code, status, reason, kind, word) in [
        (403, "PERMISSION_DENIED", Some("SERVICE_DISABLED"), Denied, "gcloud services enable"),
        (403, "PERMISSION_DENIED", Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), Denied, "cloud-platform"),
        (403, "PERMISSION_DENIED", None, Denied, "secretAccessor"),
        (400, "INVALID_ARGUMENT", None, Invalid, "full name"),
        (429, "RESOURCE_EXHAUSTED", None, Unreachable, "quota"),
        (500, "INTERNAL", None, Unreachable, "fails for now"),
        (503, "UNAVAILABLE", None, Unreachable, "fails for now"),
        (504, "DEADLINE_EXCEEDED", None, Unreachable, "fails for now"),
    ] {
        let (code, body) = refusal(code, status, "canary", reason);
        google.state().instead = Some((code, body.to_string()));
        google.state().asked.clear();
        assert_refused(&manager, "app-1/db", kind, &[word]);
        let asked = google.state().asked.iter().filter(|path| path.ends_with(":access")).count();
        assert_eq!(asked, 1, "the configuration asks again, not the client");
    }
}

#[test]
fn a_server_that_is_something_else() {
    let google = Google::start();
    let manager = manager(&google);
    for (code, body, kind) in [
        (200, "<html>canary</html>", Invalid),
        (200, r#"{"canary": "canary"}"#, Invalid),
        (200, r#"{"payload": {"data": "Y2FuYXJ5"}}"#, Invalid),
        (200, r#"{"name": "x", "payload": {"data": "ca?nary"}}"#, Invalid),
        (403, "<html>canary</html>", Invalid),
        (404, "canary", Invalid),
        (502, "<html>canary</html>", Unreachable),
    ] {
        google.state().instead = Some((code, body.to_owned()));
        assert_refused(&manager, "app-1/db", kind, &[&google.address()]);
    }
}

#[test]
fn a_server_that_does_not_speak_tls() {
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("https://{}", plain.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in plain.incoming().flatten() {
            let _ = stream.write_all(b"HTTP/1.1 400 canary\r\n\r\n");
            // If it was closed earlier, it would be a broken connection and not a missing response.
            let _ = stream.read(&mut [0; 4096]);
        }
    });
    let manager = SecretManager::with(Credentials::anonymous()).endpoint(&address).timeout(BOUND);
    assert_refused(&manager, "app-1/db", Unreachable, &[&address, "corrupt message"]);
}

#[test]
fn a_server_that_is_not_there() {
    let address = format!("http://127.0.0.1:{}", free_port());
    let away = SecretManager::with(Credentials::anonymous()).endpoint(&address);
    assert_refused(&away, "app-1/db", Unreachable, &[&address, "refused"]);
    let nowhere = SecretManager::with(Credentials::anonymous()).endpoint("http://no-such-host.invalid");
    assert_refused(&nowhere, "app-1/db", Unreachable, &["no-such-host.invalid"]);
}

#[test]
fn a_server_that_does_not_answer() {
    // It accepts connections, by the system's backlog, but does not respond.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let slow = SecretManager::with(Credentials::anonymous()).endpoint(&address);
    assert_refused(&slow.timeout(Duration::from_millis(100)), "app-1/db", TimedOut, &[&address]);
}

#[test]
fn what_cannot_be_asked_is_refused_before() {
    let at = |endpoint: &str| SecretManager::with(Credentials::anonymous()).endpoint(endpoint);
    for odd in ["google", "ftp://host", "https://user:canary@host", "https://host/canary"] {
        assert_refused(&at(odd), "app-1/db", Invalid, &["the endpoint", "https://host"]);
    }
}

#[test]
fn a_slow_secret_is_not_waited_for_longer_than_the_deadline() {
    let google = Google::start();
    google.add("db", "canary");
    google.state().delay = Duration::from_secs(3600);
    let builder = AppConfig::hot_builder().secrets("gcp-sm", manager(&google).timeout(BOUND * 60));
    let error = builder.secret_timeout(Duration::from_millis(300)).load().err().unwrap();
    assert!(error.to_string().contains("no answer within 300ms"), "{error}");
}

#[derive(Debug, serde::Deserialize, HotConfig)]
struct AppConfig {
    #[hot(secret = "gcp-sm:app-1/db")]
    _password: Secret<String>,
}

#[test]
fn a_program_that_says_nothing_is_told_what_google_needs() {
    let nowhere = format!("GCE_METADATA_HOST=127.0.0.1:{}", free_port());
    let bare = ["env", "-u", "GOOGLE_APPLICATION_CREDENTIALS", "HOME=/no/such/home", &nowhere];
    under(&bare, || {
        let error = AppConfig::hot_load().err().unwrap();
        let told = error.to_string();
        assert!(error.has(IssueKind::Secret), "{told}");
        for word in ["gcp-sm:app-1/db", "refused", "GOOGLE_APPLICATION_CREDENTIALS", "gcloud auth"] {
            assert!(told.contains(word), "{word} in {told}");
        }
    });
}

#[test]
fn a_machine_without_authorities_is_told_so() {
    under(&["env", "SSL_CERT_FILE=/dev/null", "SSL_CERT_DIR=/no/such/folder"], || {
        let manager = SecretManager::with(Credentials::anonymous());
        let error = fetch(&manager, "app-1/db").err().unwrap();
        assert_eq!(error.to_string(), "TLS cannot be set up");
        assert!(error.help().unwrap().contains("ca-certificates"), "{error:?}");
    });
}
