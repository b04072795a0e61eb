//! Encrypted files as sources.

use std::fs;

use hotswap::{Health, HotConfig, IssueKind};

use super::{App, FOREIGN, GIVEN, KEY, RECIPIENT, seal};
use crate::support::{Folder, eventually, this_test, with_variables};

/// Runs a test with the identity in a variable.
#[track_caller]
fn with_identity(test: impl FnOnce()) {
    with_variables(&this_test(), GIVEN, test);
}

#[test]
fn every_format_is_read() {
    with_identity(|| {
        for (name, plaintext) in [
            ("a.toml.age", "password = 'hunter2'\nport = 7"),
            ("a.yaml.age", "password: hunter2\nport: 7"),
            ("a.YML.Age", "password: hunter2\nport: 7"),
            ("a.json.age", r#"{"password": "hunter2", "port": 7}"#),
        ] {
            let folder = Folder::new();
            seal(&folder.path(name), plaintext, RECIPIENT);
            let config = App::hot_builder().file(folder.path(name)).load().unwrap();
            assert_eq!((config.password().expose().as_str(), config.port()), ("hunter2", 7), "{name}");
        }
    });
}

#[test]
fn a_directory_holds_encrypted_files_and_others() {
    with_identity(|| {
        let folder = Folder::with("conf/10.toml", "port = 7\nuser = 'me'");
        seal(&folder.path("conf/20.toml.age"), "password = 'hunter2'\nport = 8", RECIPIENT);
        folder.write("conf/30.txt.age", "nobody reads this");
        folder.write("conf/40.yaml", "user: you");
        let config = App::hot_builder().dir(folder.path("conf")).load().unwrap();
        assert_eq!((config.password().expose().as_str(), config.port()), ("hunter2", 8));
        assert_eq!(&**config.user(), "you");
        seal(&folder.path("conf/50.json.age"), r#"{"port": 9}"#, RECIPIENT);
        eventually("a file that appears joins", || config.port() == 9);
    });
}

#[test]
fn a_change_is_seen_and_a_damaged_file_is_not() {
    with_identity(|| {
        let folder = Folder::new();
        let path = folder.path("a.toml.age");
        seal(&path, "password = 'hunter2'", RECIPIENT);
        let config = App::hot_builder().file(&path).load().unwrap();
        seal(&path, "password = 'hunter3'", RECIPIENT);
        eventually("the change is seen", || config.password().expose() == "hunter3");
        let mut bytes = fs::read(&path).unwrap();
        bytes.pop();
        fs::write(&path, &bytes).unwrap();
        eventually("the damage is told", || config.status().sources[0].health == Health::Failing);
        let message = config.status().sources[0].message.clone().unwrap();
        assert_eq!(message, "the file cannot be decrypted: the ciphertext is damaged, or was changed");
        assert_eq!(config.password().expose(), "hunter3");
        seal(&path, "password = 'hunter4'", RECIPIENT);
        eventually("the next edit is seen", || config.password().expose() == "hunter4");
        assert_eq!(config.status().sources[0].health, Health::Ok);
    });
}

#[test]
fn the_same_in_another_ciphertext_is_no_change() {
    with_identity(|| {
        let folder = Folder::new();
        let path = folder.path("a.toml.age");
        seal(&path, "password = 'hunter2'", RECIPIENT);
        let config = App::hot_builder().file(&path).load().unwrap();
        seal(&path, "password = 'hunter2'", RECIPIENT);
        config.reload().unwrap();
        assert_eq!(config.version(), 1);
    });
}

#[test]
fn a_file_for_others_says_so() {
    with_identity(|| {
        let folder = Folder::new();
        let path = folder.path("a.toml.age");
        seal(&path, "password = 'hunter2'", FOREIGN);
        let error = App::hot_builder().file(&path).load().unwrap_err();
        let issue = error.issues().next().unwrap();
        assert_eq!(issue.kind(), IssueKind::Unreadable);
        assert_eq!(issue.message(), "the file cannot be decrypted: it is encrypted for other identities");
        assert!(issue.help().unwrap().contains(RECIPIENT));
        assert!(issue.origin().unwrap().to_string().ends_with("a.toml.age"));
    });
}

#[test]
fn an_identity_that_comes_later_opens_what_was_locked() {
    let name = this_test();
    with_variables(&name, &[("HOTSWAP_AGE_IDENTITY_FILE", "key.txt")], || {
        let folder = Folder::new();
        std::env::set_current_dir(folder.root()).unwrap();
        seal(&folder.path("a.toml.age"), "password = 'hunter2'", RECIPIENT);
        let load = || App::hot_builder().file("a.toml.age").load();
        let error = load().unwrap_err().to_string();
        assert!(error.contains("key.txt: no file at"), "{error}");

        folder.write("base.toml", "password = 'first'");
        let quick = std::time::Duration::from_millis(20);
        let plain =
            || App::hot_builder().file("base.toml").plaintext_secrets(hotswap::PlaintextSecrets::Allow);
        assert!(plain().optional_file("a.toml.age").load().is_err());
        folder.write("key.txt", KEY);
        let config = plain().file("a.toml.age").poll_interval(quick).load().unwrap();
        fs::remove_file("key.txt").unwrap();
        seal(&folder.path("a.toml.age"), "password = 'hunter3'", RECIPIENT);
        eventually("it is told", || config.status().sources[1].health == Health::Failing);
        assert_eq!(config.password().expose(), "hunter2");
        folder.write("key.txt", KEY);
        eventually("it opens", || config.password().expose() == "hunter3");
    });
}

#[test]
fn the_limit_of_size_holds() {
    with_identity(|| {
        let folder = Folder::new();
        let path = folder.path("a.toml.age");
        seal(&path, &format!("password = '{}'", "x".repeat(4000)), RECIPIENT);
        let load = |limit| App::hot_builder().file(&path).max_file_size(limit).load();
        assert!(load(4000).unwrap_err().to_string().contains("larger than the limit"));
        assert!(load(5000).is_ok());
    });
}

#[test]
fn an_empty_file_is_refused() {
    let folder = Folder::with("a.toml.age", "");
    let error = App::hot_builder().file(folder.path("a.toml.age")).load().unwrap_err();
    assert!(error.to_string().contains("the file is empty"), "{error}");
}

#[test]
fn a_dotenv_file_is_not_decrypted() {
    with_identity(|| {
        let folder = Folder::new();
        let path = folder.path(".env.age");
        seal(&path, "APP_PASSWORD=hunter2", RECIPIENT);
        let error = App::hot_builder().env("APP").dotenv(&path).load().unwrap_err().to_string();
        assert!(error.contains("a dotenv file cannot be encrypted"), "{error}");
    });
}

#[test]
fn nothing_is_saved_into_one() {
    with_identity(|| {
        let folder = Folder::new();
        let path = folder.path("a.toml.age");
        seal(&path, "password = 'hunter2'", RECIPIENT);
        let before = fs::read(&path).unwrap();
        let config = App::hot_builder().file(&path).load().unwrap();
        config.set_port(7).unwrap();
        for outcome in [config.save(&path), config.save_overrides(&path)] {
            assert!(outcome.unwrap_err().to_string().contains("an encrypted file is not written"));
        }
        assert_eq!(fs::read(&path).unwrap(), before);
    });
}

#[test]
fn the_variables_of_sops_count_if_there_are_no_others() {
    with_variables(&this_test(), &[("SOPS_AGE_KEY", KEY)], || {
        let folder = Folder::new();
        seal(&folder.path("a.toml.age"), "password = 'hunter2'", RECIPIENT);
        assert!(App::hot_builder().file(folder.path("a.toml.age")).load().is_ok());
    });
}

#[test]
fn without_an_identity_the_variables_are_named() {
    // An empty variable counts as not set.
    let none = ["HOTSWAP_AGE_IDENTITY", "HOTSWAP_AGE_IDENTITY_FILE", "SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE"];
    with_variables(&this_test(), &none.map(|name| (name, "")), || {
        let folder = Folder::new();
        seal(&folder.path("a.toml.age"), "password = 'hunter2'", RECIPIENT);
        let error = App::hot_builder().file(folder.path("a.toml.age")).load().unwrap_err();
        let issue = error.issues().next().unwrap();
        assert!(issue.message().ends_with("no identity is given to decrypt it with"), "{error}");
        assert!(issue.help().unwrap().contains("HOTSWAP_AGE_IDENTITY_FILE"));
    });
}
