//! I26 only monotonic time counts: neither a change of the clock nor file times affect a wait.

use std::{
    fs::{self, File},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant, SystemTime},
};

use hotswap::HotConfig;

use super::{Whole, ok};
use crate::support::{BOUND, Folder, assert_passed, child, eventually, is_child, this_test};

/// Far above every wait that is configured, far below every jump of the clock.
const SHORT: Duration = Duration::from_secs(1800);

#[test]
#[cfg_attr(without = "faketime", ignore = "needs faketime")]
fn waits_and_ages_are_the_same_under_a_clock_that_is_set_all_the_time() {
    if !is_child() {
        let clock = Folder::with("clock", "+0");
        // The wrapper sets its own clock, which would override the file.
        let mut child = child(&this_test(), &["faketime", "-f", "+0", "env", "--unset=FAKETIME"]);
        child.env("FAKETIME_TIMESTAMP_FILE", clock.path("clock")).env("HOTSWAP_TEST_CLOCK", clock.root());
        child.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        return assert_passed(&child.output().unwrap());
    }
    let clock = std::env::var_os("HOTSWAP_TEST_CLOCK").map(|root| Folder::in_place(root.into())).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for offset in ["+36000", "-36000", "+0"].into_iter().cycle() {
                if done.load(Ordering::Acquire) {
                    return;
                }
                clock.replace("clock", offset);
                thread::sleep(Duration::from_millis(5));
            }
        });
        let outcome = std::panic::catch_unwind(edits_live_and_waits_end);
        done.store(true, Ordering::Release);
        outcome.unwrap();
    });
}

fn edits_live_and_waits_end() {
    let started = SystemTime::now();
    let folder = Folder::with("base.toml", "a = 1");
    folder.write("extra.toml", "b = 7");
    let config = Whole::hot_builder()
        .file(folder.path("base.toml"))
        .optional_file(folder.path("extra.toml"))
        .missing_grace(Duration::from_millis(300))
        .load()
        .unwrap();

    // A continuous writer: only the maximum wait lets its values through.
    let writer = Instant::now();
    let mut value = 1;
    eventually("an edit of a writer who never pauses is published", || {
        value += 1;
        folder.replace("base.toml", &format!("a = {value}"));
        config.a() > 1
    });
    assert!(writer.elapsed() < BOUND);
    eventually("the last edit is published", || config.a() == value);

    // A grace period ends, but not immediately.
    let gone = Instant::now();
    fs::remove_file(folder.path("extra.toml")).unwrap();
    eventually("the optional file leaves", || config.b() == 0);
    assert!(gone.elapsed() >= Duration::from_millis(300), "after {:?}", gone.elapsed());

    ok(config.set_b(9));
    assert!(config.status().age < SHORT, "{:?}", config.status().age);
    config.shutdown().unwrap();
    // Otherwise the clock never jumped, and nothing was tested.
    eventually("the clock jumps", || {
        let distance = |now: SystemTime| now.duration_since(started).unwrap_or_else(|error| error.duration());
        distance(SystemTime::now()) > SHORT
    });
}

#[test]
fn the_times_of_files_say_nothing_of_their_content() {
    let hour = Duration::from_secs(3600);
    for time in [SystemTime::UNIX_EPOCH, SystemTime::now() - hour, SystemTime::now() + hour * 24 * 365] {
        let folder = Folder::with("app.toml", "a = 1");
        let date = |name: &str| {
            File::options().write(true).open(folder.path(name)).unwrap().set_modified(time).unwrap();
        };
        date("app.toml");
        let config = Whole::hot_builder().file(folder.path("app.toml")).load().unwrap();
        assert_eq!(config.a(), 1);
        // The same size at the same time.
        folder.write("beside.toml", "a = 2");
        date("beside.toml");
        fs::rename(folder.path("beside.toml"), folder.path("app.toml")).unwrap();
        eventually("the edit is published", || config.a() == 2);
        assert_eq!(config.version(), 2);
    }
}
