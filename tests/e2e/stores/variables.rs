//! `env:` reads a variable of the process, or else of a dotenv file.

use hotswap::{HotConfig, Secret};
use serde::Deserialize;

use crate::support::{Folder, this_test, with_variables};

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(secret = "env:HOTSWAP_E2E_TOKEN")]
    token: Secret<String>,
    #[hot(secret = "env:HOTSWAP_E2E_JSON#db.port")]
    port: Option<Secret<u16>>,
}

#[test]
fn a_variable_gives_a_secret_or_a_part_of_it() {
    let variables = [("HOTSWAP_E2E_TOKEN", "hunter2"), ("HOTSWAP_E2E_JSON", r#"{"db": {"port": 5432}}"#)];
    with_variables(&this_test(), &variables, || {
        let app = App::hot_builder().check().unwrap();
        assert_eq!((app.token.expose().as_str(), *app.port.unwrap().expose()), ("hunter2", 5432));
    });
}

#[test]
fn one_that_is_not_set_is_told() {
    let error = App::hot_builder().check().unwrap_err().to_string();
    assert!(
        error.contains("token: cannot fetch secret `env:HOTSWAP_E2E_TOKEN`: the variable HOTSWAP_E2E_TOKEN is not set; set HOTSWAP_E2E_TOKEN"),
        "{error}"
    );
}

#[test]
fn a_dotenv_file_gives_it_and_changes_it() {
    let text =
        |token: &str| format!("HOTSWAP_E2E_TOKEN={token}\nHOTSWAP_E2E_JSON='{{\"db\":{{\"port\":1}}}}'");
    let folder = Folder::with(".env", &text("old"));
    let app = App::hot_builder().dotenv(folder.path(".env")).watch(false).load().unwrap();
    assert_eq!(app.token().expose(), "old");
    folder.write(".env", &text("new"));
    app.reload().unwrap();
    assert_eq!((app.token().expose().as_str(), app.version()), ("new", 2));
}
