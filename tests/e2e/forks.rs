//! A process that is forked after the load has the configuration's memory and none of its threads.

use std::{
    fs,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use crate::{
    stores::store::Store,
    support::{App, AppHandle, BOUND, Folder, Login, eventually, in_a_fork},
};
use hotswap::{
    Changed, Error, Health, HotConfig, Reading, Source, SourceError,
    secrets::{Fetched, Lease, Payload},
};

const FORKED: &str = "this process was forked after the configuration was loaded; load it again in the child";

fn folder() -> Folder {
    Folder::with("app.toml", "number = 2\ntext = 'two'")
}

fn load(folder: &Folder) -> AppHandle {
    App::builder(folder).state_dir(folder.path("state")).load().unwrap()
}

#[track_caller]
fn refused<T>(what: &str, call: impl FnOnce() -> Result<T, Error>) {
    let start = Instant::now();
    let error = call().err().unwrap_or_else(|| panic!("{what} did its work"));
    assert!(error.to_string().contains(FORKED), "{what}: {error}");
    assert!(start.elapsed() < BOUND, "{what} took {:?}", start.elapsed());
}

#[track_caller]
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let (mut future, start) = (pin!(future), Instant::now());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
        assert!(start.elapsed() < BOUND, "it never ends");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn every_call_that_needs_the_threads_is_an_error() {
    let folder = folder();
    let app = load(&folder);
    app.set_number(3).unwrap();
    in_a_fork(|| {
        let app = &app;
        refused("set", || app.set_number(4));
        refused("set below", || app.inner().set_ratio(2.5));
        refused("update", || app.update(|app| app.number = 4));
        refused("update_if", || app.update_if(2, |app| app.number = 4));
        refused("patch", || app.patch(serde_json::json!([{"op": "replace", "path": "/number", "value": 4}])));
        refused("merge_patch", || app.merge_patch(serde_json::json!({"number": 4})));
        refused("clear_override", || app.clear_override("number"));
        refused("clear_overrides", || app.clear_overrides());
        refused("reload", || app.reload());
        refused("rollback", || app.rollback(1));
        refused("rollback_to", || app.rollback_to(1));
        refused("save", || app.save(folder.path("all.toml")));
        refused("save_overrides", || app.save_overrides(folder.path("some.toml")));
        refused("flush_state", || app.flush_state());
        refused("shutdown", || app.shutdown());
        refused("try_watch_pattern", || app.try_watch_pattern("**", |_| ()));
        refused("at", || app.at(1));
        refused("diff", || app.diff(1, 2));
        assert!(!folder.path("all.toml").exists() && !folder.path("some.toml").exists());
    });
    assert_eq!((app.number(), app.version()), (3, 2));
    app.set_number(4).unwrap();
}

#[test]
fn async_twins_are_errors_too() {
    let folder = folder();
    let app = load(&folder);
    in_a_fork(|| {
        refused("reload_async", || block_on(app.reload_async()));
        refused("set_async", || block_on(app.set_async(App::paths().number(), 4)));
        refused("update_async", || block_on(app.update_async(|app| app.number = 4)));
        refused("rollback_async", || block_on(app.rollback_async(1)));
        refused("save_async", || block_on(app.save_async(folder.path("all.toml"))));
        refused("flush_state_async", || block_on(app.flush_state_async()));
    });
}

#[test]
fn getters_keep_working() {
    let folder = folder();
    let app = load(&folder);
    in_a_fork(|| {
        assert_eq!((app.number(), app.text().as_str(), app.inner().ratio()), (2, "two", 1.5));
        assert_eq!((app.snapshot().number, app.load().number, app.version()), (2, 2, 1));
        assert_eq!(app.explain("number").origin().unwrap().to_string().lines().count(), 1);
        assert_eq!((app.at(1).unwrap().number, app.history().len()), (2, 1));
    });
}

/// Runs `test` while other threads of this process hold the locks of the configuration most of the time.
fn while_busy(app: &AppHandle, test: impl FnOnce()) {
    let ended = AtomicBool::new(false);
    let again = |work: &dyn Fn()| {
        while !ended.load(Relaxed) {
            work()
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| again(&|| drop(app.history())));
        }
        scope.spawn(|| {
            again(&|| drop((app.on_number_change(|_, _| ()), app.prepare(|_| Ok::<_, Error>(())))))
        });
        scope.spawn(|| again(&|| drop((app.on_warning(|_| ()), app.status()))));
        scope.spawn(|| again(&|| drop((app.set_number(8), app.set_number(9), app.inner().snapshot()))));
        let passed = catch_unwind(AssertUnwindSafe(test));
        ended.store(true, Relaxed);
        passed.unwrap_or_else(|panic| resume_unwind(panic));
    });
}

/// Each call returns the available data, or an error.
#[test]
fn no_call_waits_for_a_lock_that_a_thread_of_the_parent_held() {
    let folder = folder();
    let app = load(&folder);
    (10..60).for_each(|number| drop(app.set_text("long ".repeat(500) + &number.to_string())));
    while_busy(&app, || {
        for _ in 0..20 {
            let subscriptions =
                (app.on_text_change(|_, _| ()), app.subscribe(|_| ()), app.on_warning(|_| ()));
            let (hook, mut watch) = (app.prepare(|_| Ok::<_, Error>(())), app.watch(App::paths().number()));
            let mut started = Box::pin(app.set_async(App::paths().inner().ratio(), 2.5));
            let _ = started.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            let mut held = Some((app.clone(), app.inner()));
            in_a_fork(|| {
                assert!(app.explain("text").origin().is_some() && app.explain_all().len() == 3);
                assert!(app.overrides().iter().any(|value| value.path() == "text"));
                assert!(app.pending_restart().is_empty() && app.status().forked);
                let is_file = |name: &str| name.ends_with("app.toml");
                assert!(app.status().sources.iter().any(|source| is_file(&source.name)));
                assert!(app.inner().snapshot().ratio > 0.0 && app.inner().load().ratio > 0.0);
                let _ = (app.history(), app.at(app.version()));
                refused("at", || app.at(app.version() - 1));
                refused("diff", || app.diff(app.version(), app.version()));
                let _ = block_on(started);
                let _ = block_on(watch.changed());
                drop((subscriptions, hook.on_abort(|| ()), watch, app.on_reload_error(|_| ())));
                drop(held.take());
            });
        }
    });
}

/// Code of the program may call the `Changed` of a source in the child, too.
#[test]
fn a_source_that_says_something_is_new_does_not_wait_either() {
    let told = Arc::new(OnceLock::new());
    let number = Announced { changed: Arc::clone(&told), number: 0 };
    let app = App::hot_builder().source(number).load().unwrap();
    let changed = told.get().unwrap();
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Relaxed) {
                changed.notify()
            }
        });
        (0..20).for_each(|_| in_a_fork(|| changed.notify()));
        ended.store(true, Relaxed);
    });
    assert!(app.version() > 0);
}

struct Announced {
    changed: Arc<OnceLock<Changed>>,
    number: u32,
}

impl Source for Announced {
    fn name(&self) -> String {
        "announced".to_owned()
    }

    fn read(&mut self) -> Result<Reading, SourceError> {
        self.number += 1;
        Ok(Reading::values(&serde_json::json!({"number": self.number}))?)
    }

    fn watch(&mut self, changed: Changed) {
        let _ = self.changed.set(changed);
    }
}

#[test]
fn the_status_says_so() {
    let folder = folder();
    let app = load(&folder);
    assert!(!app.status().forked);
    in_a_fork(|| {
        let status = app.status();
        assert!(status.forked && status.last_error.as_deref() == Some(FORKED));
        let file = status.sources.iter().find(|source| source.name.ends_with("app.toml")).unwrap();
        assert_eq!(file.health, Health::Failing);
        assert!(status.watcher.is_none() && status.state.as_ref().unwrap().problem.is_some());
        assert_eq!(status.to_string().matches(FORKED).count(), 1, "{status}");
        assert_eq!(serde_json::to_value(&status).unwrap()["forked"], true);
    });
    assert!(!app.status().forked);
}

#[test]
fn whoever_awaits_a_change_learns_that_none_comes() {
    let folder = folder();
    let app = load(&folder);
    let mut number = app.watch(App::paths().number());
    in_a_fork(|| {
        assert_eq!(block_on(number.changed()), Err(hotswap::Closed));
        assert_eq!(block_on(app.watch(App::paths().number()).changed()), Err(hotswap::Closed));
        app.on_number_change(|_, _| ()).detach();
        app.subscribe(|_| ()).detach();
        app.on_reload_error(|_| ()).detach();
        app.prepare(|_| Ok::<_, Error>(())).detach();
        assert_eq!(app.status().counts.subscribers, 0);
    });
}

#[test]
fn a_configuration_without_sources_says_so_too() {
    let app = App::fixed();
    in_a_fork(|| {
        refused("set", || app.set_number(4));
        refused("reload", || app.reload());
        assert!(app.status().forked);
    });
}

#[test]
fn the_child_loads_it_again_and_follows_its_files() {
    let folder = folder();
    let app = App::builder(&folder).load().unwrap();
    in_a_fork(|| {
        let again = App::builder(&folder).load().unwrap();
        drop(app.clone());
        again.set_text("three".into()).unwrap();
        folder.write("app.toml", "number = 5");
        eventually("the edit is seen", || again.number() == 5);
        assert!(!again.status().forked);
        again.shutdown().unwrap();
    });
    eventually("the edit is seen by the parent", || app.number() == 5);
}

/// The child drops nothing that belongs to the parent: neither leases, nor threads, nor the state
/// directory.
#[test]
fn the_last_handle_of_the_child_takes_nothing_from_the_parent() {
    let (folder, store) = (folder(), Store::default());
    let lease = Lease::new(Duration::from_secs(3600)).revocable("a");
    store.answer("db", Ok(Fetched::new(Payload::text("hunter2".into())).leased(lease)));
    let login =
        Login::hot_builder().secrets("store", store.clone()).state_dir(folder.path("login")).load().unwrap();
    let (mut kept, app) = (Some(login), load(&folder));
    in_a_fork(|| {
        let start = Instant::now();
        drop(kept.take());
        assert!(start.elapsed() < BOUND, "it took {:?}", start.elapsed());
        assert!(store.revoked().is_empty());
    });
    let login = kept.unwrap();
    assert_eq!(login.password().expose(), "hunter2");
    let second = Login::hot_builder().secrets("store", store.clone()).state_dir(folder.path("login")).load();
    assert!(second.is_err(), "the lock of the state directory is gone");
    folder.write("app.toml", "number = 7");
    eventually("the edit is seen", || app.number() == 7);
    assert!(fs::exists(folder.path("state/lock")).unwrap());
    login.shutdown().unwrap();
    assert_eq!(store.revoked(), ["a"]);
}
