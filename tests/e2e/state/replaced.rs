//! A state directory that disappears or is replaced while a program uses it.

use std::{fs, os::unix::fs::symlink, sync::mpsc::channel};

use super::{LimitHandle, builder, start, state};
use crate::support::{BOUND, Folder, eventually, this_test, with_variables};

/// A write after `how` is in force, is not on disk, and is reported once.
#[track_caller]
fn writes_no_more(folder: &Folder, how: impl FnOnce()) -> LimitHandle {
    let config = start(folder);
    config.set_max(500).unwrap();
    config.flush_state().unwrap();
    let (tell, told) = channel();
    let _warnings = config.on_warning(move |report| tell.send(report.to_string()).unwrap());
    how();
    // Even with nothing new to write.
    assert!(config.flush_state().unwrap_err().to_string().contains("moved, deleted or replaced"));
    assert_eq!((config.set_max(600).is_ok(), config.max()), (true, 600));
    let warning = told.recv_timeout(BOUND).unwrap();
    assert!(warning.contains("moved, deleted or replaced"), "{warning}");
    assert!(config.status().state.unwrap().problem.unwrap().contains("nothing is written there"));
    config.set_max(700).unwrap();
    assert!(config.flush_state().is_err() && told.try_recv().is_err(), "told once");
    config
}

fn moved(folder: &Folder) {
    fs::rename(folder.path("state"), folder.path("elsewhere")).unwrap();
}

#[test]
fn a_directory_that_was_moved_is_written_neither_here_nor_there() {
    let folder = Folder::new();
    let _config = writes_no_more(&folder, || moved(&folder));
    assert!(!folder.path("state").exists());
    let kept = fs::read_to_string(folder.path("elsewhere/overrides.json")).unwrap();
    assert!(kept.contains("500") && !kept.contains("600") && !kept.contains("700"), "{kept}");
}

#[test]
fn two_processes_never_write_in_one_directory() {
    for how in [moved as fn(&Folder), |folder| fs::remove_dir_all(folder.path("state")).unwrap()] {
        let folder = Folder::new();
        let mut second = None;
        let first = writes_no_more(&folder, || {
            how(&folder);
            let other = start(&folder);
            other.set_burst(7).unwrap();
            second = Some(other);
        });
        first.set_max(800).unwrap();
        let second = second.unwrap();
        second.set_burst(8).unwrap();
        second.flush_state().unwrap();
        first.shutdown().unwrap();
        second.shutdown().unwrap();
        let config = start(&folder);
        assert_eq!((config.max(), config.burst()), (100, 8), "what the second one was told is there");
    }
}

#[test]
fn a_lock_that_was_removed_or_replaced_stops_the_writer() {
    let folder = Folder::new();
    drop(writes_no_more(&folder, || fs::remove_file(state(&folder, "lock")).unwrap()));
    let folder = Folder::new();
    drop(writes_no_more(&folder, || {
        fs::write(state(&folder, "new"), "").unwrap();
        fs::rename(state(&folder, "new"), state(&folder, "lock")).unwrap();
    }));
}

#[test]
fn a_link_to_the_directory_that_is_given_another_goal_is_noticed() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("one")).unwrap();
    fs::create_dir_all(folder.path("two")).unwrap();
    symlink("one", folder.path("state")).unwrap();
    let _config = writes_no_more(&folder, || {
        symlink("two", folder.path("next")).unwrap();
        fs::rename(folder.path("next"), folder.path("state")).unwrap();
    });
    assert_eq!(fs::read_dir(folder.path("two")).unwrap().count(), 0);
}

#[test]
fn a_directory_that_is_moved_back_is_written_again() {
    let folder = Folder::new();
    let config = writes_no_more(&folder, || moved(&folder));
    fs::rename(folder.path("elsewhere"), folder.path("state")).unwrap();
    eventually("it is written again", || config.status().state.unwrap().problem.is_none());
    drop(config);
    assert_eq!(start(&folder).max(), 700);
}

#[test]
fn the_working_directory_may_change() {
    with_variables(&this_test(), &[], || {
        let (folder, other) = (Folder::new(), Folder::new());
        std::env::set_current_dir(folder.root()).unwrap();
        let config = builder(&folder).state_dir("relative").load().unwrap();
        std::env::set_current_dir(other.root()).unwrap();
        config.set_max(500).unwrap();
        config.flush_state().unwrap();
        drop(config);
        std::env::set_current_dir(folder.root()).unwrap();
        assert_eq!(builder(&folder).state_dir("relative").load().unwrap().max(), 500);
    });
}
