//! I16: calls into the library from callbacks end with a defined result.

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{Sender, channel},
    },
    thread,
};

use hotswap::{HotConfig, Subscription};
use serde::{Deserialize, Serialize};

use super::{Tap, Whole, WholeHandle, ends, hear, tapped};
use crate::support::eventually;

/// Runs `action` inside a callback, with and without sources, and returns its result.
#[track_caller]
fn in_a_callback<R: std::fmt::Debug + PartialEq + Send + 'static>(
    action: fn(&WholeHandle) -> R,
) -> (R, WholeHandle) {
    let (fixed, _handle) = in_a_callback_of(Whole::hot_fixed(Whole::of(0)), action);
    let (config, _tap) = tapped();
    let (sourced, handle) = in_a_callback_of(config, action);
    assert_eq!(fixed, sourced);
    (sourced, handle)
}

fn in_a_callback_of<R: Send + 'static>(
    config: WholeHandle,
    action: fn(&WholeHandle) -> R,
) -> (R, WholeHandle) {
    let (tell, heard) = channel();
    let once = Mutex::new(Some(config.clone()));
    config.on_a_change(move |_, _| tell_once(&once, action, &tell)).detach();
    config.set_a(1).unwrap();
    (hear(&heard, "the callback ends"), config)
}

fn tell_once<R>(once: &Mutex<Option<WholeHandle>>, action: fn(&WholeHandle) -> R, tell: &Sender<R>) {
    let config = once.lock().unwrap().take();
    if let Some(config) = config {
        tell.send(action(&config)).unwrap();
    }
}

#[test]
fn a_callback_reads() {
    let (seen, _config) =
        in_a_callback(|config| (config.a(), config.load().a, config.snapshot().a, config.version()));
    assert_eq!(seen, (1, 1, 1, 2));
}

#[test]
fn a_callback_asks_for_everything() {
    in_a_callback(|config| {
        let status = config.status();
        let _ = (config.explain("a").to_string(), config.history(), config.pending_restart());
        let overrides: Vec<_> = config.overrides().iter().map(|set| set.path().to_owned()).collect();
        (status.version, overrides)
    });
}

#[test]
fn a_callback_sets() {
    let (version, config) = in_a_callback(|config| config.set_b(9).unwrap());
    assert_eq!((version, config.b()), (3, 9));
}

#[test]
fn a_callback_sets_what_it_listens_to() {
    let config = Whole::hot_fixed(Whole::of(0));
    let weak = config.downgrade();
    let _a = config.on_a_change(move |_, new| {
        if *new < 20 {
            weak.upgrade().unwrap().set_a(new + 1).unwrap();
        }
    });
    config.set_a(1).unwrap();
    eventually("it went on to the end", || config.a() == 20);
}

#[test]
fn a_callback_updates() {
    let (version, config) = in_a_callback(|config| config.update(|whole| whole.b += 7).unwrap());
    assert_eq!((version, config.b()), (3, 7));
}

#[test]
fn a_callback_reloads() {
    let (version, config) = in_a_callback(|config| config.reload().unwrap());
    assert_eq!((version, config.version()), (2, 2));
}

#[test]
fn a_callback_clears_overrides() {
    let (config, _tap) = tapped();
    let (version, config) = in_a_callback_of(config, |config| config.clear_overrides().unwrap());
    assert_eq!((version, config.a()), (3, 0));
}

#[test]
fn a_callback_subscribes() {
    let (_, config) = in_a_callback(|config| config.on_b_change(|_, _| ()).detach());
    assert_eq!(config.status().counts.subscribers, 2);
}

#[test]
fn a_callback_watches() {
    let (value, _config) = in_a_callback(|config| *config.watch(Whole::paths().a()).borrow());
    assert_eq!(value, 1);
}

#[test]
fn a_callback_shuts_down() {
    let (_, config) = in_a_callback(|config| config.shutdown().unwrap());
    assert!(config.set_b(1).is_err() && config.reload().is_err());
    assert_eq!(config.a(), 1);
}

#[test]
fn two_callbacks_shut_down_at_once() {
    let (config, _tap) = tapped();
    let (tell, heard) = channel();
    for _ in 0..2 {
        let (weak, tell) = (config.downgrade(), tell.clone());
        config.on_a_change(move |_, _| tell.send(weak.upgrade().unwrap().shutdown()).unwrap()).detach();
    }
    config.set_a(1).unwrap();
    assert!(hear(&heard, "the shutdown from the callback").is_ok());
    ends("another shutdown", move || config.shutdown()).unwrap();
}

#[test]
fn a_callback_shuts_another_configuration_down() {
    let other = Whole::hot_fixed(Whole::of(0));
    let (tell, heard) = channel();
    other.on_a_change(move |_, _| tell.send(()).unwrap()).detach();
    other.set_a(1).unwrap();
    hear(&heard, "the other one works");
    let config = Whole::hot_fixed(Whole::of(0));
    let (tell, heard) = channel();
    let _a = config.on_a_change(move |_, _| tell.send(other.shutdown()).unwrap());
    config.set_a(1).unwrap();
    hear(&heard, "the callback ends").unwrap();
}

#[test]
fn a_callback_drops_its_own_subscription_and_anothers() {
    let config = Whole::hot_fixed(Whole::of(0));
    let shelf: Arc<Mutex<Vec<Subscription>>> = Arc::default();
    let (tell, heard) = channel();
    let mine = Arc::clone(&shelf);
    let own = config.on_a_change(move |_, _| {
        let all = std::mem::take(&mut *mine.lock().unwrap());
        tell.send(all.len()).unwrap();
        drop(all);
    });
    let other = config.on_b_change(|_, _| ());
    shelf.lock().unwrap().extend([own, other]);
    config.set_a(1).unwrap();
    assert_eq!(hear(&heard, "the callback ends"), 2);
    eventually("both are gone", || config.status().counts.subscribers == 0);
    config.set_a(2).unwrap();
    assert!(heard.recv().is_err(), "it was called after it had gone");
}

#[test]
fn a_callback_drops_the_last_handle() {
    for sources in [false, true] {
        let (tell, heard) = channel();
        let (config, _tap) = tapped();
        let config = if sources { config } else { Whole::hot_fixed(Whole::of(0)) };
        let last = Arc::new(Mutex::new(None));
        let held: Arc<Mutex<Option<WholeHandle>>> = Arc::clone(&last);
        let weak = config.downgrade();
        config
            .on_a_change(move |_, _| {
                while held.lock().unwrap().is_none() {
                    thread::yield_now();
                }
                drop(held.lock().unwrap().take());
                tell.send(()).unwrap();
            })
            .detach();
        config.set_a(1).unwrap();
        *last.lock().unwrap() = Some(config);
        hear(&heard, "the callback ends");
        assert!(weak.upgrade().is_none());
        assert!(heard.recv().is_err(), "the callback is still there");
    }
}

#[test]
fn a_callback_that_owns_the_last_handle_goes_with_its_subscription() {
    let (config, _tap) = tapped();
    let weak = config.downgrade();
    let owned = config.clone();
    let subscription = config.on_a_change(move |_, _| assert!(owned.a() > 0));
    drop(config);
    assert!(weak.upgrade().is_some());
    ends("unsubscribing", move || drop(subscription));
    assert!(weak.upgrade().is_none());
}

/// The error texts of every kind of write.
fn writes(config: &WholeHandle) -> Vec<String> {
    let results = [
        config.set_a(7),
        config.update(|whole| whole.a = 7),
        config.update_if(1, |whole| whole.a = 7),
        config.clear_overrides(),
        config.reload(),
    ];
    results.map(|result| result.unwrap_err().to_string()).into()
}

#[test]
fn a_write_inside_an_update_is_an_error() {
    let (config, _tap) = tapped();
    let inner = config.clone();
    let version = ends("the update", move || {
        inner
            .update(|whole| {
                assert!(writes(&inner).iter().all(|error| error.contains("inside")), "{:?}", writes(&inner));
                assert_eq!((inner.status().version, inner.a(), inner.load().a), (1, 0, 0));
                drop(inner.on_a_change(|_, _| ()));
                whole.b = 1;
            })
            .unwrap()
    });
    assert_eq!((version, config.b(), config.set_a(1).unwrap()), (2, 1, 3));
}

#[test]
fn a_shutdown_inside_an_update_ends() {
    let (config, _tap) = tapped();
    let inner = config.clone();
    ends("the update", move || drop(inner.update(|_| inner.shutdown().unwrap())));
    assert!(config.set_a(1).is_err());
}

#[test]
fn a_reload_from_inside_a_source_is_an_error() {
    let (config, tap) = tapped();
    let (tell, heard) = channel();
    let weak = config.downgrade();
    tap.before_read(move || {
        let config = weak.upgrade().unwrap();
        tell.send((config.reload().map_err(|error| error.to_string()), config.status().version)).unwrap();
    });
    tap.turn(Whole::of(1));
    let (result, version) = hear(&heard, "the reload from inside the source");
    assert!(result.unwrap_err().contains("inside"), "not said why");
    assert_eq!(version, 1);
    eventually("the change goes live", || config.a() == 1);
}

#[test]
fn a_source_may_write() {
    let (config, tap) = tapped();
    let (tell, heard) = channel();
    let weak = config.downgrade();
    tap.before_read(move || tell.send(weak.upgrade().unwrap().set_b(9).unwrap()).unwrap());
    tap.turn(Whole::of(1));
    hear(&heard, "the write from inside the source");
    eventually("both are there", || (config.a(), config.b()) == (1, 9));
}

#[test]
fn a_source_may_shut_down() {
    let (config, tap) = tapped();
    let (tell, heard) = channel();
    let weak = config.downgrade();
    tap.before_read(move || tell.send(weak.upgrade().unwrap().shutdown()).unwrap());
    tap.turn(Whole::of(1));
    hear(&heard, "the shutdown from inside the source").unwrap();
    let again = config.clone();
    ends("another shutdown", move || again.shutdown()).unwrap();
    assert_eq!(config.a(), 0);
}

static RULED: Mutex<Option<RuledHandle>> = Mutex::new(None);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Ruled {
    #[hot(default = 0, custom = asks)]
    value: u64,
}

fn asks(value: &u64) -> Result<(), String> {
    let handle = RULED.lock().unwrap().clone();
    let Some(handle) = handle.filter(|_| *value > 0) else { return Ok(()) };
    let errors =
        [handle.set_value(9), handle.reload(), handle.clear_overrides()].map(|result| result.is_err());
    if (handle.value(), errors) == (0, [true; 3]) { Ok(()) } else { Err(format!("{errors:?}")) }
}

#[test]
fn a_write_inside_a_rule_is_an_error_on_every_thread() {
    let tap = Tap::new(Ruled { value: 0 });
    let config = Ruled::hot_builder().source(tap.source()).load().unwrap();
    *RULED.lock().unwrap() = Some(config.clone());
    let setter = config.clone();
    assert_eq!(ends("a set", move || setter.set_value(1)).unwrap(), 2);
    *RULED.lock().unwrap() = None;
    config.clear_overrides().unwrap();
    *RULED.lock().unwrap() = Some(config.clone());
    tap.turn(Ruled { value: 2 });
    eventually("the reload goes through", || config.value() == 2);
    *RULED.lock().unwrap() = None;
}

static DROPPED: Mutex<Option<DroppyHandle>> = Mutex::new(None);

/// Calls back when it is dropped.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Droppy(u64);

impl Drop for Droppy {
    fn drop(&mut self) {
        // What it writes drops copies of it.
        if BUSY.replace(true) {
            return;
        }
        let handle = DROPPED.lock().unwrap().clone();
        if let Some(handle) = handle {
            let _ = (handle.reload(), handle.version(), handle.status().version);
            let _ = handle.set_other(self.0);
        }
        BUSY.set(false);
    }
}

std::thread_local! {
    static BUSY: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

#[derive(Serialize, Deserialize, HotConfig)]
struct DroppyConfig {
    droppy: Droppy,
    #[hot(default = 0)]
    other: u64,
}

type DroppyHandle = DroppyConfigHandle;

#[test]
fn the_drop_of_a_value_may_call_back() {
    let tap = Tap::new(serde_json::json!({ "droppy": 1 }));
    let config = DroppyConfig::hot_builder().source(tap.source()).load().unwrap();
    *DROPPED.lock().unwrap() = Some(config.clone());
    tap.turn(serde_json::json!({ "droppy": 2 }));
    eventually("the change goes live", || config.droppy().0 == 2);
    let other = config.clone();
    ends("a set", move || drop(other.set_droppy(Droppy(3))));
    *DROPPED.lock().unwrap() = None;
    assert_eq!(config.droppy().0, 3);
}
