//! Positions of references, and their resolution.

use std::{collections::BTreeMap, time::Duration};

use hotswap::{
    HotConfig, IssueKind, Secret, SecretProvider,
    secrets::{BoxFuture, FetchError, Fetched, Location},
};
use serde::{Deserialize, Serialize};

use super::store::Store;
use crate::support::{BOUND, Folder};

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(secret = "store:app#password")]
    password: Secret<String>,
    #[hot(secret = "store:app#port")]
    port: Secret<u16>,
    #[hot(secret = "store:${HOTSWAP_STAGE:test}/key")]
    staged: Option<Secret<String>>,
}

const PARTS: &str = r#"{"password": "hunter2", "user": "me", "port": "5432"}"#;

fn store() -> Store {
    Store::with(&[("app", PARTS), ("test/key", "staged"), ("other", "another")])
}

#[test]
fn the_attribute_gives_the_default() {
    let store = store();
    let app = App::hot_builder().secrets("store", store.clone()).load().unwrap();
    assert_eq!((app.password().expose().as_str(), *app.port().expose()), ("hunter2", 5432));
    assert_eq!(app.staged().as_ref().unwrap().expose(), "staged");
    // Two fields from one location, and one call for all locations of this store.
    assert_eq!(store.calls(), [["app", "test/key"]]);
}

#[test]
fn a_layer_may_give_another_reference_or_a_value() {
    let folder = Folder::with(
        "app.toml",
        "password = 'store:other'\nport = 'store:${PLACE:app}#port'\nstaged = 'plain:text'",
    );
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store());
    let app = builder.plaintext_secrets(hotswap::PlaintextSecrets::Allow).check().unwrap();
    assert_eq!((app.password.expose().as_str(), *app.port.expose()), ("another", 5432));
    assert_eq!(app.staged.unwrap().expose(), "plain:text");
}

#[test]
fn what_was_fetched_is_no_reference() {
    let store = store();
    store.put("other", "store:app#password");
    let folder = Folder::with("app.toml", "password = 'store:other'");
    let app = App::hot_builder().file(folder.path("app.toml")).secrets("store", store).check().unwrap();
    assert_eq!(app.password.expose(), "store:app#password");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    password: Secret<String>,
    pin: Option<Secret<u32>>,
}

type Hidden = Secret<String>;

#[derive(Debug, Deserialize, HotConfig)]
struct Lists {
    #[hot(default = [])]
    tokens: Vec<Secret<String>>,
    #[serde(default)]
    by_name: BTreeMap<String, Secret<String>>,
    logins: Vec<Login>,
    alias: Hidden,
    auth: Auth,
    #[hot(nested)]
    proxy: Option<Proxy>,
    #[serde(flatten)]
    rest: BTreeMap<String, Secret<String>>,
}

/// serde reads it whole before it looks for the secret.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Auth {
    Key { key: Secret<String> },
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Proxy {
    host: String,
    #[hot(secret = "store:other")]
    password: Secret<String>,
}

/// A fetched default does not break the test of the defaults.
#[derive(Debug, Deserialize, HotConfig)]
#[hot(test)]
struct Referred {
    #[hot(secret = "store:${HOTSWAP_UNSET}/key", length(min = 99))]
    _key: Secret<String>,
    #[hot(secret = "store:pin")]
    _pin: Secret<u16>,
}

#[test]
fn references_stand_in_lists_maps_and_structs_of_the_program() {
    let folder = Folder::with(
        "app.toml",
        "tokens = ['store:other', 'plain']
alias = 'store:app#password'
auth = { key = 'store:other' }
another = 'store:test/key'
[proxy]
host = 'store:other'
[by_name]
a = 'store:app#user'
[[logins]]
user = 'store:app#user'
password = 'store:app#password'
pin = 'store:app#port'",
    );
    let builder = Lists::hot_builder().file(folder.path("app.toml")).secrets("store", store());
    let lists = builder.plaintext_secrets(hotswap::PlaintextSecrets::Allow).check().unwrap();
    let tokens: Vec<_> = lists.tokens.iter().map(|token| token.expose().as_str()).collect();
    assert_eq!(tokens, ["another", "plain"]);
    assert_eq!((lists.alias.expose().as_str(), lists.by_name["a"].expose().as_str()), ("hunter2", "me"));
    let Auth::Key { key } = &lists.auth;
    assert_eq!((key.expose().as_str(), lists.rest["another"].expose().as_str()), ("another", "staged"));
    let proxy = lists.proxy.as_ref().unwrap();
    assert_eq!((proxy.host.as_str(), proxy.password.expose().as_str()), ("store:other", "another"));
    let login = &lists.logins[0];
    // The field is not secret, so it is only text.
    assert_eq!(login.user, "store:app#user");
    assert_eq!((login.password.expose().as_str(), *login.pin.as_ref().unwrap().expose()), ("hunter2", 5432));
}

#[track_caller]
fn refused(store: impl SecretProvider, text: &str) -> String {
    refused_within(BOUND, store, text)
}

#[track_caller]
fn refused_within(timeout: Duration, store: impl SecretProvider, text: &str) -> String {
    let folder = Folder::with("app.toml", text);
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store);
    let error = builder.secret_timeout(timeout).check().unwrap_err();
    assert!(error.issues().all(|issue| issue.kind() == IssueKind::Secret), "{error}");
    error.to_string().replace(&folder.path("app.toml").display().to_string(), "app.toml")
}

#[test]
fn each_reference_that_cannot_be_had_is_told_with_its_place() {
    let store = store();
    store.fail("app", FetchError::denied("the policy `app` does not allow it").with_help("allow `read`"));
    let told = refused(store, "\nport = 'store:nowhere'");
    assert_eq!(
        told,
        "configuration rejected: 2 problems
  port: cannot fetch secret `store:nowhere`: the store has nothing there
    at app.toml:2:8
  password: cannot fetch secret `store:app#password`: the policy `app` does not allow it; allow `read`
    from the default of the field"
    );
}

#[test]
fn a_wrong_key_is_told_with_the_one_that_was_meant() {
    let told = refused(store(), "password = 'store:app#pasword'");
    assert!(
        told.contains(
            "cannot fetch secret `store:app#pasword`: there is no key `pasword`; did you mean `password`?"
        ),
        "{told}"
    );
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn schemes_that_nobody_resolves_are_told() {
    let error = App::hot_builder().check().unwrap_err().to_string();
    assert!(
        error.contains(
            "password: cannot fetch secret `store:app#password`: no provider resolves the scheme `store`"
        ),
        "{error}"
    );
}

#[test]
fn a_scheme_that_no_reference_can_have_is_told() {
    let error =
        App::hot_builder().secrets("My Store", store()).secrets("store", store()).check().unwrap_err();
    assert!(error.has(IssueKind::Setup) && error.to_string().contains("the scheme \"My Store\""), "{error}");
}

struct Silent;

impl SecretProvider for Silent {
    fn fetch<'a>(&'a self, _: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
        Box::pin(std::future::pending())
    }
}

struct Stuck;

impl SecretProvider for Stuck {
    fn fetch<'a>(&'a self, _: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
        std::thread::park();
        Box::pin(std::future::pending())
    }
}

struct Wrong(fn() -> Vec<Result<Fetched, FetchError>>);

impl SecretProvider for Wrong {
    fn fetch<'a>(&'a self, _: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
        Box::pin(std::future::ready((self.0)()))
    }
}

#[test]
fn a_store_that_does_not_answer_is_told() {
    let told = "no answer within 100ms; see whether the store can be reached";
    let soon = Duration::from_millis(100);
    assert!(refused_within(soon, Silent, "# nothing").contains(told));
    assert!(refused_within(soon, Stuck, "# nothing").contains(told));
}

#[test]
fn a_store_with_mistakes_is_told() {
    assert!(refused(Wrong(Vec::new), "# nothing").contains(": the provider gave no answer"));
    assert!(refused(Wrong(|| panic!("on purpose")), "# nothing").contains(": the provider panicked"));
}

#[test]
fn a_secret_that_breaks_a_rule_is_told_with_its_reference_and_not_shown() {
    let folder = Folder::with("app.toml", "port = 'store:app#password'");
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store());
    let error = builder.check().unwrap_err().to_string();
    assert!(
        error.contains(
            "port: the value does not fit the type of the field; it was fetched from `store:app#password`"
        ),
        "{error}"
    );
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn a_reload_fetches_what_it_names_for_the_first_time() {
    let (folder, store) = (Folder::with("app.toml", "# nothing"), store());
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store.clone());
    let app = builder.watch(false).load().unwrap();
    folder.write("app.toml", "password = 'store:other'");
    app.reload().unwrap();
    assert_eq!((app.version(), app.password().expose().as_str()), (2, "another"));

    folder.write("app.toml", "password = 'store:nowhere'");
    let error = app.reload().unwrap_err();
    assert!(error.has(IssueKind::Secret), "{error}");
    assert_eq!((app.version(), app.password().expose().as_str()), (2, "another"));
}

#[test]
fn a_write_fetches_nothing_and_needs_nothing() {
    let store = store();
    let app = App::hot_builder().secrets("store", store.clone()).load().unwrap();
    let calls = store.calls().len();
    store.fail("app", FetchError::unreachable("gone"));
    app.set_password(Secret::from("store:other")).unwrap();
    // A value that the program sets is the value itself.
    assert_eq!((app.password().expose().as_str(), store.calls().len()), ("store:other", calls));
    app.clear_override("password").unwrap();
    assert_eq!(app.password().expose(), "hunter2");
}

#[test]
fn a_secret_that_a_value_set_at_run_time_hides_need_not_be_had() {
    let (folder, store) = (Folder::with("app.toml", "# nothing"), store());
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store.clone());
    let app = builder.watch(false).load().unwrap();
    app.set_password(Secret::from("mine")).unwrap();
    folder.write("app.toml", "password = 'store:nowhere'");
    app.reload().unwrap();
    assert_eq!(app.password().expose(), "mine");
    let error = app.clear_override("password").unwrap_err();
    assert!(
        error.to_string().contains("cannot fetch secret `store:nowhere`: the store has nothing there"),
        "{error}"
    );
}
