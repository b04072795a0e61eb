//! Text that equals a reference, but is not a secret.

use hotswap::{HotConfig, Secret};
use serde::Deserialize;

use super::store::Store;
use crate::support::Folder;

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    auth: Auth,
    #[serde(default)]
    list: Vec<Auth>,
    #[serde(default)]
    either: Option<Either>,
}

/// serde reads each of these through a buffer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Auth {
    Basic { user: String, password: Secret<String> },
    Double { user: String, password: Secret<String>, second: Secret<String> },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Either {
    Login { user: String, password: Secret<String> },
}

fn check(text: &str) -> App {
    let folder = Folder::with("app.toml", text);
    folder.write(".env", "REF=store:app\n");
    let store = Store::with(&[("app", "hunter2")]);
    let builder = App::hot_builder().file(folder.path("app.toml")).dotenv(folder.path(".env"));
    builder.secrets("store", store).check().unwrap()
}

fn basic() -> Auth {
    Auth::Basic { user: "store:app".into(), password: Secret::new("hunter2".into()) }
}

#[test]
fn a_user_name_that_equals_the_reference_beside_it_is_not_fetched() {
    let auth = "{type = 'basic', user = 'store:app', password = 'store:app'}";
    let app = check(&format!("auth = {auth}\nlist = [{auth}, {auth}]"));
    assert_eq!((&app.auth, &app.list[..]), (&basic(), &[basic(), basic()][..]));
    let app = check(&format!("auth = {auth}\neither = {{user = 'store:app', password = 'store:app'}}"));
    let password = Secret::new("hunter2".into());
    assert_eq!(app.either, Some(Either::Login { user: "store:app".into(), password }));
}

#[test]
fn an_interpolated_user_name_is_not_fetched() {
    let app = check("auth = {type = 'basic', user = '${REF}', password = '${REF}'}");
    assert_eq!(app.auth, basic());
}

#[test]
fn equal_references_are_all_fetched() {
    let app =
        check("auth = {type = 'double', user = 'store:app', password = 'store:app', second = 'store:app'}");
    let secret = || Secret::new("hunter2".to_owned());
    assert_eq!(app.auth, Auth::Double { user: "store:app".into(), password: secret(), second: secret() });
}
