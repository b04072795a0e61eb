//! The choice of the profile.

use hotswap::{HotConfig, IssueKind};
use serde::Deserialize;

use crate::support::{Folder, with_variables, without_privileges};

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "PRO")]
struct App {
    #[hot(default = "none")]
    name: String,
}

fn folder(dotenv: &str) -> Folder {
    let folder = Folder::with(".env", dotenv);
    for profile in ["development", "production", "staging", "test"] {
        folder.write(&format!("{profile}.toml"), &format!("name = '{profile}'"));
    }
    folder
}

fn check(folder: &Folder) -> Result<String, hotswap::Error> {
    let builder = App::hot_builder().file(folder.path("{profile}.toml")).dotenv(folder.path(".env"));
    builder.check().map(|app| app.name)
}

#[track_caller]
fn profile(dotenv: &str) -> String {
    check(&folder(dotenv)).unwrap()
}

#[test]
fn a_dotenv_file_names_the_profile() {
    assert_eq!(profile("A=1"), "development");
    assert_eq!(profile("PRO_PROFILE=production"), "production");
    assert_eq!(profile("export PRO__PROFILE='production'"), "production");
    assert_eq!(profile("STAGE=staging\nPRO_PROFILE=${STAGE:-test}"), "staging");
    assert_eq!(profile("HOTSWAP_PROFILE=test"), "test");
    assert_eq!(profile("HOTSWAP_PROFILE=test\nPRO_PROFILE=staging"), "staging");
    assert_eq!(profile("PRO_PROFILE=test\nPRO_PROFILE=staging"), "staging");
}

fn warnings(app: &AppHandle) -> Vec<String> {
    let warnings = app.status().warnings;
    warnings.into_iter().filter(|warning| warning.contains("_PROFILE has no effect")).collect()
}

fn load(folder: &Folder, dotenv: &[&str]) -> AppHandle {
    let builder = App::hot_builder().file(folder.path("{profile}.toml")).watch(false);
    dotenv.iter().fold(builder, |builder, name| builder.dotenv(folder.path(name))).load().unwrap()
}

#[test]
fn a_dotenv_file_that_depends_on_the_profile_is_told_that_it_cannot_choose_it() {
    for variable in ["PRO_PROFILE", "HOTSWAP_PROFILE", "PRO__PROFILE"] {
        let folder = folder("A=1");
        folder.write("development.env", &format!("A=1\n{variable}=production\n"));
        let app = load(&folder, &[".env", "{profile}.env"]);
        let found = warnings(&app).concat();
        assert!(found.contains(variable) && found.contains("development.env:2"), "{found}");
        assert!(found.contains("depends on the profile, and is `development`"), "{found}");
        // A variable with the same profile does no harm.
        folder.write("development.env", &format!("{variable}=development\n"));
        app.reload().unwrap();
        assert!(warnings(&app).is_empty(), "{:?}", warnings(&app));
    }
    let folder = folder("A=1");
    folder.write("development.env", "PRO_PROFILE=production");
    assert_eq!(warnings(&load(&folder, &["{profile}.env"])).len(), 1);
}

#[test]
fn a_profile_that_changes_at_run_time_has_no_effect_and_a_warning() {
    let folder = folder("PRO_PROFILE=test\nA=1\n");
    let app = load(&folder, &[".env"]);
    assert!(warnings(&app).is_empty());
    for (text, line) in [
        ("A=1\nPRO_PROFILE=production\n", ".env:2"),
        ("A=2\n\nPRO_PROFILE=development\nHOTSWAP_PROFILE=test\n", ".env:3"),
        ("A=3\n", ".env"),
    ] {
        folder.write(".env", text);
        app.reload().unwrap();
        let found = warnings(&app);
        assert!(found.len() == 1 && found[0].contains(line), "{text}: {found:?}");
        assert!(found[0].contains("chosen at the start, and is `test`"), "{found:?}");
        assert_eq!(*app.name(), "test");
    }
    folder.write(".env", "PRO_PROFILE=test\nHOTSWAP_PROFILE=production\n");
    app.reload().unwrap();
    assert!(warnings(&app).is_empty());
}

#[test]
fn a_profile_that_another_source_overrules_is_no_warning() {
    let folder = folder("PRO_PROFILE=test");
    folder.write("2.env", "PRO_PROFILE=staging");
    let app = load(&folder, &[".env", "2.env"]);
    assert_eq!((app.name().as_str(), warnings(&app)), ("staging", Vec::new()));

    let chosen = App::hot_builder().profile("production").file(folder.path("{profile}.toml")).watch(false);
    let app = chosen.dotenv(folder.path(".env")).load().unwrap();
    folder.write(".env", "PRO_PROFILE=development");
    app.reload().unwrap();
    assert_eq!((app.name().as_str(), warnings(&app)), ("production", Vec::new()));

    // No path depends on the profile.
    folder.write(".env", "PRO_PROFILE=test\nPRO_NAME=x");
    let app = App::hot_builder().dotenv(folder.path(".env")).watch(false).load().unwrap();
    folder.write(".env", "PRO_PROFILE=staging\nPRO_NAME=y");
    app.reload().unwrap();
    assert_eq!((app.name().as_str(), warnings(&app)), ("y", Vec::new()));
}

#[test]
fn the_environment_counts_before_dotenv_files() {
    let name = "profile::the_environment_counts_before_dotenv_files";
    with_variables(name, &[("PRO_PROFILE", "production")], || {
        assert_eq!(profile("PRO_PROFILE=test"), "production");
        let builder = App::hot_builder().profile("staging");
        let folder = folder("PRO_PROFILE=test");
        let builder = builder.file(folder.path("{profile}.toml")).dotenv(folder.path(".env"));
        assert_eq!(builder.check().unwrap().name, "staging");
    });
}

#[test]
fn the_own_variable_of_a_dotenv_file_counts_before_the_common_one() {
    let name = "profile::the_own_variable_of_a_dotenv_file_counts_before_the_common_one";
    with_variables(name, &[("HOTSWAP_PROFILE", "production")], || {
        assert_eq!(profile("PRO_PROFILE=test"), "test");
        assert_eq!(profile("HOTSWAP_PROFILE=test"), "production");
        assert_eq!(profile("A=1"), "production");
    });
}

#[test]
fn the_last_dotenv_file_counts_and_one_that_waits_for_the_profile_does_not() {
    let folder = folder("PRO_PROFILE=test");
    folder.write("2.env", "PRO_PROFILE=production");
    folder.write("3.production.env", "PRO_PROFILE=staging");
    let files = App::hot_builder().file(folder.path("{profile}.toml")).dotenv(folder.path(".env"));
    let builder = files.dotenv(folder.path("2.env")).dotenv(folder.path("3.{profile}.env"));
    assert_eq!(builder.check().unwrap().name, "production");
}

#[test]
fn a_wrong_name_in_a_dotenv_file_is_refused_with_its_line() {
    for (name, message) in
        [("../secret", "is not the name"), ("prodution", "matches no file"), ("", "is not the name")]
    {
        let error = check(&folder(&format!("A=1\nPRO_PROFILE={name}"))).unwrap_err();
        assert!(error.has(IssueKind::Setup), "{error}");
        let text = error.to_string();
        assert!(text.contains(message) && text.contains(".env:2:1"), "{text}");
    }
}

#[test]
fn a_dotenv_file_that_does_not_parse_is_refused() {
    let error = check(&folder("PRO_PROFILE=production\nA B")).unwrap_err();
    assert!(error.has(IssueKind::Syntax), "{error}");
}

#[test]
#[cfg_attr(without = "nobody", ignore = "needs another user")]
fn a_file_that_the_system_hides_is_not_missing() {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt as _};
    without_privileges(|| {
        let folder = Folder::with("conf/production.toml", "name = 'x'");
        let set_mode = |path: &str, mode| {
            std::fs::set_permissions(folder.path(path), Permissions::from_mode(mode)).unwrap();
        };
        let errors = |kind: fn(hotswap::Builder<App>, std::path::PathBuf) -> hotswap::Builder<App>| {
            let builder = kind(App::hot_builder().profile("production"), folder.path("conf/{profile}.toml"));
            builder.check().unwrap_err().to_string()
        };
        for (path, mode) in [("conf", 0o000), ("conf/production.toml", 0o000)] {
            set_mode(path, mode);
            let found = [
                errors(|builder, path| builder.file(path)),
                errors(|builder, path| builder.optional_file(path)),
            ];
            set_mode(path, 0o700);
            for error in found {
                assert!(
                    !error.contains("matches no file") && error.contains("let the user that runs"),
                    "{path}: {error}"
                );
            }
        }
        set_mode("conf/production.toml", 0o600);
        std::fs::remove_file(folder.path("conf/production.toml")).unwrap();
        assert!(errors(|builder, path| builder.optional_file(path)).contains("matches no file"));
    });
}
