//! Tests with the real watcher: changes of a file.

use std::{
    fs::{self, File},
    io::Write,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

use super::Watcher;
use crate::watch::{
    fixture::{Fixture, plain},
    hint::Hint,
    resolved_path::Target,
};

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_write_begins_and_ends() {
    let mut fixture = Fixture::file("app.toml", plain);
    let path = fixture.path("app.toml");
    let mut file = File::options().write(true).open(&path).unwrap();
    file.write_all(b"po").unwrap();
    assert_eq!(fixture.hints(), [Hint::Writing(path.clone())]);
    drop(file);
    assert_eq!(fixture.hints(), [Hint::Settled(path)]);
}

#[test]
fn every_hint_has_come_when_a_flush_returns() {
    let mut fixture = Fixture::file("app.toml", plain);
    for _ in 0..300 {
        fixture.write("app.toml");
        assert_eq!(fixture.hints().last(), Some(&Hint::Settled(fixture.path("app.toml"))));
    }
}

#[test]
fn reading_gives_no_hint() {
    let mut fixture = Fixture::file("app.toml", plain);
    (0..500).for_each(|_| drop(fs::read(fixture.path("app.toml")).unwrap()));
    drop(fs::read_dir(fixture.dir.path()).unwrap());
    assert_eq!(fixture.hints(), []);
}

#[test]
fn other_files_give_no_hint() {
    let mut fixture = Fixture::file("app.toml", plain);
    for name in ["4913", ".app.toml.swp", "app.toml~", "other.toml"] {
        fixture.write(name);
        fs::remove_file(fixture.path(name)).unwrap();
    }
    assert_eq!(fixture.hints(), []);
}

#[test]
fn attributes_give_a_hint() {
    use std::os::unix::fs::PermissionsExt;
    let mut fixture = Fixture::file("app.toml", plain);
    fs::set_permissions(fixture.path("app.toml"), fs::Permissions::from_mode(0o000)).unwrap();
    assert_eq!(fixture.hints(), [Hint::Changed]);
}

#[test]
fn every_replacement_is_noticed() {
    let mut fixture = Fixture::file("app.toml", plain);
    for _ in 0..3 {
        fixture.replace("app.toml");
        fixture.noticed_and_alive("app.toml");
    }
}

#[test]
fn a_removal_does_not_wait_for_readers() {
    let mut fixture = Fixture::file("app.toml", plain);
    let _reader = File::open(fixture.path("app.toml")).unwrap();
    fs::remove_file(fixture.path("app.toml")).unwrap();
    assert!(fixture.hints().contains(&Hint::Settled(fixture.path("app.toml"))));
}

#[test]
fn a_directory_source_hears_of_its_files() {
    let mut fixture = Fixture::new(|_| {}, |path| Target::Dir { path, extensions: &["toml"] });
    fixture.write("ignored.txt");
    assert_eq!(fixture.hints(), []);
    fixture.write("10-new.toml");
    fixture.noticed_and_alive("10-new.toml");
    fs::remove_file(fixture.path("10-new.toml")).unwrap();
    assert_ne!(fixture.hints(), []);
}

#[test]
fn what_is_no_longer_a_target_gives_no_hint() {
    let mut fixture = Fixture::file("app.toml", plain);
    fixture.watcher.arm(&[]);
    fixture.write("app.toml");
    assert_eq!((fixture.hints(), fixture.watcher.health().watched), (vec![], 0));
}

#[test]
fn a_panic_in_the_forwarder_does_not_end_the_watch() {
    let dir = tempfile::tempdir().unwrap();
    let (sender, hints) = mpsc::channel();
    let fuse = AtomicBool::new(true);
    let mut watcher = Watcher::start(move |hint| {
        assert!(!fuse.swap(false, Ordering::Relaxed), "the first hint is not welcome");
        drop(sender.send(hint));
    });
    watcher.arm(&[Target::File(dir.path().join("app.toml"))]);
    plain(dir.path());
    plain(dir.path());
    assert!(hints.recv_timeout(PATIENCE).is_ok());
}

#[test]
fn nothing_is_forwarded_after_the_end() {
    let Fixture { dir, watcher, hints, .. } = Fixture::file("app.toml", plain);
    drop(watcher);
    plain(dir.path());
    assert_eq!(hints.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
}
