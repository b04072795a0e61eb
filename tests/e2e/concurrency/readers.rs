//! I1 complete snapshots, I2 monotonic reads, I3 read your writes, I7 never blocked, I19 and I20 old
//! snapshots.

use std::{
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

use super::{Gate, Whole, WholeHandle, ends, tapped};
use crate::support::eventually;

const WRITES: u64 = 150;

fn read_until(config: &WholeHandle, over: &AtomicBool) {
    let (mut version, mut a) = (0, 0);
    while !over.load(Ordering::Relaxed) {
        config.load().assert_whole();
        let snapshot = config.snapshot();
        snapshot.assert_whole();
        let seen = [snapshot.a, config.a(), config.b() / 3, config.snapshot().a, config.a()];
        assert!(a <= seen[0] && seen.is_sorted(), "went back from {a}: {seen:?}");
        let now = config.version();
        assert!(version <= now, "the version went back from {version} to {now}");
        (version, a) = (now, seen[4]);
    }
}

#[test]
fn readers_see_whole_versions_in_order_while_updates_sets_and_reloads_go_on() {
    let (config, tap) = tapped();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers = [0; 2].map(|_| scope.spawn(|| read_until(&config, &over)));
        for step in 1..=WRITES {
            if step % 3 == 0 {
                // Hidden by the override until it is cleared.
                tap.put(Whole::of(step));
                config.reload().unwrap();
                config.clear_overrides().unwrap();
            } else {
                config.update(|whole| whole.become_of(step)).unwrap();
            }
        }
        over.store(true, Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
    assert_eq!(config.a(), WRITES);
}

#[test]
fn a_writer_reads_what_it_wrote() {
    let config = Whole::hot_fixed(Whole::of(0));
    thread::scope(|scope| {
        for writer in 0..3 {
            let config = &config;
            scope.spawn(move || {
                for step in 1..=WRITES {
                    let version = config.update(|whole| whole.become_of(writer * 1000 + step)).unwrap();
                    assert!(config.version() >= version);
                    if config.version() == version {
                        let load = config.load();
                        // Another write may have happened between the two reads.
                        assert!(load.a == writer * 1000 + step || config.version() > version);
                    }
                }
            });
        }
    });
}

#[test]
fn a_reload_shows_what_it_returns() {
    let (config, tap) = tapped();
    for step in 1..=20 {
        tap.put(Whole::of(step));
        let version = config.reload().unwrap();
        assert_eq!((config.a(), config.version()), (step, version));
    }
}

static PARKED: OnceLock<Arc<Gate>> = OnceLock::new();

fn parks(value: &u64) -> Result<(), String> {
    if *value == 13 {
        PARKED.get_or_init(Gate::new).pass();
    }
    Ok(())
}

#[derive(Debug, Serialize, Deserialize, HotConfig)]
struct Parking {
    #[hot(default = 0, custom = parks)]
    value: u64,
    #[hot(nested)]
    part: Part,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Part {
    #[hot(default = "x")]
    text: String,
}

#[test]
fn readers_do_not_wait_for_a_rule() {
    let config = Parking::hot_fixed(Parking { value: 1, part: Part { text: "x".into() } });
    let gate = PARKED.get_or_init(Gate::new);
    thread::scope(|scope| {
        let writer = scope.spawn(|| config.set_value(13));
        gate.wait_for_one();
        let reader = config.clone();
        let seen = ends("reading beside a parked rule", move || {
            let status = reader.status();
            let (snapshot, part) = (reader.snapshot(), reader.part().snapshot());
            let _watch = reader.watch(Parking::paths().value());
            let _subscription = reader.on_value_change(|_, _| ());
            let explained = reader.explain("value").to_string();
            drop((part, reader.overrides(), reader.history(), explained));
            (reader.value(), reader.load().value, snapshot.value, reader.version(), status.version)
        });
        assert_eq!(seen, (1, 1, 1, 1, 1));
        gate.open();
        assert_eq!(writer.join().unwrap().unwrap(), 2);
    });
}

#[test]
fn readers_do_not_wait_for_a_closure() {
    let config = Whole::hot_fixed(Whole::of(1));
    let reader = config.clone();
    config
        .update(|whole| {
            whole.become_of(2);
            let seen = ends("reading beside an update", move || {
                (reader.a(), reader.load().a, reader.status().version)
            });
            assert_eq!(seen, (1, 1, 1));
        })
        .unwrap();
}

#[test]
fn readers_and_writers_do_not_wait_for_a_callback() {
    let (config, tap) = tapped();
    let gate = Gate::new();
    let held = Arc::clone(&gate);
    let _held = config.on_a_change(move |_, _| held.pass());
    config.set_a(1).unwrap();
    gate.wait_for_one();
    let other = config.clone();
    let seen = ends("working beside a parked callback", move || {
        other.set_b(7).unwrap();
        tap.put(Whole::of(0));
        other.reload().unwrap();
        drop(other.on_b_change(|_, _| ()));
        (other.a(), other.b(), other.snapshot().a, other.status().version)
    });
    assert_eq!(seen, (1, 7, 1, 3));
    gate.open();
}

static ALIVE: AtomicUsize = AtomicUsize::new(0);

/// Counts itself.
#[derive(Debug, PartialEq, Serialize)]
struct Counted(u64);

impl Counted {
    fn new(number: u64) -> Self {
        ALIVE.fetch_add(1, Ordering::SeqCst);
        Self(number)
    }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        Self::new(self.0)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::SeqCst);
    }
}

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(Self::new)
    }
}

#[derive(Debug, Deserialize, HotConfig)]
struct Counting {
    counted: Counted,
}

#[test]
fn old_snapshots_are_freed_whoever_subscribed_or_watches() {
    let config =
        Counting::hot_builder().layer(figment::providers::Serialized::default("counted", 0)).load().unwrap();
    let _field = config.on_counted_change(|_, _| ());
    let _whole = config.subscribe(|_| ());
    let _pattern = config.watch_pattern("**", |_| ());
    let _watch = config.watch(Counting::paths().counted());
    let first: Weak<Counting> = Arc::downgrade(&config.snapshot());
    for number in 1..=100 {
        config.set_counted(Counted::new(number)).unwrap();
    }
    eventually("the first snapshot is freed", || first.strong_count() == 0);
    // The snapshot, and one copy for each subscriber that compares with its last value.
    eventually("old values are freed", || ALIVE.load(Ordering::SeqCst) <= 8);
}

struct Slow(Arc<Gate>);

static SLOW: OnceLock<Arc<Gate>> = OnceLock::new();

impl Drop for Slow {
    fn drop(&mut self) {
        self.0.pass();
    }
}

/// Dropping its first value is slow.
#[derive(Serialize, Deserialize)]
struct Heavy {
    number: u64,
    #[serde(skip)]
    _slow: Option<Slow>,
}

impl Clone for Heavy {
    fn clone(&self) -> Self {
        Self { number: self.number, _slow: None }
    }
}

impl PartialEq for Heavy {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

#[derive(Serialize, Deserialize, HotConfig)]
struct Heavyweight {
    heavy: Heavy,
}

#[test]
fn nobody_waits_for_the_drop_of_an_old_version() {
    let gate = SLOW.get_or_init(Gate::new);
    let heavy = Heavy { number: 0, _slow: Some(Slow(Arc::clone(gate))) };
    let config = Heavyweight::hot_fixed(Heavyweight { heavy });
    thread::scope(|scope| {
        // As many as the history keeps, so the last one evicts the first version.
        scope.spawn(|| {
            for number in 1..=32 {
                config.set_heavy(Heavy { number, _slow: None }).unwrap();
            }
        });
        gate.wait_for_one();
        let other = config.clone();
        let seen = ends("working beside a slow drop", move || {
            let before = other.heavy().number;
            other.set_heavy(Heavy { number: 99, _slow: None }).unwrap();
            (before, other.heavy().number, other.version())
        });
        assert_eq!(seen, (32, 99, 34));
        gate.open();
    });
}
