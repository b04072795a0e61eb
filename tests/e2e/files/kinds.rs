//! Paths that do not lead to a file, or to one without read permission.

use std::{
    fs::{self, Permissions},
    os::unix::{fs::PermissionsExt, net::UnixListener},
};

use hotswap::HotConfig;

use super::stage::{Config, Stage, shell, whole};
use crate::support::{Folder, without_privileges};

#[track_caller]
fn is_refused_at_start(script: &str, found: &str) {
    let folder = Folder::new();
    shell(folder.root(), script, &[]);
    let error = Config::hot_builder().file(folder.path("app.toml")).load().unwrap_err();
    assert_eq!(error.issues().len(), 1);
    assert!(error.to_string().contains(found), "{error}");
}

#[track_caller]
fn is_refused_while_running(script: &str, found: &str) {
    let mut stage = Stage::one_file();
    shell(stage.folder.root(), &format!("rm app.toml; {script}"), &[]);
    stage.refuses(found);
    shell(stage.folder.root(), "rm -r app.toml; printf '%s' \"$1\" > app.toml", &[&whole(2)]);
    stage.publishes(2);
    stage.publishes_nothing_more();
    stage.stays_alive();
}

#[test]
fn row_34_pipe() {
    is_refused_at_start("mkfifo app.toml", "found a named pipe");
    is_refused_while_running("mkfifo app.toml", "found a named pipe");
}

#[test]
fn row_34_directory() {
    is_refused_at_start("mkdir app.toml", "found a directory");
    is_refused_while_running("mkdir app.toml", "found a directory");
}

#[test]
fn row_34_device_without_end() {
    is_refused_at_start("ln -s /dev/zero app.toml", "found a device");
    is_refused_while_running("ln -s /dev/zero app.toml", "found a device");
}

#[test]
fn row_34_socket() {
    let mut stage = Stage::one_file();
    fs::remove_file(stage.path("app.toml")).unwrap();
    let socket = UnixListener::bind(stage.path("app.toml")).unwrap();
    stage.refuses("found a socket");
    drop(socket);
    stage.replace("app.toml", &whole(2));
    stage.publishes(2);
    stage.stays_alive();
}

#[test]
#[cfg_attr(without = "nobody", ignore = "needs a user without privileges")]
fn row_22_permission_taken_and_given_back() {
    without_privileges(|| {
        let mut stage = Stage::one_file();
        let path = stage.path("app.toml");
        fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
        stage.refuses("permission denied");
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        stage.write("app.toml", &whole(2));
        stage.publishes(2);
        stage.publishes_nothing_more();
        stage.stays_alive();
    });
}

#[test]
#[cfg_attr(without = "nobody", ignore = "needs a user without privileges")]
fn row_22_permission_given_back_is_enough() {
    without_privileges(|| {
        let mut stage = Stage::one_file();
        let path = stage.path("app.toml");
        let unseen = stage.path("new");
        fs::write(&unseen, whole(2)).unwrap();
        fs::set_permissions(&unseen, Permissions::from_mode(0o000)).unwrap();
        fs::rename(unseen, &path).unwrap();
        stage.refuses("permission denied");
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        stage.publishes(2);
        stage.publishes_nothing_more();
        stage.stays_alive();
    });
}

#[test]
#[cfg_attr(without = "nobody", ignore = "needs a user without privileges")]
fn row_22_directory_that_may_not_be_entered() {
    without_privileges(|| {
        let folder = Folder::with("config/app.toml", &whole(1));
        let mut stage = Stage::on(folder, |builder, folder| builder.file(folder.path("config/app.toml")));
        let dir = stage.path("config");
        fs::set_permissions(&dir, Permissions::from_mode(0o000)).unwrap();
        stage.refuses("permission denied");
        fs::set_permissions(&dir, Permissions::from_mode(0o755)).unwrap();
        stage.write("config/app.toml", &whole(2));
        stage.publishes(2);
        stage.publishes_nothing_more();
        stage.stays_alive_by(|folder, text| folder.write("config/app.toml", text));
    });
}
