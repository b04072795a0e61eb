//! A temporary disk failure: its start and its end are reported, and nothing in between.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{LimitHandle, builder};
use crate::{
    files::stage::shell,
    support::{Folder, eventually, this_test, with_mounts, with_variables, without_privileges},
};

static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{}: {}", record.level(), record.args());
        LOG.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    fn flush(&self) {}
}

/// The log records about the state directory.
fn logged() -> Vec<String> {
    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    log.iter().filter(|line| line.contains("written") || line.contains("saved")).cloned().collect()
}

/// Waits for this many attempts to create a file there, each of which is observable.
fn attempts(dir: &Path, number: usize) {
    let time = || fs::metadata(dir).map(|dir| (dir.mtime(), dir.mtime_nsec())).unwrap();
    for _ in 0..number {
        let before = time();
        eventually("another attempt", || time() != before);
    }
}

/// One warning while `begin` is in effect; one message after `end`.
fn fails_for_a_while(
    folder: &Folder,
    words: &str,
    begin: impl FnOnce(&Path),
    wait: impl FnOnce(&LimitHandle, &Path),
    end: impl FnOnce(&Path),
) {
    log::set_logger(&Logger).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let dir = folder.path("small/state");
    let config = builder(folder).state_dir(&dir).load().unwrap();
    config.flush_state().unwrap();
    let warnings = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&warnings);
    let _warnings = config.on_warning(move |_| {
        count.fetch_add(1, Ordering::AcqRel);
    });
    begin(&dir);
    config.set_max(500).unwrap();
    assert!(config.flush_state().unwrap_err().to_string().contains(words));
    wait(&config, &dir);
    config.set_max(600).unwrap();
    assert!(config.flush_state().is_err());
    assert_eq!(logged().len(), 1, "{:?}", logged());
    let line = &logged()[0];
    assert!(line.starts_with("WARN") && line.contains(words) && !line.contains(".hotswap-"), "{line}");
    eventually("the warning is delivered", || warnings.load(Ordering::Acquire) == 1);

    end(&dir);
    eventually("it is saved", || config.status().state.unwrap().problem.is_none());
    eventually("the end is logged", || logged().len() == 2);
    assert!(logged()[1].starts_with("INFO") && logged()[1].contains("saved in"), "{:?}", logged());
    config.set_max(700).unwrap();
    config.flush_state().unwrap();
    drop(config);
    assert_eq!((logged().len(), warnings.load(Ordering::Acquire)), (2, 1), "{:?}", logged());
    assert_eq!(builder(folder).state_dir(&dir).load().unwrap().max(), 700);
}

#[test]
#[cfg_attr(without = "mounts", ignore = "needs a mount namespace")]
fn a_full_disk_is_told_when_it_begins_and_when_it_is_over() {
    with_mounts(|| {
        let folder = Folder::new();
        shell(folder.root(), "mkdir small; mount -t tmpfs -o size=64k none small", &[]);
        let filler = folder.path("small/filler");
        fails_for_a_while(
            &folder,
            "No space left on device",
            |_| drop(fs::write(&filler, vec![b'x'; 128 << 10])),
            |_, dir| attempts(dir, 3),
            |_| fs::remove_file(&filler).unwrap(),
        );
        shell(folder.root(), "umount small", &[]);
    });
}

#[test]
#[cfg_attr(without = "mounts", ignore = "needs a mount namespace")]
fn a_disk_without_a_free_inode_is_told_likewise() {
    with_mounts(|| {
        let folder = Folder::new();
        shell(folder.root(), "mkdir small; mount -t tmpfs -o nr_inodes=20 none small", &[]);
        let filler = folder.path("small/filler");
        fs::create_dir(&filler).unwrap();
        fails_for_a_while(
            &folder,
            "No space left on device",
            |_| drop((0..).map(|name| fs::File::create(filler.join(name.to_string()))).find(Result::is_err)),
            |config, _| {
                for max in 501..510 {
                    config.set_max(max).unwrap();
                    assert!(config.flush_state().is_err());
                }
            },
            |_| fs::remove_dir_all(&filler).unwrap(),
        );
        shell(folder.root(), "umount small", &[]);
    });
}

#[test]
#[cfg_attr(without = "mounts", ignore = "needs a mount namespace")]
fn a_file_system_that_becomes_read_only_is_told_likewise() {
    with_mounts(|| {
        let folder = Folder::new();
        shell(folder.root(), "mkdir small; mount -t tmpfs none small", &[]);
        fails_for_a_while(
            &folder,
            "Read-only file system",
            |_| {
                // Mounted over the directory, because a file in it is open for writing.
                let script = "mount --bind small/state small/state; mount -o remount,bind,ro small/state";
                shell(folder.root(), script, &[]);
            },
            |config, _| (501..510).for_each(|max| assert!(config.set_max(max).is_ok())),
            |_| shell(folder.root(), "umount small/state", &[]),
        );
        shell(folder.root(), "umount small", &[]);
    });
}

#[test]
#[cfg_attr(without = "nobody", ignore = "needs another user")]
fn a_directory_that_loses_its_permission_is_told_likewise() {
    without_privileges(|| {
        let folder = Folder::new();
        let set = |dir: &Path, mode| fs::set_permissions(dir, fs::Permissions::from_mode(mode)).unwrap();
        fails_for_a_while(
            &folder,
            "Permission denied",
            |dir| set(dir, 0o500),
            |config, _| (501..510).for_each(|max| assert!(config.set_max(max).is_ok())),
            |dir| set(dir, 0o700),
        );
    });
}

/// One file fails, then the other, then the first again: one problem.
#[test]
fn a_problem_that_moves_from_file_to_file_is_told_once() {
    with_variables(&this_test(), &[], || {
        let folder = Folder::new();
        let make = |dir: &Path, name: &str| {
            fs::remove_file(dir.join(name)).unwrap();
            fs::create_dir(dir.join(name)).unwrap();
        };
        fails_for_a_while(
            &folder,
            "Is a directory",
            |dir| make(dir, "overrides.json"),
            |config, dir| {
                fs::remove_dir(dir.join("overrides.json")).unwrap();
                make(dir, "history.json");
                eventually("the history fails", || {
                    config.set_max(config.max() + 1).unwrap();
                    config.status().state.unwrap().problem.is_some_and(|why| why.starts_with("history.json"))
                });
            },
            |dir| fs::remove_dir(dir.join("history.json")).unwrap(),
        );
    });
}
