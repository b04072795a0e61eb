//! Paths that do not lead to a readable file.

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    process::Command,
};

use hotswap::{HotConfig, IssueKind};

use super::{App, is_refused};
use crate::support::{Folder, without_privileges};

#[test]
fn missing_required_file_is_named_by_its_absolute_path() {
    let folder = Folder::new();
    let this = folder.path("app.toml").display().to_string();
    is_refused("app.toml", "number = 7", "no file at /", |folder| {
        let _ = fs::remove_file(folder.path("app.toml"));
    });
    let error = App::hot_builder().file(folder.path("app.toml")).load().unwrap_err();
    assert!(error.has(IssueKind::Unreadable) && error.to_string().contains(&this), "{error}");
    let error = App::hot_builder().file("no/such/file.toml").load().unwrap_err();
    let absolute = std::env::current_dir().unwrap().join("no/such/file.toml");
    assert!(error.to_string().contains(&absolute.display().to_string()), "{error}");
}

#[test]
#[cfg_attr(without = "nobody", ignore = "needs a user without privileges")]
fn unreadable_file() {
    without_privileges(|| {
        is_refused("app.toml", "number = 7", "permission denied", |folder| {
            folder.write("new", "number = 2");
            fs::set_permissions(folder.path("new"), Permissions::from_mode(0o000)).unwrap();
            fs::rename(folder.path("new"), folder.path("app.toml")).unwrap();
        });
    });
}

#[test]
fn directory_instead_of_a_file() {
    is_refused("app.toml", "number = 7", "expected a regular file, found a directory", |folder| {
        let _ = fs::remove_file(folder.path("app.toml"));
        fs::create_dir(folder.path("app.toml")).unwrap();
    });
}

#[test]
fn pipe_instead_of_a_file() {
    is_refused("app.toml", "number = 7", "expected a regular file, found a named pipe", |folder| {
        let _ = fs::remove_file(folder.path("app.toml"));
        assert!(Command::new("mkfifo").arg(folder.path("app.toml")).status().unwrap().success());
    });
}

#[test]
fn device_instead_of_a_file() {
    is_refused("app.toml", "number = 7", "expected a regular file, found a device", |folder| {
        let _ = fs::remove_file(folder.path("app.toml"));
        std::os::unix::fs::symlink("/dev/zero", folder.path("app.toml")).unwrap();
    });
}

#[test]
fn file_of_a_gibibyte() {
    is_refused("app.toml", "number = 7", "larger than the limit of 16777216 bytes", |folder| {
        File::create(folder.path("new")).unwrap().set_len(1 << 30).unwrap();
        fs::rename(folder.path("new"), folder.path("app.toml")).unwrap();
    });
}
