//! The content of an encrypted file is never shown, whatever its field.

use hotswap::HotConfig;

use super::{App, GIVEN, RECIPIENT, command, done, seal, text};
use crate::support::{Folder, this_test, with_variables};

const CANARY: &str = "hunter2-canary";

/// Loads an invalid encrypted file, and returns the whole report.
fn report(name: &str, plaintext: &str) -> String {
    let folder = Folder::new();
    let path = folder.path(name);
    seal(&path, plaintext, RECIPIENT);
    let error = App::hot_builder().file(&path).load().unwrap_err();
    format!("{error}\n{}\n{error:?}", error.report())
}

#[track_caller]
fn place_and_no_value(name: &str, plaintext: &str, words: &str, place: &str) {
    let report = report(name, plaintext);
    assert!(report.contains(words) && report.contains(&format!("{name}:{place}")), "{report}");
    for part in [CANARY, "77777", "hunter2", "canary"] {
        assert!(!report.contains(part), "{part} in {report}");
    }
}

#[test]
fn reports_have_the_place_and_not_the_value() {
    with_variables(&this_test(), GIVEN, || {
        let password = "password = 'x'\n";
        let wrong = format!("{password}\nport = '{CANARY}'");
        place_and_no_value("a.toml.age", &wrong, "the value does not fit the type of the field", "3:8");
        let rule = format!("{password}user = '{CANARY}-and-more-of-it'");
        place_and_no_value("a.toml.age", &rule, "user", "2:8");
        place_and_no_value("a.toml.age", &format!("{password}port = 77777"), "port", "2:8");
        place_and_no_value("a.toml.age", &format!("{password}user = = '{CANARY}'"), "", "2:8");
        place_and_no_value("a.yaml.age", &format!("password: x\nport: [{CANARY}"), "", "");
        place_and_no_value("a.yaml.age", &format!("password: x\n\nport: {CANARY}"), "port", "3:7");
        place_and_no_value(
            "a.json.age",
            &format!("{{\"password\": \"x\",\n \"port\": \"{CANARY}\"}}"),
            "port",
            "2:10",
        );
        place_and_no_value(
            "a.toml.age",
            &format!("{password}prot = '{CANARY}'"),
            "did you mean `port`",
            "2:1",
        );
    });
}

#[test]
fn a_running_configuration_shows_no_value() {
    with_variables(&this_test(), GIVEN, || {
        let folder = Folder::with("base.toml", "port = 1");
        let path = folder.path("a.toml.age");
        let sealed = |suffix: &str| {
            seal(&path, &format!("password = '{CANARY}{suffix}'\nuser = '{CANARY}{suffix}'"), RECIPIENT);
        };
        sealed("");
        let config = App::hot_builder().file(folder.path("base.toml")).file(&path).load().unwrap();
        sealed("-2");
        config.reload().unwrap();
        assert_eq!(&**config.user(), "hunter2-canary-2");
        let saved = folder.path("saved.toml");
        config.save(&saved).unwrap();
        let shown = [
            config.explain_all().to_string(),
            format!("{:?}", config.status()),
            config.status().to_string(),
            format!("{:?}", config.history()),
            serde_json::to_string(&config.history()).unwrap(),
            std::fs::read_to_string(saved).unwrap(),
            done(&["show", "--redacted", "--file", text(&path)]),
            done(&["explain", "--file", text(&path)]),
            command(&["diff", text(&path), text(&folder.path("base.toml"))]).1,
        ];
        for shown in shown {
            assert!(!shown.contains("canary"), "{shown}");
        }
        // The plain file next to it is shown as usual.
        assert!(config.explain("port").to_string().contains("= 1 "));
    });
}
