//! I23 a reload reads after its request, I24 a change during a read is read again, I25 limits of waiting.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use hotswap::HotConfig;

use super::{Gate, Whole, ends, tapped};
use crate::support::{BOUND, Folder, eventually};

#[test]
fn every_reload_reads_what_was_there_when_it_was_asked_for() {
    let (config, tap) = tapped();
    let newest = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..15 {
                    let mine = {
                        // Never restores an older value.
                        static ORDER: std::sync::Mutex<()> = std::sync::Mutex::new(());
                        let _order = ORDER.lock().unwrap();
                        let mine = newest.fetch_add(1, Ordering::SeqCst) + 1;
                        tap.put(Whole::of(mine));
                        mine
                    };
                    let version = config.reload().unwrap();
                    assert!(config.version() >= version);
                    assert!(config.a() >= mine, "the reload joined a read that began before it");
                }
            });
        }
    });
    assert_eq!(config.a(), 60);
    assert!(tap.reads() <= 61, "{} reads", tap.reads());
}

#[test]
fn a_reload_during_a_read_gets_a_read_of_its_own() {
    let (config, tap) = tapped();
    let gate = Gate::new();
    let held = Arc::clone(&gate);
    tap.before_read(move || held.pass());
    let first = config.clone();
    let reloading = thread::spawn(move || first.reload().unwrap());
    gate.wait_for_one();
    let reads = tap.reads();
    let others: Vec<_> = (0..3)
        .map(|_| {
            let other = config.clone();
            thread::spawn(move || other.reload().unwrap())
        })
        .collect();
    gate.open();
    reloading.join().unwrap();
    others.into_iter().for_each(|other| assert!(other.join().is_ok()));
    // At least one read for all of them, after the one in progress.
    assert!((reads + 1..=reads + 3).contains(&tap.reads()), "{} reads", tap.reads() - reads);
}

#[test]
fn a_source_that_changes_during_its_read_is_read_again() {
    let (config, tap) = tapped();
    let (gate, turned) = (Gate::new(), tap.clone());
    let held = Arc::clone(&gate);
    tap.before_read(move || held.pass());
    tap.turn(Whole::of(1));
    gate.wait_for_one();
    turned.turn(Whole::of(2));
    gate.open();
    eventually("the second change goes live", || config.a() == 2);
}

#[test]
fn a_file_that_changes_all_the_time_is_read_within_the_limit() {
    let folder = Folder::with("app.toml", "a = 0");
    let config = Whole::hot_builder()
        .file(folder.path("app.toml"))
        .debounce(Duration::from_millis(300))
        .max_wait(Duration::from_millis(600))
        .poll_interval(Duration::from_secs(3600))
        .load()
        .unwrap();
    let begin = Instant::now();
    let mut step = 0;
    // Never quiet for the debounce time.
    while config.version() == 1 {
        step += 1;
        folder.replace("app.toml", &format!("a = {step}"));
        thread::sleep(Duration::from_millis(10));
        assert!(begin.elapsed() < BOUND, "a steady writer kept it from being read");
    }
    eventually("the last one goes live", || config.a() == step);
}

#[test]
fn a_file_written_beside_every_reload_ends_with_the_last() {
    let folder = Folder::with("app.toml", "a = 0");
    let config = Whole::hot_builder()
        .file(folder.path("app.toml"))
        .debounce(Duration::from_millis(1))
        .poll_interval(Duration::from_secs(3600))
        .load()
        .unwrap();
    let reloading = config.clone();
    thread::scope(|scope| {
        scope.spawn(|| (1..=40).for_each(|step| folder.replace("app.toml", &format!("a = {step}"))));
        scope.spawn(move || (0..10).for_each(|_| drop(reloading.reload())));
    });
    eventually("the last one goes live", || config.a() == 40);
    ends("dropping", move || drop(config));
}
