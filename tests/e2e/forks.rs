//! A process that is forked after the load has the configuration's memory and none of its threads.

use std::{
    fs,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use hotswap::{
    Error, Health, HotConfig, Secret,
    secrets::{Fetched, Lease, Payload},
};
use serde::{Deserialize, Serialize};

use crate::{
    stores::store::Store,
    support::{BOUND, Folder, eventually, in_a_fork},
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    number: u32,
    #[hot(default = "a")]
    text: String,
    #[hot(nested)]
    inner: Inner,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Inner {
    #[hot(default = 1.5)]
    ratio: f64,
}

const FORKED: &str = "this process was forked after the configuration was loaded; load it again in the child";

fn folder() -> Folder {
    Folder::with("app.toml", "number = 2\ntext = 'two'")
}

fn load(folder: &Folder) -> AppHandle {
    App::hot_builder().file(folder.path("app.toml")).state_dir(folder.path("state")).load().unwrap()
}

#[track_caller]
fn refused<T>(what: &str, call: impl FnOnce() -> Result<T, Error>) {
    let start = Instant::now();
    let error = call().err().unwrap_or_else(|| panic!("{what} did its work"));
    assert!(error.to_string().contains(FORKED), "{what}: {error}");
    assert!(start.elapsed() < Duration::from_secs(5), "{what} took {:?}", start.elapsed());
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
    });
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
    let app = App::hot_fixed(App { number: 1, text: "a".into(), inner: Inner { ratio: 1.5 } });
    in_a_fork(|| {
        refused("set", || app.set_number(4));
        refused("reload", || app.reload());
        assert!(app.status().forked);
    });
}

#[test]
fn the_child_loads_it_again_and_follows_its_files() {
    let folder = folder();
    let app = App::hot_builder().file(folder.path("app.toml")).load().unwrap();
    in_a_fork(|| {
        let again = App::hot_builder().file(folder.path("app.toml")).load().unwrap();
        drop(app.clone());
        again.set_text("three".into()).unwrap();
        folder.write("app.toml", "number = 5");
        eventually("the edit is seen", || again.number() == 5);
        assert!(!again.status().forked);
        again.shutdown().unwrap();
    });
    eventually("the edit is seen by the parent", || app.number() == 5);
}

#[derive(Debug, Deserialize, HotConfig)]
struct Login {
    #[hot(secret = "store:db")]
    password: Secret<String>,
}

/// Of what the child drops, nothing is the parent's: neither leases, nor threads, nor the state directory.
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
        assert!(start.elapsed() < Duration::from_secs(5), "it took {:?}", start.elapsed());
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
