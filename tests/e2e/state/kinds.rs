//! Other kinds of files in place of a state file, which are handled like for configuration files.

use std::{
    fs::{self, File},
    os::unix::{fs::symlink, net::UnixListener},
    process::Command,
};

use super::{builder, start, state};
use crate::support::{Folder, under};

const NAMES: [&str; 3] = ["overrides.json", "history.json", "lock"];

/// A state directory with something else instead of one file.
fn replaced(name: &str, make: impl FnOnce(&Folder, &std::path::Path)) -> Folder {
    let folder = Folder::with("app.toml", "max = 50");
    drop(start(&folder));
    let path = state(&folder, name);
    fs::remove_file(&path).unwrap();
    make(&folder, &path);
    folder
}

/// It starts, reports the file, and leaves it unchanged.
#[track_caller]
fn starts_and_tells(folder: &Folder, name: &str, what: &str) {
    let before = fs::symlink_metadata(state(folder, name)).unwrap().file_type();
    let config = start(folder);
    assert_eq!((config.max(), config.set_burst(4).is_ok(), config.burst()), (50, true, 4));
    let status = config.status().state.unwrap();
    let told = format!("{} {}", status.found.join(" "), status.problem.unwrap());
    assert!(told.contains(what), "{name}: {told}");
    assert!(config.flush_state().is_err());
    drop(config);
    assert_eq!(fs::symlink_metadata(state(folder, name)).unwrap().file_type(), before);
}

fn mkfifo(path: &std::path::Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_pipe_is_not_waited_for() {
    for name in NAMES {
        let folder = replaced(name, |_, path| mkfifo(path));
        starts_and_tells(&folder, name, "a named pipe");
    }
}

#[test]
fn a_socket_a_directory_and_a_device_are_not_read() {
    for name in NAMES {
        let folder = replaced(name, |_, path| fs::create_dir(path).unwrap());
        starts_and_tells(&folder, name, "a directory");
        let folder = replaced(name, |_, path| drop(UnixListener::bind(path).unwrap()));
        starts_and_tells(&folder, name, "a socket");
    }
    for name in ["overrides.json", "history.json"] {
        let folder = replaced(name, |_, path| symlink("/dev/zero", path).unwrap());
        starts_and_tells(&folder, name, "a device");
        let folder = replaced(name, |folder, path| {
            mkfifo(&folder.path("pipe"));
            symlink("../pipe", path).unwrap();
        });
        starts_and_tells(&folder, name, "a named pipe");
    }
}

#[test]
fn a_lock_that_is_a_link_creates_nothing_elsewhere() {
    let folder = replaced("lock", |_, path| symlink("../elsewhere", path).unwrap());
    starts_and_tells(&folder, "lock", "a symlink");
    assert!(!folder.path("elsewhere").exists());
}

/// With less memory than the size of the file, so that reading it would end the process.
#[test]
fn three_gigabytes_are_not_read() {
    under(&["prlimit", "--as=900000000", "--"], || {
        for name in ["overrides.json", "history.json"] {
            let folder = replaced(name, |_, path| File::create(path).unwrap().set_len(3 << 30).unwrap());
            starts_and_tells(&folder, name, "larger than the limit");
            assert_eq!(fs::metadata(state(&folder, name)).unwrap().len(), 3 << 30);
        }
        // It is never read, whatever its content.
        let folder = replaced("lock", |_, path| File::create(path).unwrap().set_len(3 << 30).unwrap());
        assert_eq!(start(&folder).status().state.unwrap().problem, None);
    });
}

#[test]
fn a_file_that_may_not_be_read_has_the_words_of_the_system() {
    // A link to itself, which not even root can read.
    let folder = replaced("history.json", |_, path| symlink("history.json", path).unwrap());
    let config = builder(&folder).load().unwrap();
    let found = config.status().state.unwrap().found.join(" ");
    assert!(found.contains("too many levels of symbolic links"), "{found}");
}
