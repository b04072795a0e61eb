//! Links that get other targets, and directories that appear and disappear.

use std::{
    fs,
    os::unix::fs::symlink,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use crate::watch::{
    fixture::{Fixture, plain},
    health::WatcherMode,
    resolved_path::Target,
};

#[test]
fn every_swap_of_a_config_map_is_noticed() {
    let mut fixture = Fixture::file("app.toml", |mount| {
        swap(mount, 0);
        symlink("..data/app.toml", mount.join("app.toml")).unwrap();
    });
    for generation in 1..4 {
        swap(fixture.dir.path(), generation);
        fixture.noticed_and_alive(&format!("..{generation}/app.toml"));
    }
}

fn swap(mount: &Path, generation: usize) {
    let (new, old) = (format!("..{generation}"), fs::read_link(mount.join("..data")));
    fs::create_dir(mount.join(&new)).unwrap();
    fs::write(mount.join(&new).join("app.toml"), generation.to_string()).unwrap();
    symlink(&new, mount.join("..data_tmp")).unwrap();
    fs::rename(mount.join("..data_tmp"), mount.join("..data")).unwrap();
    let _ = old.map(|old| fs::remove_dir_all(mount.join(old)));
}

#[test]
fn a_link_in_the_middle_is_watched() {
    let mut fixture = Fixture::file("current/app.toml", |dir| {
        for release in ["1", "2"] {
            fs::create_dir(dir.join(release)).unwrap();
            plain(&dir.join(release));
        }
        symlink("1", dir.join("current")).unwrap();
    });
    symlink("2", fixture.path("next")).unwrap();
    fs::rename(fixture.path("next"), fixture.path("current")).unwrap();
    fixture.noticed_and_alive("2/app.toml");
}

#[test]
fn missing_parents_are_descended_into() {
    let mut fixture = Fixture::file("a/b/app.toml", |_| {});
    assert_eq!(fixture.watcher.health().mode, WatcherMode::Events);
    for dir in ["a", "a/b"] {
        fs::create_dir(fixture.path(dir)).unwrap();
        assert_ne!(fixture.hints(), []);
        fixture.arm();
    }
    fixture.write("a/b/app.toml");
    fixture.noticed_and_alive("a/b/app.toml");
}

#[test]
fn the_goal_of_a_dangling_link_is_watched() {
    let mut fixture = Fixture::file("app.toml", |dir| {
        fs::create_dir(dir.join("far")).unwrap();
        symlink("far/real.toml", dir.join("app.toml")).unwrap();
    });
    fixture.write("far/real.toml");
    fixture.noticed_and_alive("far/real.toml");
}

fn nested(dir: &Path) {
    fs::create_dir_all(dir.join("a/b")).unwrap();
    plain(&dir.join("a/b"));
}

#[test]
fn a_parent_that_is_removed_and_made_again_is_watched_again() {
    let mut fixture = Fixture::file("a/b/app.toml", nested);
    for _ in 0..3 {
        fs::remove_dir_all(fixture.path("a")).unwrap();
        nested(fixture.dir.path());
        fixture.noticed_and_alive("a/b/app.toml");
    }
}

#[test]
fn a_parent_that_was_away_and_came_back_is_watched_again() {
    let mut fixture = Fixture::file("a/b/app.toml", nested);
    fs::rename(fixture.path("a"), fixture.path("away")).unwrap();
    fs::rename(fixture.path("away"), fixture.path("a")).unwrap();
    fixture.noticed_and_alive("a/b/app.toml");
}

#[test]
fn a_directory_that_moved_is_not_listened_to() {
    let mut fixture = Fixture::file("a/b/app.toml", nested);
    fs::rename(fixture.path("a"), fixture.path("away")).unwrap();
    nested(fixture.dir.path());
    fixture.noticed_and_alive("a/b/app.toml");
    fixture.write("away/b/app.toml");
    assert_eq!(fixture.hints(), []);
}

#[test]
fn a_directory_that_moved_below_a_link_is_watched_under_its_new_name() {
    let mut fixture = Fixture::file("current/app.toml", |dir| {
        fs::create_dir(dir.join("1")).unwrap();
        plain(&dir.join("1"));
        symlink("1", dir.join("current")).unwrap();
    });
    fs::rename(fixture.path("1"), fixture.path("2")).unwrap();
    fs::remove_file(fixture.path("current")).unwrap();
    symlink("2", fixture.path("current")).unwrap();
    fixture.noticed_and_alive("2/app.toml");
}

#[test]
fn directories_that_never_hold_still_are_watched_in_the_end() {
    let mut fixture = Fixture::file("a/b/app.toml", nested);
    let (dir, done) = (fixture.dir.path().to_owned(), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 0..200 {
                fs::rename(dir.join("a"), dir.join(turn.to_string())).unwrap();
                nested(&dir);
            }
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            fixture.arm();
        }
    });
    fixture.noticed_and_alive("a/b/app.toml");
    // No trace of the many temporary directories is left.
    let above = fixture.dir.path().ancestors().count();
    assert_eq!(fixture.watcher.health().watched, above + 2);
}

/// notify knows only one name of an inode, the last one under which it was watched.
#[test]
#[ignore = "mounts: run as root in `unshare --mount`"]
fn a_directory_with_two_names_is_heard_for_both() {
    let mut fixture = Fixture::file("a/b/app.toml", |dir| {
        nested(dir);
        fs::create_dir_all(dir.join("x/b")).unwrap();
        mount(&dir.join("a"), &dir.join("x"));
    });
    fixture.targets.push(Target::File(fixture.path("x/b/other.toml")));
    fixture.arm();
    for name in ["a/b/app.toml", "x/b/other.toml"] {
        fixture.write(name);
        assert_ne!(fixture.hints(), [], "{name} is not heard");
    }
    // A mount causes no event, so the next poll has to find it.
    fs::create_dir_all(fixture.path("y/b")).unwrap();
    mount(&fixture.path("y"), &fixture.path("x"));
    fixture.hints();
    fixture.arm();
    fixture.write("x/b/other.toml");
    assert_ne!(fixture.hints(), [], "the mounted directory is not heard");
}

fn mount(from: &Path, to: &Path) {
    let mut command = std::process::Command::new("mount");
    assert!(command.arg("--bind").args([from, to]).status().unwrap().success());
}
