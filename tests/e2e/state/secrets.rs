//! Values of secrets are not written to files.

use std::{collections::BTreeMap, fs};

use hotswap::{HotConfig, LastGood, Secret, UnknownKeys};
use serde::{Deserialize, Serialize};

use crate::support::{Folder, this_test, with_variables};

const CANARY: &str = "hunter2canary";

#[derive(Clone, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    max: u32,
    #[hot(secret)]
    password: Secret<String>,
    #[serde(default)]
    tokens: BTreeMap<String, Secret<String>>,
    #[hot(default = "")]
    url: String,
}

fn builder(folder: &Folder) -> hotswap::Builder<App> {
    let builder = App::hot_builder().file(folder.path("app.toml")).unknown_keys(UnknownKeys::Allow);
    let builder = builder.plaintext_secrets(hotswap::PlaintextSecrets::Allow);
    builder.env("STATEFUL").watch(false).state_dir(folder.path("state"))
}

fn written(folder: &Folder) -> String {
    let entries = fs::read_dir(folder.path("state")).unwrap();
    entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

fn text(number: u32) -> String {
    format!(
        "max = {number}\npassword = 'p{number}-{CANARY}'\npasswort = 'typo-{CANARY}'\nurl = 'http://${{HOST}}'\n\
         [tokens]\nmine = 't{number}-{CANARY}'\n"
    )
}

#[test]
fn no_value_of_a_secret_is_written_nor_a_variable() {
    let variables = [("HOST", "user:hunter2canary@host"), ("STATEFUL_TOKENS", r#"{"env": "hunter2canary"}"#)];
    with_variables(&this_test(), &variables, || {
        let folder = Folder::with("app.toml", &text(1));
        let app = builder(&folder).load().unwrap();
        folder.write("app.toml", &text(2));
        app.reload().unwrap();
        app.set_password(Secret::new(format!("set-{CANARY}"))).unwrap();
        app.update(|app| drop(app.tokens.insert("new".into(), Secret::new(CANARY.into())))).unwrap();
        app.set_max(7).unwrap();
        app.rollback_to(2).unwrap();
        app.rollback(1).unwrap();
        app.flush_state().unwrap();
        let written = written(&folder);
        assert!(written.contains("http://${HOST}") && !written.contains("canary"), "{written}");

        drop(app);
        let app = builder(&folder).load().unwrap();
        // The override is dropped and reported; the secrets of the sources have today's values.
        assert_eq!((app.max(), app.password().expose().as_str()), (7, "p2-hunter2canary"));
        let found = app.status().state.unwrap().found.join("\n");
        // After the rollback, those of the map were already removed.
        assert!(found.contains("override of password") && !found.contains("override of tokens"), "{found}");
        folder.write("app.toml", &text(3));
        app.reload().unwrap();
        app.rollback_to(1).unwrap();
        assert_eq!(app.max(), 1);
    });
}

#[test]
fn a_start_from_the_last_good_configuration_names_the_secret_that_it_lacks() {
    let folder = Folder::with("app.toml", &text(1).replace("${HOST}", "host"));
    drop(builder(&folder).load().unwrap());
    folder.write("app.toml", "max = ");
    let load = || builder(&folder).start_from_last_good(LastGood::OnFailure).load();
    let refused = load().err().unwrap().to_string();
    assert!(refused.contains("password: ") && refused.contains("plain text is not kept"), "{refused}");
}

#[test]
fn a_reference_is_kept() {
    with_variables(&this_test(), &[("PASSWORD_OF_TODAY", CANARY)], || {
        let folder = Folder::with("app.toml", "password = '${PASSWORD_OF_TODAY}'\nmax = 5");
        drop(builder(&folder).load().unwrap());
        assert!(!written(&folder).contains(CANARY));
        folder.write("app.toml", "max = ");
        let app = builder(&folder).start_from_last_good(LastGood::OnFailure).load().unwrap();
        assert_eq!((app.max(), app.password().expose().as_str()), (5, CANARY));
    });
}
