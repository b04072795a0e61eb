//! Publish before notify, order, the last value, subscribing, what counts as a change, NaN,
//! unsubscribing, slow callbacks.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::channel,
    },
    thread,
    time::Instant,
};

use hotswap::{HotConfig, Subscription};
use serde::Deserialize;

use super::{Gate, Log, Whole, ends, hear, ok, tapped};
use crate::support::{BOUND, eventually};

#[test]
fn a_callback_finds_what_it_was_told_of() {
    let config = Whole::hot_fixed(Whole::of(0));
    let log = Log::new();
    let (seen, weak) = (Arc::clone(&log), config.downgrade());
    let _all = config.subscribe(move |change| {
        let config = weak.upgrade().unwrap();
        change.new().assert_whole();
        seen.push(config.version() >= change.version() && config.a() >= change.new().a);
    });
    (1..=50).for_each(|step| ok(config.update(|whole| whole.become_of(step))));
    eventually("something is delivered", || log.len() > 0);
    assert!(log.all().iter().all(|found| *found));
}

#[test]
fn deliveries_are_in_order_and_end_with_the_last_value() {
    let config = Whole::hot_fixed(Whole::of(0));
    let (versions, pairs) = (Log::new(), Log::new());
    let (by_version, by_pair) = (Arc::clone(&versions), Arc::clone(&pairs));
    let _versions = config.subscribe(move |change| by_version.push((change.old().a, change.version())));
    let _pairs = config.on_a_change(move |old, new| by_pair.push((*old, *new)));
    thread::scope(|scope| {
        for writer in 1..=2 {
            let config = &config;
            scope.spawn(move || {
                for step in 1..=100 {
                    config.update(|whole| whole.become_of(step * 2 + writer)).unwrap();
                }
            });
        }
    });
    let last = config.a();
    eventually("the last value is delivered", || pairs.last().is_some_and(|(_, new)| new == last));
    eventually("the last version is delivered", || {
        versions.last().is_some_and(|(_, version)| version == config.version())
    });
    assert!(versions.all().is_sorted_by(|(_, before), (_, after)| before < after));
    // Each call starts with the value of the previous delivery.
    assert_eq!(pairs.all()[0].0, 0);
    assert!(pairs.all().windows(2).all(|two| two[0].1 == two[1].0), "{:?}", pairs.all());
    assert!(pairs.all().iter().all(|(old, new)| old != new));
}

#[test]
fn no_change_is_lost_beside_a_subscription_that_begins() {
    for step in 1..=200 {
        let config = Whole::hot_fixed(Whole::of(0));
        let (tell, heard) = channel();
        let writer = config.clone();
        let writing = thread::spawn(move || writer.set_a(step).unwrap());
        (0..step % 7).for_each(|_| thread::yield_now());
        let _subscription = config.on_a_change(move |old, new| tell.send((*old, *new)).unwrap());
        let began_before = config.version() == 1;
        writing.join().unwrap();
        if began_before {
            assert_eq!(hear(&heard, "the change after the subscription began"), (0, step));
        }
    }
}

#[test]
fn a_value_that_went_there_and_back_did_not_change() {
    let config = Whole::hot_fixed(Whole::of(0));
    let (gate, log) = (Gate::new(), Log::new());
    let (held, seen) = (Arc::clone(&gate), Arc::clone(&log));
    let _a = config.on_a_change(move |old, new| {
        seen.push((*old, *new));
        held.pass();
    });
    config.set_a(1).unwrap();
    gate.wait_for_one();
    // All of this happens during the first call.
    [2, 3, 1].into_iter().for_each(|value| ok(config.set_a(value)));
    gate.open();
    let (tell, heard) = channel();
    let _b = config.on_b_change(move |_, _| tell.send(()).unwrap());
    config.set_b(1).unwrap();
    hear(&heard, "a later change of another field");
    config.set_a(4).unwrap();
    eventually("the last value is delivered", || log.last() == Some((1, 4)));
    assert_eq!(log.all(), [(0, 1), (1, 4)]);
}

#[test]
fn a_field_is_heard_only_when_it_changes() {
    let (config, _tap) = tapped();
    let (log, other) = (Log::new(), Log::new());
    let (seen, others) = (Arc::clone(&log), Arc::clone(&other));
    let _c =
        config.on_inner_c_change(move |old: &String, new: &String| seen.push((old.clone(), new.clone())));
    let _inner = config.on_inner_change(move |_, new: &super::Inner| others.push(new.c.clone()));
    (1..=5).for_each(|value| ok(config.set_a(value)));
    config.set_inner_c("new".into()).unwrap();
    eventually("the change is delivered", || log.len() > 0 && other.len() > 0);
    assert_eq!((log.all(), other.all()), (vec![("".into(), "new".into())], vec!["new".into()]));
}

#[test]
fn a_nan_does_not_change_for_ever() {
    let (config, tap) = tapped();
    let log = Log::new();
    let seen: [_; 4] = std::array::from_fn(|_| Arc::clone(&log));
    let [ratio, inner, pattern, whole] = seen;
    let _ratio = config.on_inner_ratio_change(move |_, _| ratio.push("field".to_owned()));
    let _inner = config.on_inner_change(move |_, _: &super::Inner| inner.push("struct".to_owned()));
    let _pattern = config.watch_pattern("inner.*", move |field| pattern.push(field.path().to_owned()));
    let _whole = config.inner().subscribe(move |change| whole.push(change.changed().join(" ")));
    config.set_inner_ratio(f64::NAN).unwrap();
    eventually("the NaN is delivered", || log.len() == 4);
    assert_eq!(config.set_inner_ratio(f64::NAN).unwrap(), 2);
    assert_eq!(config.update(|whole| whole.inner.ratio = f64::NAN).unwrap(), 2);
    tap.put(Whole { b: 5, ..Whole::of(0) });
    assert_eq!(config.reload().unwrap(), 3);
    let (tell, heard) = channel();
    let _all = config.subscribe(move |change| tell.send(change.changed()).unwrap());
    config.set_a(1).unwrap();
    assert_eq!(hear(&heard, "the whole"), ["a"]);
    assert_eq!(log.len(), 4, "{:?}", log.all());
}

#[test]
fn an_update_does_not_pin_a_nan_that_it_did_not_touch() {
    let (config, tap) = tapped();
    let mut whole = Whole::of(0);
    whole.inner.ratio = f64::NAN;
    tap.put(whole);
    config.reload().unwrap();
    config.update(|whole| whole.a = 1).unwrap();
    assert_eq!(crate::overrides::paths(&config), ["a"]);
    tap.put(Whole::of(0));
    config.reload().unwrap();
    assert_eq!(config.inner_ratio(), 1.5);
}

#[test]
fn who_unsubscribed_hears_nothing_that_is_published_later() {
    let config = Whole::hot_fixed(Whole::of(0));
    for round in 1..=100 {
        let gone = Arc::new(Mutex::new(u64::MAX));
        let limit = Arc::clone(&gone);
        let late = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&late);
        let subscription = config.subscribe(move |change| {
            if change.version() > *limit.lock().unwrap() {
                told.store(true, Ordering::SeqCst);
            }
        });
        let writer = config.clone();
        let writing = thread::spawn(move || (1..=5).for_each(|step| ok(writer.set_a(round * 10 + step))));
        (0..round % 5).for_each(|_| thread::yield_now());
        drop(subscription);
        *gone.lock().unwrap() = config.version();
        writing.join().unwrap();
        assert!(!late.load(Ordering::SeqCst));
    }
    assert_eq!(config.status().counts.subscribers, 0);
}

#[test]
fn a_pattern_that_unsubscribes_itself_is_not_called_again() {
    let config = Whole::hot_fixed(Whole::of(0));
    let log = Log::new();
    let own = Arc::new(Mutex::new(None::<Subscription>));
    let (seen, its) = (Arc::clone(&log), Arc::clone(&own));
    let subscription = config.watch_pattern("*", move |field| {
        seen.push(field.path().to_owned());
        drop(its.lock().unwrap().take());
    });
    *own.lock().unwrap() = Some(subscription);
    config.update(|whole| whole.become_of(1)).unwrap();
    eventually("the callback is gone", || log.len() > 0 && Arc::strong_count(&log) == 1);
    assert_eq!(log.all(), ["a"]);
}

#[test]
fn a_slow_callback_delays_neither_publishes_nor_others_and_gets_the_last_value() {
    let config = Whole::hot_fixed(Whole::of(0));
    let (gate, slow, quick) = (Gate::new(), Log::new(), Log::new());
    let (held, slowly, quickly) = (Arc::clone(&gate), Arc::clone(&slow), Arc::clone(&quick));
    let _slow = config.on_a_change(move |_, new| {
        slowly.push(*new);
        held.pass();
    });
    let _quick = config.on_a_change(move |_, new| quickly.push(*new));
    config.set_a(1).unwrap();
    gate.wait_for_one();
    let begin = Instant::now();
    (2..=200).for_each(|value| ok(config.set_a(value)));
    assert!(begin.elapsed() < BOUND / 2, "publishes waited for a callback");
    eventually("the quick one hears the last value", || quick.last() == Some(200));
    assert_eq!(slow.all(), [1]);
    gate.open();
    eventually("the slow one hears the last value", || slow.last() == Some(200));
    assert_eq!(slow.all(), [1, 200]);
}

#[test]
fn many_stuck_callbacks_hold_up_only_themselves() {
    let config = Whole::hot_fixed(Whole::of(0));
    let gate = Gate::new();
    let stuck: Vec<_> = (0..4)
        .map(|_| {
            let held = Arc::clone(&gate);
            config.on_a_change(move |_, _| held.pass())
        })
        .collect();
    let (tell, heard) = channel();
    let _last = config.on_a_change(move |_, new| tell.send(*new).unwrap());
    config.set_a(1).unwrap();
    assert_eq!(hear(&heard, "the one behind them"), 1);
    gate.open();
    ends("unsubscribing", move || drop(stuck));
}

#[derive(Debug, Deserialize, HotConfig)]
struct Opaque {
    plain: Plain,
}

/// Cannot be encoded.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Plain(u32);

#[test]
fn what_cannot_be_encoded_is_heard_too() {
    let config = Opaque::hot_fixed(Opaque { plain: Plain(0) });
    let log = Log::new();
    let seen = Arc::clone(&log);
    let _all = config.subscribe(move |change| seen.push(change.new().plain.0));
    config.update(|opaque| opaque.plain = Plain(1)).unwrap();
    eventually("it is delivered", || log.all() == [1]);
}
