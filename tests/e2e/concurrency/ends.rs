//! Shutdown, the last handle.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::channel,
    },
    task::{Context, Poll, Wake, Waker},
    thread,
};

use hotswap::{Closed, HotConfig};

use super::{Gate, Log, Whole, ends, hear, tapped};
use crate::support::{Folder, eventually, under};

fn threads() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("Threads:")).unwrap();
    line.trim().parse().unwrap()
}

/// Starts, works, and ends by `end`; then there are as many threads as before. Runs in its own process, because
/// other tests have threads too.
#[cfg(target_os = "linux")]
#[track_caller]
fn leaves_no_thread(end: fn(super::WholeHandle)) {
    under(&[], || {
        let folder = Folder::with("app.toml", "a = 1");
        let base = threads();
        for _ in 0..3 {
            let config = Whole::hot_builder().file(folder.path("app.toml")).load().unwrap();
            let (tell, heard) = channel();
            let tell_b = tell.clone();
            config.on_a_change(move |_, _| tell.send(()).unwrap()).detach();
            config.on_b_change(move |_, _| tell_b.send(()).unwrap()).detach();
            config.update(|whole| whole.become_of(whole.a + 1)).unwrap();
            hear(&heard, "the first callback");
            hear(&heard, "the second callback");
            assert!(threads() > base);
            end(config);
        }
        eventually("as many threads as before", || threads() == base);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_shutdown_leaves_no_thread() {
    leaves_no_thread(|config| {
        config.shutdown().unwrap();
        config.shutdown().unwrap();
    });
}

#[cfg(target_os = "linux")]
#[test]
fn the_last_handle_leaves_no_thread() {
    leaves_no_thread(drop);
}

#[cfg(target_os = "linux")]
#[test]
fn a_handle_that_goes_in_a_panic_leaves_no_thread() {
    leaves_no_thread(|config| {
        let result = thread::spawn(move || {
            let _config = config;
            panic!("as planned");
        });
        assert!(result.join().is_err());
    });
}

#[cfg(target_os = "linux")]
#[test]
fn many_shutdowns_at_once_all_wait() {
    leaves_no_thread(|config| {
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| config.shutdown().unwrap());
            }
        });
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_stuck_callback_leaves_no_thread_once_it_ends() {
    leaves_no_thread(|config| {
        let gate = Gate::new();
        let held = Arc::clone(&gate);
        config.on_a_change(move |_, _| held.pass()).detach();
        config.update(|whole| whole.become_of(whole.a + 1)).unwrap();
        gate.wait_for_one();
        config.shutdown().unwrap();
        gate.open();
    });
}

#[test]
fn nothing_is_called_after_a_shutdown() {
    for round in 0..30 {
        let (config, tap) = tapped();
        let over = Arc::new(AtomicBool::new(false));
        let late = Log::new();
        let (is_over, calls) = (Arc::clone(&over), Arc::clone(&late));
        config
            .subscribe(move |change| {
                if is_over.load(Ordering::SeqCst) {
                    calls.push(change.version())
                }
            })
            .detach();
        thread::scope(|scope| {
            scope.spawn(|| (1..=10).for_each(|step| drop(config.set_a(step))));
            scope.spawn(|| (1..=10).for_each(|step| tap.turn(Whole::of(step))));
            (0..round).for_each(|_| thread::yield_now());
            config.shutdown().unwrap();
            over.store(true, Ordering::SeqCst);
        });
        let version = config.version();
        tap.turn(Whole::of(99));
        assert!(config.set_a(99).is_err() && config.update(|_| ()).is_err() && config.reload().is_err());
        assert_eq!((late.len(), config.version(), config.load().a), (0, version, config.a()));
    }
}

#[test]
fn nothing_is_called_after_the_last_handle_even_if_a_read_is_under_way() {
    let (config, tap) = tapped();
    let (gate, log) = (Gate::new(), Log::new());
    let (held, calls) = (Arc::clone(&gate), Arc::clone(&log));
    config.subscribe(move |change| calls.push(change.version())).detach();
    tap.before_read(move || held.pass());
    tap.turn(Whole::of(1));
    gate.wait_for_one();
    let weak = config.downgrade();
    ends("dropping the handle beside a stuck source", move || drop(config));
    assert!(weak.upgrade().is_none());
    gate.open();
    // The engine drops the source when it has ended.
    eventually("the engine ends", || Arc::strong_count(&tap.0) == 1);
    assert_eq!(log.len(), 0);
}

#[test]
fn a_subscription_does_not_keep_the_configuration() {
    let (config, tap) = tapped();
    let (tell, heard) = channel::<()>();
    let _subscription = config.on_a_change(move |_, _| tell.send(()).unwrap());
    let _watch = config.watch(Whole::paths().a());
    drop(config);
    assert!(heard.recv().is_err(), "the callback is still there");
    eventually("the engine ends", || Arc::strong_count(&tap.0) == 1);
}

#[test]
fn who_subscribes_after_a_shutdown_is_not_kept() {
    let config = Whole::hot_fixed(Whole::of(0));
    config.shutdown().unwrap();
    let (tell, heard) = channel::<()>();
    config.on_a_change(move |_, _| tell.send(()).unwrap()).detach();
    assert!(heard.recv().is_err(), "the callback is kept");
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_watch_ends_with_the_configuration_after_the_last_value() {
    let config = Whole::hot_fixed(Whole::of(0));
    let mut watch = config.watch(Whole::paths().a());
    let flag = Arc::new(Flag(AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&flag));
    let mut poll = move || std::pin::pin!(watch.changed()).poll(&mut Context::from_waker(&waker));
    assert_eq!(poll(), Poll::Pending);
    config.set_a(1).unwrap();
    drop(config);
    assert!(flag.0.load(Ordering::SeqCst), "not woken");
    assert_eq!(
        (poll(), poll(), poll()),
        (Poll::Ready(Ok(())), Poll::Ready(Err(Closed)), Poll::Ready(Err(Closed)))
    );
}

#[test]
fn a_watch_of_a_closed_configuration_ends_at_once() {
    let config = Whole::hot_fixed(Whole::of(0));
    config.shutdown().unwrap();
    let mut watch = config.watch(Whole::paths().a());
    let poll = std::pin::pin!(watch.changed()).poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(poll, Poll::Ready(Err(Closed)));
}

#[test]
fn a_reload_that_waits_is_answered_by_a_shutdown() {
    let (config, tap) = tapped();
    let gate = Gate::new();
    let held = Arc::clone(&gate);
    tap.before_read(move || held.pass());
    let (waiting, queued) = (config.clone(), config.clone());
    thread::scope(|scope| {
        let first = scope.spawn(move || waiting.reload());
        gate.wait_for_one();
        let second = scope.spawn(move || queued.reload());
        config.shutdown().unwrap();
        gate.open();
        assert!(first.join().unwrap().is_err() && second.join().unwrap().is_err());
    });
}
