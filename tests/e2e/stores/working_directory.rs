//! A relative path of a secret is fixed at the time of the load, as that of a source is.

use std::{env::set_current_dir, os::unix::fs::symlink};

use hotswap::{HotConfig, Secret, SecretProvider, secrets::File};
use serde::Deserialize;

use crate::support::{Folder, eventually, this_test, with_variables};

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    token: Secret<String>,
    #[serde(default)]
    more: Vec<Secret<String>>,
}

/// Two directories with the same names in them; the first one is the working directory.
fn two_directories() -> Folder {
    let folder = Folder::new();
    for name in ["one", "two"] {
        folder.write(&format!("{name}/app.toml"), "token = 'file:secrets/token'");
        folder.write(&format!("{name}/secrets/token"), name);
        folder.write(&format!("{name}/secrets/more"), &format!("more of {name}"));
    }
    set_current_dir(folder.path("one")).unwrap();
    folder
}

/// Loads with a provider of `file:`, changes the working directory, and reads the secrets again.
#[track_caller]
fn stays_in_one(provider: impl SecretProvider) {
    let folder = two_directories();
    let config = App::hot_builder().file("app.toml").secrets("file", provider).load().unwrap();
    set_current_dir(folder.path("two")).unwrap();
    config.reload().unwrap();
    assert_eq!(config.token().expose(), "one");
    folder.replace("one/secrets/token", "one again");
    config.reload().unwrap();
    assert_eq!(config.token().expose(), "one again");
}

#[test]
fn a_relative_path_of_a_secret_is_fixed_at_the_load() {
    with_variables(&this_test(), &[], || stays_in_one(File::new()));
}

#[test]
fn a_relative_directory_of_the_provider_is_fixed_at_the_load() {
    with_variables(&this_test(), &[], || stays_in_one(File::under("secrets")));
}

#[test]
fn a_relative_permission_of_the_provider_is_fixed_at_the_load() {
    with_variables(&this_test(), &[], || stays_in_one(File::under("elsewhere").allow("secrets")));
}

#[test]
fn the_directory_of_the_provider_after_a_change_permits_nothing() {
    with_variables(&this_test(), &[], || {
        let folder = two_directories();
        let builder = App::hot_builder().file("app.toml").secrets("file", File::under("secrets"));
        let config = builder.load().unwrap();
        set_current_dir(folder.path("two")).unwrap();
        std::fs::remove_file(folder.path("one/secrets/token")).unwrap();
        symlink(folder.path("two/secrets/token"), folder.path("one/secrets/token")).unwrap();
        let error = config.reload().unwrap_err().to_string();
        assert!(error.contains("it is outside of secrets"), "{error}");
        assert_eq!(config.token().expose(), "one");
    });
}

#[test]
fn a_reference_that_is_added_later_is_relative_to_the_same_directory() {
    with_variables(&this_test(), &[("WD_TOKEN", "file:secrets/token")], || {
        let folder = two_directories();
        folder.write("one/app.toml", "more = []");
        let config = App::hot_builder().file("app.toml").env("WD").load().unwrap();
        set_current_dir(folder.path("two")).unwrap();
        folder.replace("one/app.toml", "more = ['file:secrets/more', 'file:../two/secrets/more']");
        config.reload().unwrap();
        let more: Vec<_> = config.more().iter().map(|secret| secret.expose().clone()).collect();
        assert_eq!(more, ["more of one", "more of two"]);
    });
}

#[test]
fn the_first_reference_may_come_after_the_change() {
    with_variables(&this_test(), &[("WE_TOKEN", "hunter2")], || {
        let folder = two_directories();
        folder.write("one/app.toml", "more = []");
        let config = App::hot_builder().file("app.toml").env("WE").load().unwrap();
        set_current_dir(folder.path("two")).unwrap();
        folder.replace("one/app.toml", "more = ['file:secrets/more']");
        config.reload().unwrap();
        assert_eq!(config.more()[0].expose(), "more of one");
    });
}

#[test]
fn a_watched_secret_is_found_after_a_change_of_the_directory() {
    with_variables(&this_test(), &[], || {
        let folder = two_directories();
        let config = App::hot_builder().file("app.toml").load().unwrap();
        set_current_dir(folder.path("two")).unwrap();
        folder.replace("one/secrets/token", "one again");
        eventually("the new content is in force", || config.token().expose() == "one again");
    });
}

#[test]
fn a_state_file_is_no_secret_after_a_change_of_the_directory() {
    with_variables(&this_test(), &[], || {
        let folder = two_directories();
        let config = App::hot_builder().file("app.toml").state_dir("state").load().unwrap();
        set_current_dir(folder.path("two")).unwrap();
        folder.replace("one/app.toml", "token = 'file:state/lock'");
        let error = config.reload().unwrap_err().to_string();
        assert!(error.contains("also written as state"), "{error}");
    });
}
