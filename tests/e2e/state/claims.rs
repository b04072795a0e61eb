//! A state directory that is also a source: refused before anything is touched.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use hotswap::{Builder, HotConfig, IssueKind, LastGood, Secret};
use serde::Deserialize;

use super::{Limit, LimitHandle};
use crate::{
    files::stage::shell,
    support::{Folder, this_test, with_mounts, with_variables},
};

/// Every name in the folder with its content, or the target of a link.
fn listed(dir: &Path) -> Vec<(PathBuf, String)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match fs::read_link(&path) {
            Ok(goal) => all.push((path, goal.display().to_string())),
            Err(_) if path.is_dir() => {
                all.extend(listed(&path));
                all.push((path, "a directory".to_owned()));
            }
            Err(_) => all.push((path.clone(), fs::read_to_string(&path).unwrap())),
        }
    }
    all.sort();
    all
}

fn builder(folder: &Folder) -> Builder<Limit> {
    Limit::hot_builder().watch(false).state_dir(folder.path("conf"))
}

/// The load and the check are refused, and nothing is created, renamed or removed.
#[track_caller]
fn is_refused<T: HotConfig>(folder: &Folder, builder: impl Fn() -> Builder<T>) {
    let before = listed(folder.root());
    for error in [builder().load().err(), builder().check().err()] {
        let error = error.expect("refused");
        assert!(
            error.has(IssueKind::Setup) && error.to_string().contains("also written as state"),
            "{error}"
        );
    }
    // Even a start from the last good configuration needs the sources.
    assert!(builder().start_from_last_good(LastGood::OnFailure).load().is_err());
    assert_eq!(listed(folder.root()), before);
}

fn with_conf() -> Folder {
    Folder::with("conf/app.json", r#"{"max": 50}"#)
}

#[test]
fn a_directory_of_files_is_no_state_directory() {
    let folder = with_conf();
    is_refused(&folder, || builder(&folder).dir(folder.path("conf")));
    is_refused(&folder, || builder(&folder).dir(folder.path("conf/../conf/.")));
    folder.write("conf/overrides.json", r#"{"max": 60}"#);
    is_refused(&folder, || builder(&folder).dir(folder.path("conf")));
}

#[test]
fn a_link_to_the_directory_is_the_directory() {
    let folder = with_conf();
    symlink("conf", folder.path("alias")).unwrap();
    is_refused(&folder, || builder(&folder).dir(folder.path("alias")));
    is_refused(&folder, || {
        Limit::hot_builder().dir(folder.path("conf")).state_dir(folder.path("alias")).watch(false)
    });
    is_refused(&folder, || {
        let alias = folder.path("alias");
        Limit::hot_builder().optional_file(alias.join("history.json")).state_dir(folder.path("conf"))
    });
}

#[test]
fn a_source_that_is_a_state_file_is_refused_whether_or_not_it_exists() {
    let folder = Folder::new();
    for exists in [false, true] {
        for name in ["overrides.json", "history.json"] {
            is_refused(&folder, || builder(&folder).optional_file(folder.path("conf").join(name)));
            is_refused(&folder, || builder(&folder).file(folder.path("conf").join(name)));
        }
        is_refused(&folder, || builder(&folder).dotenv(folder.path("conf/lock")));
        is_refused(&folder, || {
            builder(&folder).profile("overrides").optional_file(folder.path("conf/{profile}.json"))
        });
        if !exists {
            folder.write("conf/overrides.json", r#"{"max": 50}"#);
            folder.write("conf/history.json", r#"{"max": 50}"#);
            folder.write("conf/lock", "A=1");
        }
    }
}

#[test]
fn a_file_is_no_state_directory() {
    let folder = Folder::new();
    is_refused(&folder, || {
        Limit::hot_builder().optional_file(folder.path("a.json")).state_dir(folder.path("a.json"))
    });
}

#[test]
fn a_link_to_a_state_file_is_a_state_file() {
    let folder = Folder::new();
    fs::create_dir(folder.path("d")).unwrap();
    symlink("../conf/overrides.json", folder.path("d/app.json")).unwrap();
    symlink("d/app.json", folder.path("app.json")).unwrap();
    is_refused(&folder, || builder(&folder).optional_file(folder.path("app.json")));
    is_refused(&folder, || builder(&folder).dir(folder.path("d")));
    folder.write("conf/overrides.json", r#"{"max": 50}"#);
    is_refused(&folder, || builder(&folder).file(folder.path("app.json")));
    is_refused(&folder, || builder(&folder).dir(folder.path("d")));
}

#[test]
fn a_state_file_that_leads_to_a_source_is_refused() {
    let folder = with_conf();
    folder.write("app.json", r#"{"max": 50}"#);
    symlink("../app.json", folder.path("conf/history.json")).unwrap();
    is_refused(&folder, || builder(&folder).file(folder.path("app.json")));
    fs::remove_file(folder.path("conf/history.json")).unwrap();
    fs::hard_link(folder.path("app.json"), folder.path("conf/overrides.json")).unwrap();
    is_refused(&folder, || builder(&folder).file(folder.path("app.json")));
}

#[test]
#[cfg_attr(without = "mounts", ignore = "needs a mount namespace")]
fn a_mount_of_the_directory_is_the_directory() {
    with_mounts(|| {
        let folder = with_conf();
        shell(folder.root(), "mkdir mounted; mount --bind conf mounted", &[]);
        is_refused(&folder, || builder(&folder).dir(folder.path("mounted")));
        is_refused(&folder, || builder(&folder).optional_file(folder.path("mounted/overrides.json")));
        shell(folder.root(), "umount mounted", &[]);
    });
}

#[test]
fn relative_paths_are_compared_by_where_they_lead() {
    with_variables(&this_test(), &[], || {
        let folder = with_conf();
        std::env::set_current_dir(folder.root()).unwrap();
        is_refused(&folder, || Limit::hot_builder().dir(folder.path("conf")).state_dir("conf"));
        is_refused(&folder, || Limit::hot_builder().dir("conf").state_dir("conf"));
        is_refused(&folder, || Limit::hot_builder().file("conf/overrides.json").state_dir("conf"));
        is_refused(&folder, || Limit::hot_builder().dir(".").state_dir(folder.root()));
    });
}

#[derive(Debug, Deserialize, HotConfig)]
struct Marked {
    #[hot(secret = "file:conf/lock")]
    _password: Secret<String>,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Named {
    #[hot(secret)]
    _password: Option<Secret<String>>,
}

#[test]
fn the_file_of_a_secret_is_no_state_file() {
    with_variables(&this_test(), &[("NAMED_PASSWORD", "file:conf/history.json")], || {
        let folder = with_conf();
        std::env::set_current_dir(folder.root()).unwrap();
        folder.write("conf/lock", "hunter2");
        folder.write("conf/history.json", "hunter2");
        is_refused(&folder, || Marked::hot_builder().state_dir("conf"));
        is_refused(&folder, || Named::hot_builder().env("NAMED").state_dir("conf"));
        folder.write("app.toml", "_password = 'file:conf/../conf/lock'");
        is_refused(&folder, || Named::hot_builder().file("app.toml").state_dir("conf"));
    });
}

#[test]
fn a_reload_does_not_read_a_state_file_as_a_secret() {
    let folder = Folder::new();
    folder.write("password", "hunter2");
    folder.write("app.toml", "token = 'file:${HERE}/password'");
    folder.write(".env", &format!("HERE={}", folder.root().display()));
    let builder = || Resolved::hot_builder().dotenv(folder.path(".env")).file(folder.path("app.toml"));
    let config = builder().watch(false).state_dir(folder.path("conf")).load().unwrap();
    config.flush_state().unwrap();
    symlink(folder.path("conf"), folder.path("link")).unwrap();
    for text in [
        "token = 'file:${HERE}/conf/history.json'",
        "token = 'file:${HERE}/conf/overrides.json#v'",
        "token = 'file:${HERE}/link/lock'",
        "token = 'file:${HERE}/conf/../conf/lock'",
        "logins = [{ user = 'a', password = 'file:${HERE}/conf/history.json' }]",
        "tokens = ['file:${HERE}/conf/history.json']",
        "inner.token = 'file:${HERE}/conf'",
    ] {
        folder.write("app.toml", text);
        let error = config.reload().unwrap_err().to_string();
        assert!(error.contains("is also written as state: each would destroy the other"), "{text}: {error}");
        assert!(error.contains("give `state_dir` a directory that nothing else uses"), "{text}: {error}");
    }
    folder.write("app.toml", "token = 'file:${HERE}/password'");
    config.reload().unwrap();
    drop(config);
    builder().watch(false).state_dir(folder.path("conf")).load().unwrap();
}

#[test]
fn a_file_of_a_secret_that_becomes_a_state_file_is_not_read_again() {
    let folder = Folder::new();
    folder.write("password", "hunter2");
    symlink("password", folder.path("secret")).unwrap();
    folder.write("app.toml", &format!("token = 'file:{}'", folder.path("secret").display()));
    let builder = Resolved::hot_builder().file(folder.path("app.toml")).state_dir(folder.path("conf"));
    let config = builder.watch(false).load().unwrap();
    config.flush_state().unwrap();
    fs::remove_file(folder.path("secret")).unwrap();
    symlink("conf/history.json", folder.path("secret")).unwrap();
    let error = config.reload().unwrap_err().to_string();
    assert!(error.contains("is also written as state: each would destroy the other"), "{error}");
    assert_eq!(config._token().as_ref().unwrap().expose(), "hunter2");
}

#[derive(Debug, Deserialize, HotConfig)]
struct Resolved {
    #[hot(secret)]
    #[serde(rename = "token")]
    _token: Option<Secret<String>>,
    /// Secrets that are found only by their type.
    #[serde(default, rename = "logins")]
    _logins: Vec<Login>,
    #[serde(default, rename = "tokens")]
    _tokens: Vec<Secret<String>>,
    #[hot(nested)]
    #[serde(rename = "inner")]
    _inner: Option<ResolvedInner>,
}

#[derive(Debug, Deserialize, HotConfig)]
struct ResolvedInner {
    #[hot(secret)]
    #[serde(rename = "token")]
    _token: Option<Secret<String>>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Login {
    #[serde(rename = "user")]
    _user: String,
    #[serde(rename = "password")]
    _password: Secret<String>,
}

/// Other files with the names of state files.
fn fill(folder: &Folder) {
    for name in ["lock", "history.json", "overrides.json"] {
        folder.write(&format!("conf/{name}"), "hunter2");
    }
}

/// References that are complete only after expansion of variables, or that are in the text of a
/// variable.
#[test]
fn the_file_of_a_secret_is_found_once_variables_are_put_in() {
    let logins = r#"[{"user":"a","password":"file:conf/overrides.json"}]"#;
    let variables = [("CL_D", "conf"), ("CL_R", "file:conf/history.json"), ("CL_LOGINS_TEXT", logins)];
    with_variables(&this_test(), &variables, || {
        let folder = with_conf();
        std::env::set_current_dir(folder.root()).unwrap();
        fill(&folder);
        folder.write("app.env", "CL_TOKEN=file:conf/lock");
        for text in [
            "token = 'file:${CL_D}/history.json'",
            "token = '${CL_R}'",
            "token = '${NOPE:file:conf/lock}'",
            "token = 'file:${CL_D}/../conf/lock'",
            "token = 'age:${CL_D}/lock'",
            "token = 'env:CL_R'",
            "tokens = ['x', '${CL_R}']",
            "logins = '${CL_LOGINS_TEXT}'",
            "logins = [{ user = 'a', password = 'file:${CL_D}/lock' }]",
            "inner.token = '${CL_R}'",
            // Other problems must not hide it.
            "tokens = ['${NOPE}']\ntoken = '${CL_R}'",
            "logins = [{ user = 1 }]\ntoken = '${CL_R}'",
        ] {
            folder.write("app.toml", text);
            is_refused(&folder, || Resolved::hot_builder().file("app.toml").state_dir("conf"));
        }
        is_refused(&folder, || Resolved::hot_builder().env("CL").dotenv("app.env").state_dir("conf"));
    });
}

#[test]
fn the_file_of_a_secret_is_found_in_the_text_of_a_variable() {
    let variables = [
        ("CLA_LOGINS", r#"[{"user":"a","password":"file:conf/overrides.json"}]"#),
        ("CLB_TOKENS", r#"["x", "file:conf/history.json"]"#),
        ("CLC_TOKENS", "x,file:conf/lock"),
        ("CLD_INNER_TOKEN", "file:conf/lock"),
    ];
    with_variables(&this_test(), &variables, || {
        let folder = with_conf();
        std::env::set_current_dir(folder.root()).unwrap();
        fill(&folder);
        for (name, _) in variables {
            let prefix = name.split('_').next().unwrap();
            is_refused(&folder, || Resolved::hot_builder().env(prefix).state_dir("conf"));
        }
    });
}

#[test]
fn a_file_of_keys_is_no_state_file() {
    use hotswap::secrets::age::Age;
    let folder = with_conf();
    folder.write("conf/lock", "AGE-SECRET-KEY-1");
    is_refused(&folder, || {
        builder(&folder).secrets("age", Age::new().identity_file(folder.path("conf/lock")))
    });
}

#[test]
fn a_source_beside_the_state_files_is_none_of_them() {
    let folder = with_conf();
    fs::create_dir(folder.path("conf/state")).unwrap();
    folder.write("conf/state/mine.json", r#"{"burst": 5}"#);
    let load = || -> LimitHandle {
        let builder = Limit::hot_builder().dir(folder.path("conf")).file(folder.path("conf/state/mine.json"));
        builder.watch(false).state_dir(folder.path("conf/state")).load().unwrap()
    };
    for round in 0..3 {
        let config = load();
        assert_eq!(config.burst(), 5);
        assert_eq!(config.max(), if round == 0 { 50 } else { 500 });
        config.set_max(500).unwrap();
    }
    assert_eq!(fs::read_to_string(folder.path("conf/state/mine.json")).unwrap(), r#"{"burst": 5}"#);
}

#[test]
fn a_save_spares_the_state_files() {
    let folder = Folder::new();
    let config = super::start(&folder);
    config.set_max(500).unwrap();
    config.flush_state().unwrap();
    symlink("state/history.json", folder.path("all.json")).unwrap();
    let before = listed(folder.root());
    for path in ["state/overrides.json", "state/history.json", "state/../state/overrides.json", "all.json"] {
        for error in [config.save(folder.path(path)), config.save_overrides(folder.path(path))] {
            let error = error.unwrap_err();
            assert!(error.has(IssueKind::Write) && error.to_string().contains("state directory"), "{error}");
        }
    }
    assert_eq!(listed(folder.root()), before);
    config.save(folder.path("state/mine.json")).unwrap();
}
