//! State files that another user could have written, and their content.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::Path,
};

use hotswap::{HotConfig, IssueKind, Secret};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{builder, start, state};
use crate::support::{Folder, without_privileges};

fn with_state() -> Folder {
    let folder = Folder::new();
    let config = start(&folder);
    config.set_max(500).unwrap();
    config.shutdown().unwrap();
    folder
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[track_caller]
fn is_refused(folder: &Folder, parts: &[&str]) {
    let error = builder(folder).load().expect_err("refused");
    let text = error.to_string();
    assert!(error.has(IssueKind::State), "{text}");
    for part in parts {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(builder(folder).trust_state_dir(true).load().unwrap().max(), 500);
}

#[test]
fn a_state_file_that_others_may_write_is_refused() {
    for name in ["overrides.json", "history.json", "lock"] {
        for mode in [0o660, 0o602, 0o666] {
            let folder = with_state();
            let path = state(&folder, name);
            set_mode(&path, mode);
            let owner = format!("user {}", fs::metadata(&path).unwrap().uid());
            let command = format!("chmod 600 {}", path.display());
            is_refused(&folder, &[&owner, &format!("mode {mode:04o}"), &command]);
            // The command repairs it, but trusting it does not.
            if name == "lock" {
                set_mode(&path, 0o600);
                assert_eq!(start(&folder).max(), 500);
            }
        }
    }
}

#[test]
fn every_file_that_is_not_trusted_is_named() {
    let folder = with_state();
    for name in ["overrides.json", "history.json", "lock"] {
        set_mode(&state(&folder, name), 0o666);
    }
    assert_eq!(builder(&folder).load().err().unwrap().issues().count(), 3);
}

#[test]
fn a_state_file_of_another_user_is_refused() {
    let folder = with_state();
    let path = state(&folder, "overrides.json");
    // Only root can give a file away.
    if chown(&path, Some(4321), None).is_err() {
        return;
    }
    is_refused(&folder, &["user 4321", "mode 0600", "chown 0 "]);
    // It was trusted, and so written again.
    chown(&path, Some(4321), None).unwrap();
    set_mode(&path, 0o666);
    is_refused(&folder, &["user 4321", "mode 0666", "chown 0 ", "&& chmod 600 "]);
    assert!(fs::read_dir(folder.path("state")).unwrap().count() >= 3, "nothing is set aside");
}

#[test]
fn a_file_that_others_may_only_read_is_trusted() {
    let folder = with_state();
    for name in ["overrides.json", "history.json", "lock"] {
        set_mode(&state(&folder, name), 0o644);
    }
    let config = start(&folder);
    assert_eq!((config.max(), config.status().warnings), (500, Vec::new()));
}

/// As Kubernetes mounts it each time with `fsGroup`.
#[test]
fn a_volume_that_is_shared_by_its_group_works_with_one_warning() {
    let folder = with_state();
    set_mode(&folder.path("state"), 0o2770);
    for name in ["overrides.json", "history.json", "lock"] {
        set_mode(&state(&folder, name), 0o660);
    }
    let config = start(&folder);
    let warnings = config.status().warnings;
    assert!(warnings.len() == 1 && warnings[0].contains("the file system decides"), "{warnings:?}");
    assert_eq!((config.max(), config.set_max(600).unwrap()), (500, 3));
    drop(config);
    assert_eq!(builder(&folder).trust_state_dir(true).load().unwrap().status().warnings, [""; 0]);
}

#[track_caller]
fn is_warned_of(folder: &Folder, parts: &[&str]) {
    let config = start(folder);
    let warnings = config.status().warnings;
    assert_eq!((config.max(), warnings.len()), (500, 1), "{warnings:?}");
    parts.iter().for_each(|part| assert!(warnings[0].contains(part), "{part}: {warnings:?}"));
    drop(config);
    let trusted = builder(folder).trust_state_dir(true).load().unwrap();
    assert_eq!(trusted.status().warnings, [""; 0]);
}

#[test]
fn a_directory_in_which_others_replace_files_is_a_warning() {
    for mode in [0o770, 0o757, 0o777, 0o722] {
        let folder = with_state();
        set_mode(&folder.path("state"), mode);
        let command = format!("chmod go-w {}", folder.path("state").display());
        is_warned_of(&folder, &[&format!("mode {mode:04o}"), &command, "may replace the state files"]);
    }
    for mode in [0o755, 0o1777, 0o1770, 0o700] {
        let folder = with_state();
        set_mode(&folder.path("state"), mode);
        assert_eq!(start(&folder).status().warnings, [""; 0], "{mode:o}");
    }
}

#[test]
fn a_directory_of_another_user_is_a_warning() {
    let folder = with_state();
    // Only root can give a directory away.
    if chown(folder.path("state"), Some(4321), None).is_err() {
        return;
    }
    is_warned_of(&folder, &["user 4321", "chown 0 ", "may replace the state files"]);
    set_mode(&folder.path("state"), 0o1755);
    is_warned_of(&folder, &["user 4321", "mode 1755"]);
}

#[test]
#[cfg_attr(without = "nobody", ignore = "needs another user")]
fn a_directory_without_room_for_a_probe_is_judged_by_the_user_of_the_process() {
    without_privileges(|| {
        let folder = with_state();
        set_mode(&state(&folder, "history.json"), 0o620);
        set_mode(&folder.path("state"), 0o500);
        let refused = builder(&folder).load().err().map(|error| error.to_string());
        set_mode(&folder.path("state"), 0o700);
        assert!(refused.unwrap().contains("mode 0620"));
    });
}

#[derive(Clone, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    max: u32,
    #[hot(secret, default = "of the sources")]
    password: Secret<String>,
    #[hot(default = "of the sources")]
    unmarked: Secret<String>,
}

fn app(folder: &Folder) -> AppHandle {
    App::hot_builder().watch(false).state_dir(folder.path("state")).load().unwrap()
}

fn fnv(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

/// Writes content into a state file that hotswap would not write.
fn forge(folder: &Folder, name: &str, edit: impl Fn(&mut Json)) {
    let path = state(folder, name);
    let text = fs::read_to_string(&path).unwrap();
    let mut content = serde_json::from_str(text.split_once('\n').unwrap().1).unwrap();
    edit(&mut content);
    let body = content.to_string();
    fs::write(path, format!("hotswap-state 1 {:032x}\n{body}\n", fnv(body.as_bytes()))).unwrap();
}

fn add_pin(field: &str) -> impl Fn(&mut Json) {
    let pin = json!({ "path": [field], "value": "t:forged", "by": "eve", "at": 0, "until": null });
    move |content| content["pins"].as_array_mut().unwrap().push(pin.clone())
}

fn app_with_state() -> Folder {
    let folder = Folder::new();
    let config = app(&folder);
    config.set_max(5).unwrap();
    config.shutdown().unwrap();
    folder
}

#[track_caller]
fn keeps_its_secrets(folder: &Folder, field: &str) {
    let config = app(folder);
    let secrets = (config.password().expose().clone(), config.unmarked().expose().clone());
    assert_eq!(secrets, ("of the sources".to_owned(), "of the sources".to_owned()));
    assert_eq!((config.max(), config.overrides().len()), (5, 1));
    let told = |lines: &[String]| {
        lines.iter().filter(|line| line.contains(&format!("{field}: the override is dropped"))).count()
    };
    let status = config.status();
    assert_eq!((told(&status.state.unwrap().found), told(&status.warnings)), (1, 1), "{:?}", status.warnings);
}

#[test]
fn an_override_of_a_secret_that_was_forged_is_dropped() {
    for field in ["password", "unmarked"] {
        let folder = app_with_state();
        forge(&folder, "overrides.json", add_pin(field));
        keeps_its_secrets(&folder, field);
    }
}

/// The history is used if there are no overrides.
#[test]
fn an_override_of_a_secret_in_the_history_is_dropped() {
    for field in ["password", "unmarked"] {
        let folder = app_with_state();
        fs::remove_file(state(&folder, "overrides.json")).unwrap();
        forge(&folder, "history.json", add_pin(field));
        keeps_its_secrets(&folder, field);
    }
}

/// It would remove the secret of the sources.
#[test]
fn an_override_of_a_secret_without_a_value_is_dropped() {
    for field in ["password", "unmarked"] {
        let folder = app_with_state();
        let pin = json!({ "path": [field], "by": "eve", "at": 0, "until": null });
        forge(&folder, "overrides.json", |content| content["pins"].as_array_mut().unwrap().push(pin.clone()));
        keeps_its_secrets(&folder, field);
    }
}

/// A part of a leaf that could contain a secret, but does not.
#[test]
fn an_override_beside_a_secret_comes_back_and_one_with_it_does_not() {
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
    struct Database {
        #[hot(default = "h")]
        host: String,
        #[hot(secret)]
        password: Option<Secret<String>>,
    }
    #[derive(Clone, Serialize, Deserialize, HotConfig)]
    struct Nested {
        #[hot(nested)]
        db: Option<Database>,
    }
    let folder = Folder::new();
    let load = || Nested::hot_builder().watch(false).state_dir(folder.path("state")).load().unwrap();
    load().shutdown().unwrap();
    let pin = json!({ "path": ["db"], "value": { "host": "t:mine" }, "by": null, "at": 0, "until": null });
    forge(&folder, "overrides.json", |content| content["pins"] = json!([pin]));
    let config = load();
    assert_eq!(config.db().as_ref().unwrap().host, "mine");
    config.shutdown().unwrap();
    forge(&folder, "overrides.json", |content| {
        content["pins"][0]["value"]["password"] = "t:forged".into();
    });
    let config = load();
    assert!(config.db().is_none());
    assert!(config.status().state.unwrap().found.join("").contains("db: the override is dropped"));
}

#[test]
fn no_way_leads_back_to_a_secret_that_was_forged() {
    let folder = app_with_state();
    let config = app(&folder);
    config.set_max(6).unwrap();
    config.shutdown().unwrap();
    let pin = json!({ "path": ["password"], "value": "t:forged", "by": "eve", "at": 0, "until": null });
    forge(&folder, "history.json", |content| {
        let old = json!([["password"], { "pin": pin, "edits": null }]);
        for version in content["versions"].as_array_mut().unwrap() {
            if let Some(pins) = version.pointer_mut("/back/pins") {
                pins.as_array_mut().unwrap().push(old.clone());
            }
        }
    });
    let config = app(&folder);
    assert_eq!(config.status().state.unwrap().found, [""; 0]);
    config.rollback(1).unwrap();
    assert_eq!((config.max(), config.password().expose().as_str()), (5, "of the sources"));
}

#[test]
fn a_version_near_the_last_one_is_dropped() {
    for version in [u64::MAX, u64::MAX - 1, u64::MAX - 1000, 1 << 63] {
        let folder = app_with_state();
        forge(&folder, "overrides.json", |content| content["version"] = version.into());
        let config = app(&folder);
        assert_eq!((config.max(), config.version()), (5, 2));
        let found = config.status().state.unwrap().found.join("\n");
        assert!(found.contains(&version.to_string()), "{found}");
        assert_eq!(config.set_max(6).unwrap(), 3);
    }
}

#[test]
fn a_history_that_ends_near_the_last_version_is_dropped() {
    let folder = app_with_state();
    forge(&folder, "history.json", |content| {
        let last = content["versions"].as_array_mut().unwrap().last_mut().unwrap();
        last["record"]["version"] = u64::MAX.into();
    });
    let config = app(&folder);
    assert_eq!((config.max(), config.overrides().len()), (5, 1));
    assert!(config.version() < 10 && config.status().warnings.len() == 1, "{:?}", config.status().warnings);
    config.set_max(6).unwrap();
}
