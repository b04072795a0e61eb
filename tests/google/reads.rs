//! Locations of references, and their content.

use hotswap::{
    HotConfig, Secret,
    secrets::{
        FetchErrorKind::{Invalid, NotFound, Unreachable},
        Location, Payload, SecretProvider,
    },
};

use crate::{
    run::{assert_gives, assert_refused, fetch, manager},
    stand_in::Google,
};

#[test]
fn the_newest_version_one_by_number_and_one_by_alias() {
    let google = Google::start();
    for text in ["one", "two", "three"] {
        google.add("db", text);
    }
    google.state().secrets.get_mut("projects/app-1/secrets/db").unwrap()[1].alias = "stable";
    let manager = manager(&google);
    assert_gives(&manager, "app-1/db", "three");
    assert_gives(&manager, "app-1/db/latest", "three");
    assert_gives(&manager, "app-1/db/1", "one");
    assert_gives(&manager, "app-1/db/stable", "two");
    assert_gives(&manager, "projects/app-1/secrets/db", "three");
    assert_gives(&manager, "projects/app-1/secrets/db/versions/2", "two");
    assert_eq!(google.state().tokens, 1, "one login is enough");
}

#[test]
fn a_regional_secret() {
    let google = Google::start();
    let name = "projects/app-1/locations/europe-west3/secrets/db";
    google.add("db", "regional");
    let regional = google.state().secrets.remove("projects/app-1/secrets/db").unwrap();
    google.state().secrets.insert(name.to_owned(), regional);
    assert_gives(&manager(&google), name, "regional");
    assert_gives(&manager(&google), &format!("{name}/versions/1"), "regional");
    assert_refused(&manager(&google), "app-1/db", NotFound, &["projects/app-1/secrets/db"]);
}

#[test]
fn what_is_damaged_on_the_way_is_not_taken() {
    let google = Google::start();
    google.add("db", "canary");
    google.change("db", |version| version.sum = Some(1));
    assert_refused(&manager(&google), "app-1/db", Unreachable, &["checksum"]);
    google.change("db", |version| version.sum = None);
    assert_gives(&manager(&google), "app-1/db", "canary");
    let long = "x".repeat(64 * 1024);
    google.add("db", long.clone());
    assert_gives(&manager(&google), "app-1/db", &long);
}

#[test]
fn what_is_no_text_is_bytes() {
    let google = Google::start();
    google.add("key", b"\xff\x00canary".to_vec());
    google.add("db", "");
    let manager = manager(&google);
    assert!(*fetch(&manager, "app-1/key").unwrap().payload() == Payload::bytes(b"\xff\x00canary".to_vec()));
    assert_gives(&manager, "app-1/db", "");
    let config = Keys::hot_builder().secrets("gcp-sm", manager).load().unwrap();
    assert_eq!(config.key().expose(), b"\xff\x00canary");
}

#[derive(Debug, serde::Deserialize, HotConfig)]
struct Keys {
    #[hot(secret = "gcp-sm:app-1/key")]
    key: Secret<Vec<u8>>,
}

#[test]
fn each_of_many_gets_its_own_answer() {
    let google = Google::start();
    google.add("one", "1");
    google.add("two", "2");
    let locations = ["app-1/one", "app-1/none", "odd", "app-1/two"].map(Location::new);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let manager = manager(&google);
    let outcomes = runtime.block_on(manager.fetch(&locations));
    let kinds: Vec<_> =
        outcomes.iter().map(|outcome| outcome.as_ref().err().map(|error| error.kind())).collect();
    assert_eq!(kinds, [None, Some(NotFound), Some(Invalid), None]);
    let other = outcomes[0].as_ref().unwrap().payload() != outcomes[3].as_ref().unwrap().payload();
    assert!(other && google.state().tokens == 1);
}

#[derive(Debug, serde::Deserialize, HotConfig)]
struct AppConfig {
    #[hot(secret = "gcp-sm:app-1/db#user")]
    user: Secret<String>,
    #[hot(secret = "gcp-sm:app-1/db#logins.0.password")]
    password: Secret<String>,
    #[hot(secret = "gcp-sm:app-1/db/1")]
    first: Secret<String>,
    #[hot(secret = "gcp-sm:projects/app-1/secrets/port")]
    port: Secret<u16>,
}

#[test]
fn keys_pick_parts_of_one_answer() {
    let google = Google::start();
    google.add("db", "plain: {");
    google.add("db", r#"{"user": "app", "logins": [{"password": "hunter2"}]}"#);
    google.add("port", "5432");
    let config = AppConfig::hot_builder().secrets("gcp-sm", manager(&google)).load().unwrap();
    assert_eq!(config.user().expose(), "app");
    assert_eq!(config.password().expose(), "hunter2");
    assert_eq!(config.first().expose(), "plain: {");
    assert_eq!(config.port().expose(), &5432);
    let asked =
        google.state().asked.iter().filter(|path| path.ends_with("/db/versions/latest:access")).count();
    assert_eq!(asked, 1, "two keys of one secret are one question");
    let status = config.status();
    let versions: Vec<_> =
        status.secrets.iter().map(|secret| (secret.location.as_str(), secret.version.as_deref())).collect();
    let expected =
        [("app-1/db", Some("2")), ("app-1/db/1", Some("1")), ("projects/app-1/secrets/port", Some("1"))];
    assert_eq!(versions, expected);
}

#[test]
fn a_wrong_key_is_told_with_the_reference() {
    let google = Google::start();
    google.add("db", r#"{"user": "app", "login": "hunter2"}"#);
    google.add("port", "5432");
    let error = AppConfig::hot_builder().secrets("gcp-sm", manager(&google)).load().err().unwrap();
    let told = error.to_string();
    assert!(told.contains("gcp-sm:app-1/db#logins.0.password") && !told.contains("hunter2"), "{told}");
    assert!(told.contains("there is no key `logins.0.password`"), "{told}");
}
