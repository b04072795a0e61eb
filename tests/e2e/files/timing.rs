//! Clocks, file times, and race conditions.

use std::{
    fs::{self, File, FileTimes},
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use hotswap::HotConfig;

use super::stage::{Config, Stage, whole};
use crate::support::{Folder, assert_passed, child, eventually, is_child, this_test};

/// These edits cause no event, because they are made through another name of the file.
fn polled() -> (Stage, File) {
    let folder = Folder::with("config/app.toml", &whole(1));
    fs::create_dir(folder.path("far")).unwrap();
    fs::hard_link(folder.path("config/app.toml"), folder.path("far/app.toml")).unwrap();
    let file = File::options().write(true).open(folder.path("far/app.toml")).unwrap();
    let stage = Stage::on(folder, |builder, folder| {
        builder.file(folder.path("config/app.toml")).poll_interval(Duration::from_millis(50))
    });
    (stage, file)
}

#[test]
fn row_28_polling_finds_rewrites_within_a_second_with_the_same_size_and_time() {
    let (mut stage, file) = polled();
    let modified = file.metadata().unwrap().modified().unwrap();
    for number in 2..5 {
        stage.write("far/app.toml", &whole(number));
        file.set_modified(modified).unwrap();
        stage.publishes(number);
    }
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.write("far/app.toml", text));
}

#[test]
fn row_28_polling_finds_a_file_whose_time_went_backwards() {
    let (mut stage, file) = polled();
    stage.write("far/app.toml", &whole(2));
    file.set_times(FileTimes::new().set_modified(SystemTime::UNIX_EPOCH)).unwrap();
    stage.publishes(2);
    stage.publishes_nothing_more();
    stage.stays_alive_by(|folder, text| folder.write("far/app.toml", text));
}

#[test]
fn row_37_changes_while_the_start_is_under_way() {
    for _ in 0..30 {
        let folder = Folder::with("app.toml", &whole(1));
        let (done, last) = (AtomicBool::new(false), AtomicU64::new(1));
        thread::scope(|scope| {
            scope.spawn(|| {
                // The last edit happens around the start of watching.
                while !done.load(Ordering::Acquire) {
                    let number = last.load(Ordering::Relaxed) + 1;
                    folder.replace("app.toml", &whole(number));
                    last.store(number, Ordering::Release);
                }
            });
            let never = Duration::from_secs(3600);
            let config = Config::hot_builder().file(folder.path("app.toml")).poll_interval(never).load();
            done.store(true, Ordering::Release);
            let config = config.unwrap();
            eventually("the last edit is published", || config.number() == last.load(Ordering::Acquire));
        });
    }
}

/// A start during continuous writes ends, and uses no partial content.
#[test]
fn start_under_a_writer_who_never_pauses() {
    let (folder, done) = (Folder::with("app.toml", &whole(1)), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in (2..).take_while(|_| !done.load(Ordering::Acquire)) {
                let mut file = File::create(folder.path("app.toml")).unwrap();
                for line in whole(number).split_inclusive('\n') {
                    file.write_all(line.as_bytes()).unwrap();
                    thread::sleep(Duration::from_millis(3));
                }
            }
        });
        let outcome = Config::hot_builder().file(folder.path("app.toml")).watch(true).load();
        done.store(true, Ordering::Release);
        match outcome {
            Ok(config) => assert!(config.load().is_whole()),
            Err(error) => assert!(error.to_string().contains("rewritten without a pause"), "{error}"),
        }
    });
}

#[test]
fn row_38_a_callback_rewrites_the_file() {
    let mut stage = Stage::one_file();
    let (path, calls) = (stage.path("app.toml"), Arc::new(AtomicU64::new(0)));
    let counter = Arc::clone(&calls);
    let _subscription = stage.config.on_number_change(move |_, number| {
        counter.fetch_add(1, Ordering::Relaxed);
        fs::write(&path, format!("# written by the program\n{}", whole(*number))).expect("written");
    });
    for number in [2, 3] {
        stage.write("app.toml", &whole(number));
        stage.publishes(number);
        eventually("the callback has rewritten it", || calls.load(Ordering::Relaxed) == number - 1);
        stage.publishes_nothing_more();
    }
    drop(_subscription);
    stage.stays_alive();
}

#[test]
#[cfg_attr(without = "faketime", ignore = "needs faketime")]
fn row_43_the_clock_jumps_an_hour_both_ways() {
    if !is_child() {
        let clock = Folder::with("clock", "+0");
        // The wrapper sets its own clock, which would override the file.
        let wrapper = ["faketime", "-f", "+0", "env", "--unset=FAKETIME"];
        let mut child = child(&this_test(), &wrapper);
        child
            .env("FAKETIME_TIMESTAMP_FILE", clock.path("clock"))
            .env("HOTSWAP_TEST_CLOCK", clock.path("clock"));
        child.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        return assert_passed(&child.output().unwrap());
    }
    let mut stage = Stage::one_file();
    let clock = std::env::var_os("HOTSWAP_TEST_CLOCK").unwrap();
    let mut number = 1;
    for offset in ["+3600", "-3600", "+0"] {
        let before = SystemTime::now();
        fs::write(&clock, offset).unwrap();
        let jumped = |now: SystemTime| {
            let ahead = now.duration_since(before).unwrap_or_else(|behind| behind.duration());
            ahead > Duration::from_secs(1800)
        };
        eventually("the clock jumps", || jumped(SystemTime::now()));
        number += 1;
        stage.write("app.toml", &whole(number));
        stage.publishes(number);
        stage.publishes_nothing_more();
    }
    stage.stays_alive();
}
