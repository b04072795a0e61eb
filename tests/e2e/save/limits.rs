//! Concurrent saves, and files that must not be written.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    sync::{Arc, Barrier, Mutex},
    thread,
};

use super::support::{Saved, Service, builder};
use crate::support::{Folder, eventually};

const FILES: [(&str, &str); 3] =
    [("app.toml", "n = 1\n"), ("app.yaml", "n: 1\n"), ("app.json", "{\"n\": 1}\n")];

/// Two threads that start each round at the same time.
fn in_rounds(rounds: i64, one: impl Fn(i64) + Sync, other: impl Fn(i64) + Sync, check: impl Fn(i64)) {
    let (begin, end) = (Barrier::new(3), Barrier::new(3));
    thread::scope(|scope| {
        for work in [&one as &(dyn Fn(i64) + Sync), &other] {
            let (begin, end) = (&begin, &end);
            scope.spawn(move || {
                for round in 0..rounds {
                    begin.wait();
                    work(round);
                    end.wait();
                }
            });
        }
        for round in 0..rounds {
            begin.wait();
            end.wait();
            check(round);
        }
    });
}

#[test]
fn saves_at_the_same_time_lose_no_key() {
    for (file, text) in FILES {
        let saved = Saved::with(file, text);
        let path = saved.folder.path(file);
        let n = |round| {
            saved.config.set_n(round + 100).unwrap();
            saved.config.save_overrides(&path).unwrap();
        };
        let limit = |round| {
            saved.config.set_limit(u32::try_from(round + 200).ok()).unwrap();
            saved.config.save_overrides(&path).unwrap();
        };
        in_rounds(40, n, limit, |round| {
            let again = saved.again();
            assert_eq!((again.n, again.limit.map(i64::from)), (round + 100, Some(round + 200)), "{file}");
        });
    }
}

#[test]
fn a_save_of_everything_beside_one_of_overrides_loses_no_key() {
    let saved = Saved::with("app.toml", "n = 1\n");
    let path = saved.folder.path("app.toml");
    let whole = |round| {
        saved.config.set_n(round + 100).unwrap();
        saved.config.save(&path).unwrap();
    };
    let overrides = |round: i64| {
        saved.config.set_hosts(vec![round.to_string()]).unwrap();
        saved.config.save_overrides(&path).unwrap();
    };
    in_rounds(40, whole, overrides, |round| {
        let again = saved.again();
        assert_eq!((again.n, again.hosts), (round + 100, vec![round.to_string()]));
    });
}

fn limited(folder: &Folder, file: &str) -> hotswap::Builder<Service> {
    builder(folder, file).max_file_size(60)
}

#[test]
fn no_file_is_written_that_is_larger_than_the_limit() {
    for (file, text) in FILES {
        let folder = Folder::with(file, text);
        let config = limited(&folder, file).load().unwrap();
        let path = folder.path(file);
        let error = config.save(&path).unwrap_err().to_string();
        assert!(error.contains("the limit is 60"), "{error}");
        config.set_name("x".repeat(150)).unwrap();
        let error = config.save_overrides(&path).unwrap_err().to_string();
        assert!(error.contains("the limit is 60") && error.contains("max_file_size"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        config.set_name("x".repeat(20)).unwrap();
        config.save_overrides(&path).unwrap();
        assert_eq!(limited(&folder, file).check().unwrap(), *config.load());
    }
}

#[test]
fn a_new_file_has_the_limit_too() {
    let folder = Folder::with("app.toml", "n = 1\n");
    let config = limited(&folder, "app.toml").load().unwrap();
    assert!(config.save(folder.path("all.yaml")).is_err());
    assert!(!folder.path("all.yaml").exists());
}

#[test]
fn a_file_that_is_larger_than_the_limit_is_not_read() {
    let folder = Folder::with("app.toml", "n = 1\n");
    folder.write("large.toml", &format!("# {}\n", "x".repeat(200)));
    let config = limited(&folder, "app.toml").load().unwrap();
    let error = config.save_overrides(folder.path("large.toml")).unwrap_err().to_string();
    assert!(error.contains("larger than the limit"), "{error}");
}

#[test]
fn a_file_that_nobody_may_write_is_not_replaced() {
    for (file, text) in FILES {
        let saved = Saved::with(file, text);
        let path = saved.folder.path(file);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        saved.config.save_overrides(&path).unwrap();
        saved.config.set_n(6).unwrap();
        for error in [saved.config.save(&path), saved.config.save_overrides(&path)] {
            let error = error.unwrap_err().to_string();
            assert!(error.contains("permission"), "{error}");
        }
        assert_eq!(saved.text(), text);
    }
}

#[test]
fn a_hard_link_that_is_broken_is_reported() {
    let saved = Saved::with("app.toml", "n = 1\n");
    let path = saved.folder.path("app.toml");
    fs::hard_link(&path, saved.folder.path("other.toml")).unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&heard);
    let _hears = saved.config.on_warning(move |warning| into.lock().unwrap().push(warning.to_string()));
    saved.config.set_n(2).unwrap();
    saved.config.save_overrides(&path).unwrap();
    eventually("the warning", || heard.lock().unwrap().iter().any(|text| text.contains("hard link")));
    assert_eq!(fs::read_to_string(saved.folder.path("other.toml")).unwrap(), "n = 1\n");
}
