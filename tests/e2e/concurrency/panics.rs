//! I17: a panic in code of the program affects nothing else.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::channel,
    },
};

use hotswap::HotConfig;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Log, Tap, Whole, hear, tapped};
use crate::support::eventually;

#[test]
fn a_panicking_callback_is_counted_and_the_others_go_on() {
    let (config, _tap) = tapped();
    let log = Log::new();
    let seen = Arc::clone(&log);
    let _bad = config.on_a_change(|_, new| assert!(*new == 2, "as planned"));
    let _good = config.on_a_change(move |_, new| seen.push(*new));
    config.set_a(1).unwrap();
    eventually("the good one is called", || log.last() == Some(1));
    config.set_a(2).unwrap();
    eventually("the good one is called again", || log.last() == Some(2));
    config.set_a(3).unwrap();
    eventually("both panics are counted", || config.status().counts.callback_panics == 2);
}

#[test]
fn a_pattern_that_panics_over_one_leaf_hears_of_the_others() {
    let config = Whole::hot_fixed(Whole::of(0));
    let log = Log::new();
    let seen = Arc::clone(&log);
    let _pattern = config.watch_pattern("*", move |field| {
        assert!(field.path() != "a", "as planned");
        seen.push(field.path().to_owned());
    });
    config.update(|whole| whole.become_of(1)).unwrap();
    eventually("the other leaf is delivered", || log.all() == ["b"]);
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("as planned");
        }
    }
}

#[test]
fn what_a_callback_owns_may_panic_as_it_goes() {
    let (config, _tap) = tapped();
    let own = Arc::new(std::sync::Mutex::new(None));
    let its = Arc::clone(&own);
    let bomb = Bomb;
    let (tell, heard) = channel();
    let subscription = config.on_a_change(move |_, _| {
        let _owned = &bomb;
        drop(its.lock().unwrap().take());
        tell.send(()).unwrap();
    });
    *own.lock().unwrap() = Some(subscription);
    config.set_a(1).unwrap();
    // Its last owner is the notifier, which must survive the panic.
    hear(&heard, "it is called");
    let (tell, heard) = channel();
    let _next = config.on_a_change(move |_, new| tell.send(*new).unwrap());
    config.set_a(2).unwrap();
    assert_eq!(hear(&heard, "the next change"), 2);
    let bomb = Bomb;
    config
        .on_b_change(move |_, _| {
            let _owned = &bomb;
        })
        .detach();
    config.shutdown().unwrap();
}

#[test]
fn a_panicking_closure_changes_nothing() {
    let (config, _tap) = tapped();
    let result = catch_unwind(AssertUnwindSafe(|| {
        config.update(|whole| {
            whole.a = 9;
            panic!("as planned");
        })
    }));
    assert!(result.is_err());
    assert_eq!((config.a(), config.version(), config.set_a(1).unwrap()), (0, 1, 2));
}

/// Determines when to panic.
static WHERE: AtomicU64 = AtomicU64::new(0);
const DECODING: u64 = 1;
const RULE: u64 = 2;
const COMPARING: u64 = 3;
const DROPPING: u64 = 4;
const CLONING: u64 = 5;

fn panics_at(place: u64) {
    if WHERE.load(Ordering::SeqCst) == place && !std::thread::panicking() {
        panic!("as planned, at {place}");
    }
}

#[derive(Debug, Serialize)]
struct Touchy(u64);

impl<'de> Deserialize<'de> for Touchy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        panics_at(DECODING);
        u64::deserialize(deserializer).map(Self)
    }
}

impl Clone for Touchy {
    fn clone(&self) -> Self {
        panics_at(CLONING);
        Self(self.0)
    }
}

impl PartialEq for Touchy {
    fn eq(&self, other: &Self) -> bool {
        panics_at(COMPARING);
        self.0 == other.0
    }
}

impl Drop for Touchy {
    fn drop(&mut self) {
        panics_at(DROPPING);
    }
}

fn rule(_: &Touchy) -> Result<(), String> {
    panics_at(RULE);
    Ok(())
}

#[derive(Serialize, Deserialize, HotConfig)]
struct Touching {
    #[hot(custom = rule)]
    touchy: Touchy,
    #[hot(default = 0)]
    other: u64,
}

#[derive(Clone, Serialize)]
struct Given {
    touchy: u64,
    other: u64,
}

/// One test, because the panic hook is shared by the whole process.
#[test]
fn a_panic_anywhere_in_a_reload_publishes_all_or_nothing() {
    let tap = Tap::new(Given { touchy: 0, other: 0 });
    let config = Touching::hot_builder().source(tap.source()).load().unwrap();
    let log = Log::new();
    let seen = Arc::clone(&log);
    let _other = config.on_other_change(move |_, new| seen.push(*new));
    for place in [DECODING, RULE, COMPARING] {
        WHERE.store(place, Ordering::SeqCst);
        tap.put(Given { touchy: place, other: place });
        let before = config.version();
        assert!(config.reload().unwrap_err().to_string().contains("panicked"), "at {place}");
        WHERE.store(0, Ordering::SeqCst);
        assert_eq!((config.version(), config.touchy().0, config.other()), (before, place - 1, place - 1));
        // A write is based on the last accepted content, not on the read that panicked.
        let version = config.set_other(place + 50).unwrap();
        assert_eq!(config.at(version).unwrap().touchy.0, place - 1, "half of a refused reload went live");
        config.clear_overrides().unwrap();
        config.reload().unwrap();
        assert_eq!((config.touchy().0, config.other()), (place, place));
    }
    WHERE.store(DROPPING, Ordering::SeqCst);
    tap.put(Given { touchy: 4, other: 4 });
    let reloaded = config.reload();
    let set = catch_unwind(AssertUnwindSafe(|| config.set_other(5)));
    WHERE.store(0, Ordering::SeqCst);
    assert_eq!(config.touchy().0, if reloaded.is_ok() { 4 } else { 3 });
    drop(set);
    WHERE.store(CLONING, Ordering::SeqCst);
    let _ = catch_unwind(AssertUnwindSafe(|| config.set_other(6)));
    WHERE.store(0, Ordering::SeqCst);
    config.set_other(99).unwrap();
    eventually("the notifier is well", || log.last() == Some(99));
}

#[test]
fn a_source_that_panics_fails_alone() {
    let (good, bad) = (Tap::new(serde_json::json!({ "a": 0 })), Tap::new(serde_json::json!({ "b": 0 })));
    let config = Whole::hot_builder().source(good.source()).source(bad.source()).load().unwrap();
    bad.before_read(|| panic!("as planned"));
    good.put(serde_json::json!({ "a": 1 }));
    assert_eq!(config.reload().unwrap(), 2);
    assert_eq!(config.a(), 1);
    let status = serde_json::to_value(config.status()).unwrap();
    assert!(status["sources"].to_string().contains("panicked"), "{status}");
}

#[test]
fn a_handle_may_go_while_a_thread_panics() {
    let (config, _tap) = tapped();
    let gone = Arc::new(AtomicBool::new(false));
    let weak = config.downgrade();
    let result = std::thread::spawn(move || {
        let _config = config;
        panic!("as planned");
    });
    assert!(result.join().is_err());
    gone.store(weak.upgrade().is_none(), Ordering::SeqCst);
    assert!(gone.load(Ordering::SeqCst));
}
