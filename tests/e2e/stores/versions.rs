//! Old versions, saved files and explanations contain references, and never an old secret.

use std::{sync::mpsc, time::Duration};

use hotswap::{Cause, Health, HotConfig, IssueKind, Secret, secrets::FetchError};
use serde::{Deserialize, Serialize};

use super::store::Store;
use crate::support::{BOUND, Folder};

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(secret = "store:db#password")]
    password: Secret<String>,
    #[serde(default)]
    tokens: Vec<Secret<String>>,
    #[hot(nested)]
    mail: Mail,
    #[serde(default)]
    logins: Vec<Login>,
    #[hot(default = 1)]
    number: u32,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Mail {
    #[hot(secret = "store:mail")]
    key: Option<Secret<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    password: Secret<String>,
}

fn store() -> Store {
    Store::with(&[("db", r#"{"password": "first"}"#), ("mail", "key"), ("other", "other")])
}

fn load(folder: &Folder, store: &Store) -> AppHandle {
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store.clone());
    builder.plaintext_secrets(hotswap::PlaintextSecrets::Allow).watch(false).load().unwrap()
}

#[track_caller]
fn publish(folder: &Folder, app: &AppHandle, text: &str) {
    folder.write("app.toml", text);
    app.reload().unwrap();
}

#[test]
fn a_rollback_keeps_todays_secrets() {
    let (folder, store) = (Folder::with("app.toml", "number = 1"), store());
    let app = load(&folder, &store);
    store.put("db", r#"{"password": "second"}"#);
    publish(&folder, &app, "number = 2");
    app.rollback_to(1).unwrap();
    assert_eq!((app.number(), app.password().expose().as_str(), app.version()), (1, "second", 3));
}

#[test]
fn a_rollback_restores_references_and_fetches_what_they_lead_to() {
    let (folder, store) = (Folder::with("app.toml", "number = 1"), store());
    let app = load(&folder, &store);
    publish(&folder, &app, "password = 'store:other'");
    assert_eq!(app.password().expose(), "other");
    store.put("db", r#"{"password": "second"}"#);
    app.rollback(1).unwrap();
    assert_eq!(app.password().expose(), "second");
}

#[test]
fn a_rollback_whose_secret_cannot_be_had_is_refused() {
    let (folder, store) = (Folder::with("app.toml", "number = 1"), store());
    let app = load(&folder, &store);
    publish(&folder, &app, "number = 2\npassword = 'store:other'");
    store.fail("db", FetchError::unreachable("connection refused"));
    let error = app.rollback(1).unwrap_err();
    assert!(error.has(IssueKind::Secret), "{error}");
    assert_eq!((app.version(), app.number()), (2, 2));
    // Reading it needs no store: a comparison only shows that something changed.
    let changed: Vec<_> = app.diff(1, 2).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(changed, ["password: \"***\" -> \"***\"", "number: 1 -> 2"]);
}

#[test]
fn a_failed_health_check_keeps_todays_secrets() {
    let (folder, store) = (Folder::with("app.toml", "number = 1"), store());
    let healthy = |app: &App| if app.number > 5 { Health::Failing } else { Health::Ok };
    let builder =
        App::hot_builder().file(folder.path("app.toml")).secrets("store", store.clone()).watch(false);
    let app = builder.health(healthy, Duration::from_millis(200)).load().unwrap();
    let (tell, told) = mpsc::channel();
    let _subscription = app.on_reload_error(move |error| tell.send(error.clone()).unwrap());
    store.put("db", r#"{"password": "second"}"#);
    publish(&folder, &app, "number = 6");
    assert!(told.recv_timeout(BOUND).unwrap().has(IssueKind::Health));
    assert_eq!((app.number(), app.password().expose().as_str()), (1, "second"));
    assert_eq!(app.status().cause, Cause::Health(1));
}

#[test]
fn a_rollback_keeps_todays_variables_for_secrets() {
    let folder = Folder::with(".env", "HOTSWAP_E2E_ROLLED=first");
    folder.write("app.toml", "password = 'env:HOTSWAP_E2E_ROLLED'\nmail.key = 'plain'\nnumber = 1");
    let builder = App::hot_builder().dotenv(folder.path(".env")).file(folder.path("app.toml"));
    let app = builder.watch(false).plaintext_secrets(hotswap::PlaintextSecrets::Allow).load().unwrap();
    folder.write(".env", "HOTSWAP_E2E_ROLLED=second");
    publish(&folder, &app, "password = 'env:HOTSWAP_E2E_ROLLED'\nmail.key = 'plain'\nnumber = 2");
    app.rollback(1).unwrap();
    assert_eq!((app.number(), app.password().expose().as_str()), (1, "second"));
}

const REFERRING: &str = "tokens = ['store:other', 'store:mail']
[[logins]]
user = 'me'
password = 'store:other'
";

#[test]
fn a_saved_secret_is_its_reference() {
    let (folder, store) = (Folder::with("app.toml", REFERRING), store());
    let app = load(&folder, &store);
    for file in ["all.toml", "all.yaml", "all.json"] {
        app.save(folder.path(file)).unwrap();
        let text = std::fs::read_to_string(folder.path(file)).unwrap();
        for reference in ["store:db#password", "store:mail", "store:other"] {
            assert!(text.contains(reference), "{text}");
        }
        assert!(!text.contains("first") && !text.contains("is secret"), "{text}");
        let builder =
            App::hot_builder().clear_sources().file(folder.path(file)).secrets("store", store.clone());
        let again = builder.check().unwrap();
        assert_eq!((again.tokens.len(), again.logins[0].password.expose().as_str()), (2, "other"), "{text}");
    }
}

#[test]
fn a_secret_without_a_reference_is_not_saved_and_what_stands_around_it_neither() {
    let text = "password = 'hunter2'\ntokens = ['store:other', 'hunter2']\n[[logins]]\nuser = 'me'\npassword = 'hunter2'";
    let folder = Folder::with("app.toml", text);
    let app = load(&folder, &store());
    app.save(folder.path("all.toml")).unwrap();
    let text = std::fs::read_to_string(folder.path("all.toml")).unwrap();
    assert!(!text.contains("hunter2") && !text.contains("user") && !text.contains("store:other"), "{text}");
    for path in ["password", "tokens", "logins"] {
        assert!(text.contains(&format!("# {path} is secret and not written here")), "{text}");
    }
}

#[test]
fn an_explanation_shows_references_and_no_secrets() {
    let folder = Folder::with("app.toml", "password = 'store:${HOTSWAP_PLACE:other}'\nmail.key = 'hunter2'");
    let app = load(&folder, &store());
    let values = |path: &str| -> Vec<String> {
        app.explain(path).given.iter().map(|given| given.value.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(values("password"), ["store:${HOTSWAP_PLACE:other}", "store:db#password"]);
    assert_eq!(values("mail.key"), ["***", "store:mail"]);
    app.set_password(Secret::from("store:set")).unwrap();
    assert_eq!(values("password")[0], "***");
}

#[test]
fn a_configuration_describes_its_references() {
    let schema = App::schema();
    assert_eq!(schema["properties"]["password"]["x-hotswap"]["reference"], "store:db#password");
    assert!(App::reference().contains("`store:db#password`"));
    let template = App::template(hotswap::Format::Toml);
    let told = "secret: fetched from store:db#password; write another reference, not the secret";
    assert!(template.contains(told) && template.contains("#password = \"store:db#password\""), "{template}");
}
