//! Credentials of the program, and the lifetime of tokens.

use std::{fs, sync::Arc, time::Duration};

use hotswap::secrets::{
    FetchErrorKind::{Invalid, TimedOut, Unauthenticated, Unreachable},
    google::{Credentials, SecretManager},
};

use crate::{
    child::{is_child, under},
    run::{BOUND, assert_gives, assert_refused, fetch, free_port, manager},
    stand_in::{Google, ServiceAccount},
};

fn started() -> Google {
    let google = Google::start();
    google.add("db", "hunter2");
    google
}

fn with(google: &Google, credentials: Credentials) -> SecretManager {
    SecretManager::with(credentials).endpoint(google.address()).timeout(BOUND)
}

#[test]
fn a_user_who_has_logged_in() {
    let google = started();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, google.user()).unwrap();
    assert_gives(&with(&google, Credentials::file(file.path())), "app-1/db", "hunter2");
    assert_gives(&with(&google, Credentials::json(google.user())), "app-1/db", "hunter2");
    assert_eq!(google.state().tokens, 2);
}

#[test]
fn a_service_account_vouches_for_itself() {
    let google = started();
    let (account, stranger) = (Arc::new(ServiceAccount::new()), ServiceAccount::new());
    google.state().accepts = Some(Arc::clone(&account));
    assert_gives(&with(&google, Credentials::json(account.file())), "app-1/db", "hunter2");
    assert_refused(
        &with(&google, Credentials::json(stranger.file())),
        "app-1/db",
        Unauthenticated,
        &["token"],
    );
    assert_eq!(google.state().tokens, 0);
}

/// Runs a test in a separate process, with this environment and no other credentials.
#[track_caller]
fn alone(variables: impl FnOnce(&Google) -> Vec<String>, test: impl FnOnce(SecretManager)) {
    // The child uses the stub of its parent.
    let google = (!is_child()).then(started);
    let mut words: Vec<_> = ["env", "-u", "GOOGLE_APPLICATION_CREDENTIALS"].map(str::to_owned).into();
    if let Some(google) = &google {
        words.push(format!("HOTSWAP_TEST_GOOGLE={}", google.address()));
        words.extend(variables(google));
    }
    under(&words.iter().map(String::as_str).collect::<Vec<_>>(), || {
        let address = std::env::var("HOTSWAP_TEST_GOOGLE").unwrap();
        test(SecretManager::from_env().endpoint(address).timeout(BOUND));
    });
    if let Some(google) = google {
        assert_eq!(google.state().tokens, 1);
    }
}

#[test]
fn the_metadata_server_is_asked_where_nothing_else_is_said() {
    let host = |google: &Google| format!("GCE_METADATA_HOST=127.0.0.1:{}", google.port());
    alone(
        |google| vec!["HOME=/no/such/home".into(), host(google)],
        |manager| {
            assert_gives(&manager, "app-1/db", "hunter2");
        },
    );
}

#[test]
fn a_variable_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials.json");
    let variables = |google: &Google| {
        fs::write(&file, google.user()).unwrap();
        vec![format!("GOOGLE_APPLICATION_CREDENTIALS={}", file.display())]
    };
    alone(variables, |manager| assert_gives(&manager, "app-1/db", "hunter2"));
}

#[test]
fn the_file_that_gcloud_writes_is_found() {
    let home = tempfile::tempdir().unwrap();
    let variables = |google: &Google| {
        let folder = home.path().join(".config/gcloud");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("application_default_credentials.json"), google.user()).unwrap();
        vec![format!("HOME={}", home.path().display())]
    };
    alone(variables, |manager| assert_gives(&manager, "app-1/db", "hunter2"));
}

#[test]
fn a_metadata_server_that_is_away() {
    let nowhere = format!("GCE_METADATA_HOST=127.0.0.1:{}", free_port());
    under(&["env", &nowhere], || {
        let manager = SecretManager::with(Credentials::metadata_server());
        assert_refused(
            &manager,
            "app-1/db",
            Unreachable,
            &["metadata server", "refused", "machine of Google's"],
        );
    });
}

#[test]
fn a_token_that_died_is_followed_by_another() {
    let google = started();
    let manager = manager(&google);
    assert_gives(&manager, "app-1/db", "hunter2");
    google.state().expired = 1;
    assert_gives(&manager, "app-1/db", "hunter2");
    assert_gives(&manager, "app-1/db", "hunter2");
    assert_eq!(google.state().tokens, 2);
}

#[test]
fn a_token_that_is_refused_again_and_again() {
    let google = started();
    google.state().expired = usize::MAX;
    let manager = manager(&google);
    assert_refused(&manager, "app-1/db", Unauthenticated, &["the token is not valid"]);
    assert_eq!(google.state().tokens, 2, "one more is tried, and no more");
    google.state().expired = 0;
    assert_gives(&manager, "app-1/db", "hunter2");
}

#[test]
fn credentials_that_were_revoked_and_replaced() {
    let google = started();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, google.user()).unwrap();
    let manager = with(&google, Credentials::file(file.path()));
    google.state().revoked = true;
    let (path, help) = (file.path().display().to_string(), "gcloud auth application-default login");
    assert_refused(&manager, "app-1/db", Unauthenticated, &["give no token", &path, help]);
    fs::write(&file, "{").unwrap();
    assert_refused(&manager, "app-1/db", Invalid, &["are no JSON", &path]);
    google.state().revoked = false;
    fs::write(&file, google.user()).unwrap();
    assert_gives(&manager, "app-1/db", "hunter2");
}

#[test]
fn a_server_of_tokens_that_does_not_answer_is_asked_again() {
    let google = started();
    google.state().silent = true;
    let hasty = || manager(&google).timeout(Duration::from_millis(200));
    let one = hasty();
    assert_refused(&one, "app-1/db", TimedOut, &["gives the token"]);
    google.state().silent = false;
    // It may take longer than that on a slow machine, but it is not stuck.
    let again = (0..50).any(|_| fetch(&one, "app-1/db").is_ok());
    assert!(again, "never answered");
}

#[test]
fn credentials_that_make_no_sense() {
    let google = started();
    for (text, words) in [
        ("canary", "of the program are no JSON"),
        (r#"{"refresh_token": "canary"}"#, "have no `type` that is known"),
        (r#"{"type": "canary"}"#, "have no `type` that is known"),
        (r#"{"type": "authorized_user", "refresh_token": "canary"}"#, "are not what their `type` says"),
        (r#"{"type": "service_account", "private_key": "canary"}"#, "are not what their `type` says"),
    ] {
        let manager = with(&google, Credentials::json(text.to_owned()));
        assert_refused(&manager, "app-1/db", Invalid, &[words]);
    }
    let missing = with(&google, Credentials::file("/no/such/file"));
    assert_refused(&missing, "app-1/db", Invalid, &["/no/such/file", "is the path right?"]);
    let key = "-----BEGIN canary-----";
    let account = serde_json::json!({ "type": "service_account", "client_email": "a", "private_key_id": "1",
        "private_key": key, "project_id": "p" });
    let manager = with(&google, Credentials::json(account.to_string()));
    assert_refused(&manager, "app-1/db", Unauthenticated, &["give no token"]);
}
