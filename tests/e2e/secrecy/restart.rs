//! The restored values of a field that has become secret, or was never in plain text.

use std::collections::BTreeMap;

use hotswap::{HotConfig, IssueKind, LastGood, PlaintextSecrets, Secret};
use serde::{Deserialize, Serialize};

use crate::support::Folder;

/// The previous program.
#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "SECRECY_RESTART")]
struct Before {
    #[hot(not_secret, default = "")]
    marked: String,
    #[hot(not_secret, default = "")]
    unmarked: String,
    #[serde(default)]
    login: Option<OpenLogin>,
    #[serde(default)]
    #[hot(not_secret)]
    map: BTreeMap<String, String>,
    #[hot(default = 1)]
    n: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct OpenLogin {
    user: String,
    pin: String,
}

/// The next program.
#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "SECRECY_RESTART")]
struct After {
    #[hot(secret, default = "")]
    marked: Secret<String>,
    #[hot(default = "")]
    unmarked: Secret<String>,
    #[serde(default)]
    login: Option<Login>,
    #[serde(default)]
    map: BTreeMap<String, Secret<String>>,
    #[hot(default = 1)]
    n: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    pin: Secret<String>,
}

const LINES: &[&str] =
    &["marked = '@'", "unmarked = '@'", "login = { user = 'a', pin = '@' }", "map = { x = '@' }"];

fn after(folder: &Folder) -> hotswap::Builder<After> {
    let builder = After::hot_builder().file(folder.path("a.toml")).dotenv(folder.path(".env"));
    builder.state_dir(folder.path("state")).watch(false)
}

fn state(folder: &Folder) -> String {
    let entries = std::fs::read_dir(folder.path("state")).unwrap();
    entries.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

fn with_value(line: &str, value: &str, n: u32) -> String {
    format!("n = {n}\n{}", line.replace('@', value))
}

/// Three versions of the previous program, each with another value.
fn history_of(line: &str) -> Folder {
    let folder = Folder::with("a.toml", &with_value(line, "hunter1", 1));
    folder.write(".env", "PW=of-the-variable");
    let builder = Before::hot_builder().file(folder.path("a.toml")).dotenv(folder.path(".env"));
    let app = builder.state_dir(folder.path("state")).watch(false).load().unwrap();
    for (n, value) in [(2, "hunter2"), (3, "hunter3")] {
        folder.write("a.toml", &with_value(line, value, n));
        app.reload().unwrap();
    }
    app.flush_state().unwrap();
    app.shutdown().unwrap();
    assert!(state(&folder).contains("hunter"));
    folder
}

fn secret(app: &After) -> String {
    let login = app.login.as_ref().map(|login| &login.pin);
    let all = [Some(&app.marked), Some(&app.unmarked), login, app.map.get("x")];
    all.into_iter().flatten().map(|secret| secret.expose().as_str()).collect()
}

#[test]
fn the_old_text_of_a_field_that_is_secret_by_now_is_neither_shown_nor_written_nor_restored() {
    for line in LINES {
        let folder = history_of(line);
        folder.write("a.toml", &with_value(line, "${PW}", 4));
        let app = after(&folder).load().unwrap();
        let said = format!("{:?}{:?}{:?}", app.history(), app.diff(1, 2), app.diff(2, 4));
        assert!(!said.contains("hunter"), "{line} {said}");
        app.set_n(5).unwrap();
        app.flush_state().unwrap();
        assert!(!state(&folder).contains("hunter"), "{line} {}", state(&folder));
        for version in [1, 2, 3] {
            app.rollback_to(version).unwrap();
            assert_eq!(
                (app.n(), secret(&app.load())),
                (version as u32, "of-the-variable".to_owned()),
                "{line}"
            );
        }
        app.flush_state().unwrap();
        assert!(!state(&folder).contains("hunter"), "{line} {}", state(&folder));
    }
}

#[test]
fn a_literal_secret_in_the_history_is_judged_by_the_policy() {
    for line in LINES {
        let folder = history_of(line);
        // The sources are refused, so the last good configuration is used.
        folder.write("a.toml", "n = 'wrong'");
        let builder = || after(&folder).start_from_last_good(LastGood::OnFailure);
        let error = builder().load().unwrap_err();
        assert!(error.has(IssueKind::PlainSecret), "{line} {error}");
        assert!(!error.to_string().contains("hunter"), "{line} {error}");
        let app = builder().plaintext_secrets(PlaintextSecrets::Allow).load().unwrap();
        assert_eq!((app.n(), secret(&app.load())), (3, "hunter3".to_owned()), "{line}");
        app.set_n(5).unwrap();
        app.flush_state().unwrap();
        let said = format!("{:?}{:?}{}", app.history(), app.explain_all(), state(&folder));
        assert!(!said.contains("hunter"), "{line} {said}");
    }
}
