//! `file:` reads a text from a separate file.

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use hotswap::{HotConfig, Secret, secrets::File};
use serde::Deserialize;

use crate::{
    files::stage::publish_config_map,
    support::{Folder, eventually},
};

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    token: Secret<String>,
}

/// A folder with a secret, and a configuration that refers to it.
fn folder(secret: &str) -> Folder {
    let folder = Folder::with("token", secret);
    folder.write("app.toml", &format!("token = 'file:{}'", folder.path("token").display()));
    folder
}

#[track_caller]
fn refused(folder: &Folder, provider: File) -> String {
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("file", provider);
    builder.check().unwrap_err().to_string()
}

#[test]
fn one_line_end_is_left_out() {
    for (written, read) in
        [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a ", " a "), ("a\nb\n", "a\nb")]
    {
        let folder = folder(written);
        let app = App::hot_builder().file(folder.path("app.toml")).check().unwrap();
        assert_eq!(app.token.expose(), read, "{written:?}");
    }
}

#[derive(Debug, Deserialize, HotConfig)]
struct Keys {
    token: Secret<Vec<u8>>,
}

/// A text is what it is in a secret of text, as bytes.
#[test]
fn bytes_are_read_as_they_are_and_a_text_as_its_bytes() {
    for (written, read) in [
        (&b"\x00\xff\n"[..], &b"\x00\xff\n"[..]),
        (b"hunter2\n", b"hunter2"),
        (b"1,2", b"1,2"),
        (b"[1, 2]", b"[1, 2]"),
    ] {
        let folder = folder("");
        fs::write(folder.path("token"), written).unwrap();
        let keys = Keys::hot_builder().file(folder.path("app.toml")).check().unwrap();
        assert_eq!(keys.token.expose(), read, "{written:?}");
    }
}

#[test]
fn bytes_have_no_keys() {
    let folder = folder("");
    fs::write(folder.path("token"), b"hunter\xff").unwrap();
    folder.write("app.toml", &format!("token = 'file:{}#key'", folder.path("token").display()));
    let report = Keys::hot_builder().file(folder.path("app.toml")).check().unwrap_err().to_string();
    assert!(report.contains("it is bytes and no JSON, so it has no key `key`"), "{report}");
    assert!(!report.contains("hunter"), "{report}");
}

#[test]
fn bytes_that_change_are_a_new_version() {
    let folder = folder("");
    fs::write(folder.path("token"), [1, 255]).unwrap();
    let keys = Keys::hot_builder().file(folder.path("app.toml")).load().unwrap();
    fs::write(folder.path("token"), [2, 255]).unwrap();
    eventually("the new bytes", || keys.token().expose() == &[2, 255]);
    assert_eq!(keys.version(), 2);
}

#[test]
fn a_key_picks_a_part_of_json() {
    let folder = folder(r#"{"db": {"password": "hunter2"}}"#);
    folder.write("app.toml", &format!("token = 'file:{}#db.password'", folder.path("token").display()));
    let app = App::hot_builder().file(folder.path("app.toml")).check().unwrap();
    assert_eq!(app.token.expose(), "hunter2");
}

#[test]
fn a_file_that_is_not_there_or_no_secret_is_told() {
    let folder = folder("x");
    fs::remove_file(folder.path("token")).unwrap();
    assert!(refused(&folder, File::new()).contains("no file at "));
    let told = [(&b"hunter\xff"[..], "keep them in a `Secret<Vec<u8>>`"), (b"\n", "the file is empty")];
    for (bytes, told) in told {
        fs::write(folder.path("token"), bytes).unwrap();
        let report = refused(&folder, File::new());
        assert!(report.contains(told) && !report.contains("hunter"), "{report}");
    }
    fs::remove_file(folder.path("token")).unwrap();
    fs::create_dir(folder.path("token")).unwrap();
    assert!(refused(&folder, File::new()).contains("expected a regular file, found a directory"));
}

#[test]
fn permissions_are_looked_at() {
    let folder = folder("hunter2");
    let set = |mode| fs::set_permissions(folder.path("token"), fs::Permissions::from_mode(mode)).unwrap();
    set(0o646);
    assert!(
        refused(&folder, File::new())
            .contains("everybody may write it: its mode is 0646; take the permissions 0002 away")
    );
    set(0o640);
    let told = refused(&folder, File::new().private());
    assert!(
        told.contains("others than its owner may use it: its mode is 0640; take the permissions 0040 away"),
        "{told}"
    );
    App::hot_builder().file(folder.path("app.toml")).check().unwrap();
    set(0o600);
    App::hot_builder().file(folder.path("app.toml")).secrets("file", File::new().private()).check().unwrap();
}

/// Only an event of the system reveals a change.
fn watched(folder: &Folder) -> AppHandle {
    let builder = App::hot_builder().file(folder.path("app.toml")).secret_refresh(Duration::from_secs(3600));
    builder.load().unwrap()
}

#[track_caller]
fn becomes(app: &AppHandle, token: &str) {
    eventually(token, || app.token().expose() == token);
}

#[test]
fn a_new_content_is_noticed_however_it_is_written() {
    let folder = folder("one\n");
    let app = watched(&folder);
    folder.replace("token", "two\n");
    becomes(&app, "two");
    folder.write("token", "three\n");
    becomes(&app, "three");
    fs::remove_file(folder.path("token")).unwrap();
    eventually("it is missed", || app.status().secrets[0].message.is_some());
    assert_eq!(app.token().expose(), "three");
    folder.write("token", "four\n");
    becomes(&app, "four");
}

#[test]
fn a_mounted_secret_of_kubernetes_is_swapped() {
    let folder = Folder::new();
    fs::create_dir(folder.path("mount")).unwrap();
    let publish = |turn, token: &str| publish_config_map(&folder.path("mount"), turn, &[("token", token)]);
    publish(1, "one");
    folder.write("app.toml", &format!("token = 'file:{}'", folder.path("mount/token").display()));
    let app = watched(&folder);
    for (turn, token) in [(2, "two"), (3, "three"), (4, "four")] {
        publish(turn, token);
        becomes(&app, token);
    }
}
