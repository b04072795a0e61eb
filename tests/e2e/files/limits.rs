//! Limits of the system, and sizes.

use std::{
    fs::{self, File},
    time::Duration,
};

use hotswap::WatcherMode;

use super::stage::{Stage, whole};
use crate::support::{Folder, eventually, under};

/// The limits of a user namespace apply only to the processes in it.
const OWN_LIMITS: [&str; 4] = ["unshare", "--user", "--map-root-user", "--"];

fn polling() -> Stage {
    Stage::on(Folder::with("app.toml", &whole(1)), |builder, folder| {
        builder.file(folder.path("app.toml")).poll_interval(Duration::from_millis(200))
    })
}

#[track_caller]
fn is_found_by_polling(mut stage: Stage, advice: &str) {
    let watcher = stage.config.status().watcher.unwrap();
    assert_eq!(watcher.mode, WatcherMode::PollOnly);
    assert!(watcher.problems.iter().any(|problem| problem.contains(advice)), "{watcher:?}");
    for number in [2, 3] {
        stage.write("app.toml", &whole(number));
        stage.publishes(number);
    }
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.replace("app.toml", text));
}

#[test]
#[cfg_attr(without = "limits", ignore = "needs a user namespace")]
fn row_26_no_watch_left() {
    under(&OWN_LIMITS, || {
        fs::write("/proc/sys/user/max_inotify_watches", "0").unwrap();
        is_found_by_polling(polling(), "max_user_watches");
    });
}

#[test]
#[cfg_attr(without = "limits", ignore = "needs a user namespace")]
fn row_26_watches_run_out_while_running() {
    under(&OWN_LIMITS, || {
        let folder = Folder::with("one/app.toml", &whole(1));
        folder.write("two/app.toml", &whole(2));
        std::os::unix::fs::symlink("one", folder.path("current")).unwrap();
        let mut stage = Stage::on(folder, |builder, folder| {
            builder.file(folder.path("current/app.toml")).poll_interval(Duration::from_millis(200))
        });
        fs::write("/proc/sys/user/max_inotify_watches", "0").unwrap();
        std::os::unix::fs::symlink("two", stage.path("next")).unwrap();
        fs::rename(stage.path("next"), stage.path("current")).unwrap();
        stage.publishes(2);
        eventually("the lost watch is told", || {
            stage.config.status().watcher.unwrap().mode == WatcherMode::PollOnly
        });
        stage.publishes_nothing_more();
        stage.stays_alive_by(|folder, text| folder.write("two/app.toml", text));
    });
}

#[test]
#[cfg_attr(without = "limits", ignore = "needs a user namespace")]
fn row_27_no_watcher_left_at_start() {
    under(&OWN_LIMITS, || {
        fs::write("/proc/sys/user/max_inotify_instances", "0").unwrap();
        is_found_by_polling(polling(), "max_user_instances");
    });
}

#[test]
#[cfg_attr(without = "limits", ignore = "needs a user namespace")]
fn row_27_a_watcher_that_can_be_had_later_is_taken() {
    under(&OWN_LIMITS, || {
        fs::write("/proc/sys/user/max_inotify_instances", "0").unwrap();
        let mut stage = polling();
        fs::write("/proc/sys/user/max_inotify_instances", "100").unwrap();
        let watcher = || stage.config.status().watcher.unwrap();
        eventually("events are told again", || watcher().mode == WatcherMode::Events);
        assert_eq!(watcher().problems, [""; 0]);
        stage.publishes_nothing_more();
        stage.stays_alive();
    });
}

/// With less memory than the size of the file, so that reading it would end the process.
#[test]
fn row_35_file_grows_to_a_gibibyte() {
    under(&["prlimit", "--as=900000000", "--"], || {
        let mut stage = Stage::one_file();
        let file = File::options().write(true).open(stage.path("app.toml")).unwrap();
        file.set_len(1 << 30).unwrap();
        drop(file);
        stage.refuses("larger than the limit of 16777216 bytes");
        stage.write("app.toml", &whole(2));
        stage.publishes(2);
        stage.publishes_nothing_more();
        stage.stays_alive();
    });
}
