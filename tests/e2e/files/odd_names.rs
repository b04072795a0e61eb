//! Names that are not valid text, or that would corrupt a report.

use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt};

use super::stage::{Stage, whole};
use crate::support::Folder;

#[track_caller]
fn works(name: &[u8]) {
    let name = OsStr::from_bytes(name);
    let folder = Folder::new();
    fs::write(folder.root().join(name), whole(1)).unwrap();
    let mut stage = Stage::on(folder, |builder, folder| builder.file(folder.root().join(name)));
    fs::write(stage.folder.root().join(name), whole(2)).unwrap();
    stage.publishes(2);
    fs::remove_file(stage.folder.root().join(name)).unwrap();
    stage.refuses("no file at");
    // A name cannot forge a line of the report.
    let error = stage.config.status().last_error.unwrap();
    assert!(!error.lines().any(|line| line.starts_with("forged")), "{error}");
    fs::write(stage.folder.root().join(name), whole(3)).unwrap();
    stage.publishes(3);
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| {
        fs::write(folder.path("next"), text).unwrap();
        fs::rename(folder.path("next"), folder.root().join(name)).unwrap();
    });
}

#[test]
fn row_41_name_that_is_not_utf8() {
    works(b"\xff\xfe.toml");
}

#[test]
fn row_41_name_with_a_newline() {
    works(b"app\nforged: line\x1b[31m.toml");
}

#[test]
fn row_41_name_of_255_bytes() {
    works(format!("{}.toml", "n".repeat(250)).as_bytes());
}

#[test]
fn row_41_name_with_blanks_and_quotes() {
    works(b" a 'b' \"c\" $d *.toml");
}
