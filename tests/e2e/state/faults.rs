//! Unusable directories, changed files, and full disks.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    sync::mpsc::channel,
};

use hotswap::IssueKind;

use super::{builder, start, state};
use crate::support::{BOUND, Folder, eventually, under, without_privileges};

#[test]
fn files_and_directory_are_their_owners_alone() {
    let folder = Folder::new();
    let config = start(&folder);
    config.set_max(500).unwrap();
    config.flush_state().unwrap();
    let mode = |name: &str| fs::metadata(state(&folder, name)).unwrap().permissions().mode() & 0o777;
    let modes = ["", "overrides.json", "history.json", "lock"].map(mode);
    assert_eq!(modes, [0o700, 0o600, 0o600, 0o600]);
}

#[test]
fn a_directory_belongs_to_one_configuration_at_a_time() {
    let folder = Folder::new();
    let first = start(&folder);
    let refused = builder(&folder).load().err().unwrap();
    assert!(refused.has(IssueKind::State) && refused.to_string().contains("another configuration"));
    // Even a remaining handle does not keep it.
    first.shutdown().unwrap();
    drop(start(&folder));
    assert_eq!(first.max(), 100);
}

#[test]
fn a_directory_that_cannot_be_made_stops_nothing() {
    let folder = Folder::with("state", "a file stands there");
    let config = start(&folder);
    assert_eq!(config.set_max(500).unwrap(), 2);
    let status = config.status().state.unwrap();
    assert!(status.problem.unwrap().contains("nothing can be written"));
    assert_eq!((status.saved, config.max()), (None, 500));
    assert!(config.flush_state().unwrap_err().has(IssueKind::State));
    assert!(config.status().to_string().contains("a restart would lose changes"));
}

#[test]
fn a_directory_that_is_read_only_is_read() {
    without_privileges(|| {
        let folder = Folder::new();
        let config = start(&folder);
        config.set_max(500).unwrap();
        drop(config);
        fs::set_permissions(folder.path("state"), fs::Permissions::from_mode(0o500)).unwrap();
        fs::set_permissions(state(&folder, "lock"), fs::Permissions::from_mode(0o400)).unwrap();
        let config = start(&folder);
        config.set_burst(4).unwrap();
        assert_eq!((config.max(), config.burst()), (500, 4));
        assert!(config.status().state.unwrap().problem.is_some());
        drop(config);
        fs::set_permissions(folder.path("state"), fs::Permissions::from_mode(0o700)).unwrap();
        fs::set_permissions(state(&folder, "lock"), fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(start(&folder).overrides().len(), 1);
    });
}

/// A write failure at run time is reported once, and its end is reported.
#[test]
fn a_write_that_fails_is_told_and_tried_again() {
    let folder = Folder::new();
    let config = start(&folder);
    config.flush_state().unwrap();
    let (tell, told) = channel();
    let _warnings = config.on_warning(move |report| tell.send(report.clone()).unwrap());
    // A file cannot be renamed over a directory, not even by root.
    fs::remove_file(state(&folder, "overrides.json")).unwrap();
    fs::create_dir(state(&folder, "overrides.json")).unwrap();

    assert_eq!((config.set_max(500).unwrap(), config.max()), (2, 500));
    assert!(told.recv_timeout(BOUND).unwrap().has(IssueKind::State));
    assert!(config.status().state.unwrap().problem.unwrap().contains("overrides.json cannot be written"));

    fs::remove_dir(state(&folder, "overrides.json")).unwrap();
    eventually("it is written", || config.status().state.unwrap().problem.is_none());
    drop(config);
    assert_eq!(start(&folder).max(), 500);
}

#[test]
fn a_link_in_the_place_of_a_file_leads_nobody_astray() {
    let folder = Folder::with("other", "precious");
    let config = start(&folder);
    config.flush_state().unwrap();
    fs::remove_file(state(&folder, "overrides.json")).unwrap();
    symlink("../other", state(&folder, "overrides.json")).unwrap();
    config.set_max(500).unwrap();
    assert!(config.flush_state().unwrap_err().to_string().contains("a symlink stands in its place"));
    assert_eq!(fs::read_to_string(folder.path("other")).unwrap(), "precious");
}

#[test]
fn a_damaged_file_is_kept_and_told_and_the_start_goes_on() {
    let folder = Folder::with("app.toml", "max = 50");
    let config = start(&folder);
    config.set_burst(5).unwrap();
    drop(config);
    for name in ["overrides", "history"] {
        let file = state(&folder, &format!("{name}.json"));
        let good = fs::read(&file).unwrap();
        fs::write(&file, &good[..good.len() / 2]).unwrap();
        let config = start(&folder);
        // The content that one file lost is in the other one.
        assert_eq!((config.max(), config.burst()), (50, 5));
        let found = config.status().state.unwrap().found.join("\n");
        assert!(found.contains("the file is damaged"), "{found}");
        drop(config);
        assert_eq!(fs::read(state(&folder, &format!("{name}.damaged-1"))).unwrap(), &good[..good.len() / 2]);
        drop(start(&folder));
    }
}

#[test]
fn the_files_of_a_later_version_are_not_written_over() {
    let folder = Folder::new();
    drop(start(&folder));
    let later = "hotswap-state 2 unheard\nof";
    fs::write(state(&folder, "history.json"), later).unwrap();
    let config = start(&folder);
    config.set_max(500).unwrap();
    let status = config.status().state.unwrap();
    assert!(status.problem.unwrap().contains("later version") && status.found[0].contains("in format 2"));
    drop(config);
    assert_eq!(fs::read_to_string(state(&folder, "history.json")).unwrap(), later);
}

/// A process without free file descriptors.
#[test]
fn what_stops_a_save_comes_with_advice() {
    under(&["prlimit", "--nofile=200", "--"], || {
        let folder = Folder::new();
        let config = start(&folder);
        config.flush_state().unwrap();
        let held: Vec<_> = std::iter::from_fn(|| fs::File::open("/dev/null").ok()).collect();
        config.set_max(500).unwrap();
        let error = config.flush_state().unwrap_err().to_string();
        drop(held);
        assert!(error.contains("Too many open files") && error.contains("ulimit -n"), "{error}");
        eventually("it is saved", || config.flush_state().is_ok());
    });
}
