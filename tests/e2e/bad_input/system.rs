//! Errors of the system: its message, followed by suitable advice.

use std::{fs::File, os::unix::fs::symlink};

use hotswap::{Builder, HotConfig, IssueKind, Secret};
use serde::Deserialize;

use super::App;
use crate::support::{Folder, under};

#[derive(Debug, Deserialize, HotConfig)]
struct Hidden {
    #[hot(secret)]
    _password: Secret<String>,
}

#[track_caller]
fn says<T: HotConfig>(builder: Builder<T>, words: &str, advice: &str) {
    let error = builder.check().err().expect("refused");
    let issue = error.issues().next().unwrap();
    assert!(issue.message().contains(words), "{error}");
    assert!(issue.help().unwrap_or_default().contains(advice), "{error}");
    assert!(!error.to_string().contains("check the disk") || advice.contains("check the disk"), "{error}");
}

/// Uses up all file descriptors of the process.
fn all_descriptors() -> Vec<File> {
    (0..).map_while(|_| File::open("/dev/null").ok()).collect()
}

#[test]
fn too_many_open_files() {
    under(&["prlimit", "--nofile=100", "--"], || {
        let folder = Folder::with("app.toml", "number = 7");
        folder.write("conf.d/app.toml", "number = 7");
        folder.write(".env", "BAD_NUMBER=7");
        folder.write("password", "hunter2");
        folder.write("hidden.toml", &format!("_password = 'file:{}'", folder.path("password").display()));
        let config = App::hot_builder().file(folder.path("app.toml")).watch(false).load().unwrap();
        let held = all_descriptors();
        let words = "Too many open files";
        says(App::hot_builder().file(folder.path("app.toml")), words, "ulimit -n");
        says(App::hot_builder().optional_file(folder.path("app.toml")), words, "ulimit -n");
        says(
            App::hot_builder().dir(folder.path("conf.d")),
            "cannot list the directory: Too many",
            "ulimit -n",
        );
        says(App::hot_builder().dotenv(folder.path(".env")), words, "ulimit -n");
        says(Hidden::hot_builder().file(folder.path("hidden.toml")), words, "ulimit -n");
        let refused = config.reload().unwrap_err();
        assert!(refused.has(IssueKind::Unreadable) && refused.to_string().contains(words), "{refused}");
        drop(held);
        config.reload().unwrap();
        assert_eq!((config.number(), config.status().last_error), (7, None));
    });
}

#[test]
fn an_error_of_the_disk() {
    let folder = Folder::new();
    symlink("/proc/self/mem", folder.path("app.toml")).unwrap();
    says(App::hot_builder().file(folder.path("app.toml")), "Input/output error", "check the disk");
    says(App::hot_builder().dir(folder.root()), "Input/output error", "check the disk");
    says(App::hot_builder().dotenv(folder.path("app.toml")), "Input/output error", "check the disk");
}

#[test]
fn a_name_that_is_too_long_and_one_with_a_zero_byte() {
    let folder = Folder::new();
    let long = folder.path(&format!("{}.toml", "x".repeat(300)));
    says(App::hot_builder().file(&long), "File name too long", "shorten");
    says(App::hot_builder().optional_file(&long), "File name too long", "shorten");
    says(App::hot_builder().dir(folder.path(&"x".repeat(300))), "File name too long", "shorten");
    says(App::hot_builder().file(folder.path("a\0.toml")), "NUL byte", "correct the path");
}

#[test]
fn a_link_that_leads_back_to_itself() {
    let folder = Folder::new();
    symlink("app.toml", folder.path("app.toml")).unwrap();
    says(App::hot_builder().file(folder.path("app.toml")), "too many levels of symbolic links", "leads back");
    says(App::hot_builder().dir(folder.path("app.toml")), "too many levels of symbolic links", "leads back");
}
