//! I4 no update is lost, I5 one of many wins, I6 a closure runs once, I8 a refusal has no effect, I32 the first
//! version.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Log, Tap, Whole, ok, tapped};
use crate::support::eventually;

#[test]
fn concurrent_updates_fold() {
    let (config, _tap) = tapped();
    let calls = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    config
                        .update(|whole| {
                            calls.fetch_add(1, Ordering::SeqCst);
                            whole.become_of(whole.a + 1);
                        })
                        .unwrap();
                }
            });
        }
    });
    assert_eq!((config.a(), config.version(), calls.into_inner()), (100, 101, 100));
}

#[test]
fn updates_and_sets_of_different_fields_do_not_undo_each_other() {
    let (config, tap) = tapped();
    thread::scope(|scope| {
        scope.spawn(|| (1..=30).for_each(|value| ok(config.set_a(value))));
        scope.spawn(|| (1..=30).for_each(|value| ok(config.update(|whole| whole.b = value))));
        scope.spawn(|| {
            for step in 1..=10 {
                let mut whole = Whole::of(0);
                whole.inner.ratio = f64::from(step);
                tap.put(whole);
                config.reload().unwrap();
            }
        });
    });
    assert_eq!((config.a(), config.b(), config.inner_ratio(), config.version()), (30, 30, 10.0, 71));
}

/// I4 for every kind of write: each has its own field, and all of them increment a shared one.
#[test]
fn four_ways_to_write_at_once_lose_nothing() {
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
    struct Four {
        #[hot(default = 0)]
        placed: u32,
        #[hot(default = 0)]
        updated: u32,
        #[hot(default = 0)]
        patched: u32,
        #[hot(default = 0)]
        merged: u32,
        #[hot(default = 0)]
        shared: u32,
    }
    let config = Four::hot_builder().load().unwrap();
    let count = || config.update(|four| four.shared += 1).unwrap();
    let replace = |value: u32| json!([{ "op": "replace", "path": "/patched", "value": value }]);
    let ways: [&(dyn Fn(u32) -> u64 + Sync); 4] = [
        &|value| config.set_placed(value).unwrap(),
        &|value| config.update(|four| four.updated = value).unwrap(),
        &|value| config.patch(replace(value)).unwrap(),
        &|value| config.merge_patch(json!({ "merged": value })).unwrap(),
    ];
    thread::scope(|scope| {
        for way in ways {
            let count = &count;
            scope.spawn(move || {
                for value in 1..=15 {
                    way(value);
                    count();
                }
            });
        }
    });
    let expected = Four { placed: 15, updated: 15, patched: 15, merged: 15, shared: 60 };
    assert_eq!((&*config.load(), config.version()), (&expected, 121));
}

#[test]
fn one_of_many_racers_wins() {
    let config = Whole::hot_fixed(Whole::of(0));
    for round in 1..=20 {
        let won = AtomicUsize::new(0);
        thread::scope(|scope| {
            for racer in 0..4 {
                let (config, won) = (&config, &won);
                scope.spawn(move || {
                    let result = config.update_if(round, |whole| whole.become_of(round * 10 + racer));
                    won.fetch_add(usize::from(result.is_ok()), Ordering::SeqCst);
                });
            }
        });
        assert_eq!((won.into_inner(), config.version()), (1, round + 1));
    }
}

#[test]
fn a_closure_that_comes_too_late_does_not_run() {
    let config = Whole::hot_fixed(Whole::of(0));
    assert!(config.update_if(7, |_| panic!("must not run")).is_err());
    assert_eq!(config.version(), 1);
}

#[test]
fn the_first_version_is_one_and_a_write_that_changes_nothing_adds_none() {
    let (config, _tap) = tapped();
    assert_eq!((config.version(), config.update(|_| ()).unwrap(), config.set_a(0).unwrap()), (1, 1, 1));
    assert_eq!((config.set_a(1).unwrap(), config.version()), (2, 2));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Ruled {
    #[hot(default = 1, range(max = 9))]
    value: u32,
}

#[test]
fn a_refusal_leaves_no_trace_but_one_report() {
    let tap = Tap::new(Ruled { value: 1 });
    let config = Ruled::hot_builder().source(tap.source()).load().unwrap();
    let (calls, reports) = (Log::new(), Log::new());
    let (called, reported) = (Arc::clone(&calls), Arc::clone(&reports));
    let _calls = config.subscribe(move |change| called.push(change.version()));
    let _reports = config.on_reload_error(move |error| reported.push(error.to_string()));
    let before = config.snapshot();

    tap.turn(Ruled { value: 10 });
    eventually("the refusal is reported", || reports.len() == 1);
    assert!(config.reload().is_err());
    assert!(config.set_value(11).is_err());
    assert!(config.update(|ruled| ruled.value = 12).is_err());
    assert!(Arc::ptr_eq(&before, &config.snapshot()));
    assert_eq!((config.version(), config.overrides().len()), (1, 0));

    // A wrong report or delivery would have arrived before this.
    tap.turn(Ruled { value: 2 });
    eventually("the next change is delivered", || calls.len() > 0);
    assert_eq!((calls.all(), reports.len(), config.version()), (vec![2], 1, 2));
}
