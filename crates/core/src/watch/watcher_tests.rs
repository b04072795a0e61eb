//! Against the real thing: what happens to a file.

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
    chain::Target,
    hint::Hint,
    scene::{Scene, plain},
};

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_write_begins_and_ends() {
    let mut scene = Scene::file("app.toml", plain);
    let path = scene.at("app.toml");
    let mut file = File::options().write(true).open(&path).unwrap();
    file.write_all(b"po").unwrap();
    assert_eq!(scene.hints(), [Hint::Writing(path.clone())]);
    drop(file);
    assert_eq!(scene.hints(), [Hint::Settled(path)]);
}

#[test]
fn every_hint_has_come_when_a_flush_returns() {
    let mut scene = Scene::file("app.toml", plain);
    for _ in 0..300 {
        scene.write("app.toml");
        assert_eq!(scene.hints().last(), Some(&Hint::Settled(scene.at("app.toml"))));
    }
}

#[test]
fn reading_gives_no_hint() {
    let mut scene = Scene::file("app.toml", plain);
    (0..500).for_each(|_| drop(fs::read(scene.at("app.toml")).unwrap()));
    drop(fs::read_dir(scene.dir.path()).unwrap());
    assert_eq!(scene.hints(), []);
}

#[test]
fn other_files_give_no_hint() {
    let mut scene = Scene::file("app.toml", plain);
    for name in ["4913", ".app.toml.swp", "app.toml~", "other.toml"] {
        scene.write(name);
        fs::remove_file(scene.at(name)).unwrap();
    }
    assert_eq!(scene.hints(), []);
}

#[test]
fn attributes_give_a_hint() {
    use std::os::unix::fs::PermissionsExt;
    let mut scene = Scene::file("app.toml", plain);
    fs::set_permissions(scene.at("app.toml"), fs::Permissions::from_mode(0o000)).unwrap();
    assert_eq!(scene.hints(), [Hint::Changed]);
}

#[test]
fn every_replacement_is_noticed() {
    let mut scene = Scene::file("app.toml", plain);
    for _ in 0..3 {
        scene.replace("app.toml");
        scene.noticed_and_alive("app.toml");
    }
}

#[test]
fn a_removal_does_not_wait_for_readers() {
    let mut scene = Scene::file("app.toml", plain);
    let _reader = File::open(scene.at("app.toml")).unwrap();
    fs::remove_file(scene.at("app.toml")).unwrap();
    assert!(scene.hints().contains(&Hint::Settled(scene.at("app.toml"))));
}

#[test]
fn a_directory_source_hears_of_its_files() {
    let mut scene = Scene::of(|_| {}, |path| Target::Dir { path, extensions: &["toml"] });
    scene.write("ignored.txt");
    assert_eq!(scene.hints(), []);
    scene.write("10-new.toml");
    scene.noticed_and_alive("10-new.toml");
    fs::remove_file(scene.at("10-new.toml")).unwrap();
    assert_ne!(scene.hints(), []);
}

#[test]
fn what_is_no_longer_a_target_gives_no_hint() {
    let mut scene = Scene::file("app.toml", plain);
    scene.watcher.arm(&[]);
    scene.write("app.toml");
    assert_eq!((scene.hints(), scene.watcher.health().watched), (vec![], 0));
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
    let Scene { dir, watcher, hints, .. } = Scene::file("app.toml", plain);
    drop(watcher);
    plain(dir.path());
    assert_eq!(hints.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
}
