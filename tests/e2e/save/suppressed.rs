//! Suppressed content in a file that the program saves.

use super::support::{Saved, builder};
use crate::support::eventually;

/// A file whose last change was rolled back.
fn rolled_back(file: &'static str, old: &str, new: &str) -> Saved {
    let saved = Saved::with(file, old);
    saved.folder.replace(file, new);
    eventually("the change is published", || saved.config.version() == 2);
    saved.config.rollback(1).unwrap();
    saved
}

/// Waits until the file was read again.
fn after_reload(saved: &Saved, save: impl FnOnce()) {
    let reloads = saved.config.status().counts.reloads;
    save();
    eventually("the file is read again", || saved.config.status().counts.reloads > reloads);
}

#[test]
fn a_save_does_not_bring_back_what_was_rolled_back() {
    for (file, old, new) in [
        ("a.toml", "n = 1\nname = 'old'\n", "n = 2\nname = 'new'\n"),
        ("a.yaml", "n: 1\nname: old\n", "n: 2\nname: new\n"),
        ("a.json", "{\"n\": 1, \"name\": \"old\"}", "{\"n\": 2, \"name\": \"new\"}"),
    ] {
        let saved = rolled_back(file, old, new);
        saved.config.set_hosts(vec!["a".into()]).unwrap();
        after_reload(&saved, || drop(saved.save_overrides()));
        assert_eq!((saved.config.n(), saved.config.load().name.as_str()), (1, "old"));
        assert_eq!(saved.config.load().hosts, ["a"]);
        // The saved key is in force, even without its override.
        saved.config.clear_overrides().unwrap();
        assert_eq!((saved.config.n(), saved.config.load().hosts.len()), (1, 1));
        // A reload of the file is requested.
        saved.config.reload().unwrap();
        assert_eq!((saved.config.n(), saved.config.load().name.as_str()), (2, "new"));
    }
}

#[test]
fn a_saved_key_is_not_held_back_any_more() {
    let saved = rolled_back("a.toml", "n = 1\nname = 'old'\n", "n = 2\nname = 'new'\n");
    saved.config.set_n(7).unwrap();
    after_reload(&saved, || drop(saved.save_overrides()));
    saved.config.clear_overrides().unwrap();
    assert_eq!((saved.config.n(), saved.config.load().name.as_str()), (7, "old"));
    // A second save, and one that removes a key.
    saved.remove("/n");
    after_reload(&saved, || drop(saved.save_overrides()));
    assert_eq!(saved.text(), "name = 'new'\n");
    assert_eq!((saved.config.n(), saved.config.load().name.as_str()), (1, "old"));
}

#[test]
fn a_change_by_somebody_else_ends_it() {
    let saved = rolled_back("a.toml", "n = 1\nname = 'old'\n", "n = 2\nname = 'new'\n");
    saved.config.set_pool_size(9).unwrap();
    after_reload(&saved, || drop(saved.save_overrides()));
    saved.folder.replace("a.toml", "n = 3\nname = 'newer'\n");
    eventually("the change is published", || saved.config.n() == 3);
    assert_eq!(saved.config.load().name, "newer");
}

#[test]
fn a_whole_save_leaves_nothing_to_hold_back() {
    let saved = rolled_back("a.toml", "n = 1\nname = 'old'\n", "n = 2\nname = 'new'\n");
    after_reload(&saved, || drop(saved.save()));
    assert_eq!((saved.config.n(), saved.config.load().name.as_str()), (1, "old"));
    let (n, version) = (saved.config.n(), saved.config.version());
    assert_eq!((saved.config.reload().unwrap(), n), (version, 1));
}

#[test]
fn a_file_in_a_directory_of_files() {
    let saved = Saved::with("conf.d/10.yaml", "n: 1\n");
    saved.folder.write("conf.d/20.toml", "name = 'old'\n");
    let builder = || builder(&saved.folder, "conf.d/10.yaml").dir(saved.folder.path("conf.d"));
    let config = builder().load().unwrap();
    saved.folder.replace("conf.d/20.toml", "name = 'new'\n");
    eventually("the change is published", || config.load().name == "new");
    config.rollback(1).unwrap();
    config.set_n(5).unwrap();
    let reloads = config.status().counts.reloads;
    config.save_overrides(saved.folder.path("conf.d/20.toml")).unwrap();
    eventually("the file is read again", || config.status().counts.reloads > reloads);
    assert_eq!(config.load().name, "old");
}

#[test]
fn it_stays_away_over_a_restart() {
    let saved = Saved::with("a.toml", "n = 1\nname = 'old'\n");
    let build = || builder(&saved.folder, "a.toml").state_dir(saved.folder.path("state"));
    let config = build().load().unwrap();
    saved.folder.replace("a.toml", "n = 2\nname = 'new'\n");
    eventually("the change is published", || config.n() == 2);
    config.rollback(1).unwrap();
    config.set_pool_size(9).unwrap();
    config.save_overrides(saved.folder.path("a.toml")).unwrap();
    config.shutdown().unwrap();
    drop(config);
    let again = build().load().unwrap();
    assert_eq!((again.n(), again.load().name.as_str(), again.pool_size()), (1, "old", 9));
}
