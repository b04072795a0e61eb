//! A process that cannot spawn threads for a while.

use std::{
    sync::{
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc::{Receiver, channel},
    },
    time::Duration,
};

use hotswap::{
    HotConfig,
    secrets::{Fetched, Payload},
};

use crate::{
    stores::store::Store,
    support::{App, BOUND, Folder, Login, eventually, under},
};

/// The address space of each thread; the process has a few times as much.
const STACK: usize = 256 << 20;

/// Runs `test` in a process where memory can be used up without a failing allocation in the library.
#[track_caller]
fn with_big_stacks(test: impl FnOnce()) {
    let stack = format!("RUST_MIN_STACK={STACK}");
    under(&["env", &stack, "prlimit", "--as=6000000000", "--"], test);
}

/// Uses up the address space until no stack of a thread fits any more. A thread that ends in the meantime frees its
/// stack, so this continues until the system has refused a thread.
fn use_up() -> Vec<Vec<u8>> {
    let mut taken = Vec::new();
    loop {
        let mut part = Vec::new();
        if part.try_reserve_exact(STACK / 2).is_ok() {
            taken.push(part);
            continue;
        }
        match std::thread::Builder::new().spawn(|| ()) {
            Ok(thread) => thread.join().unwrap(),
            Err(_) => return taken,
        }
    }
}

#[track_caller]
fn nothing_yet<T: std::fmt::Debug>(told: &Receiver<T>) {
    let early = told.recv_timeout(Duration::from_millis(200));
    assert!(early.is_err(), "it was called without a thread: {early:?}");
}

#[test]
fn the_last_value_arrives_once_there_is_a_thread() {
    with_big_stacks(|| {
        let folder = Folder::with("app.toml", "number = 1");
        let app = App::builder(&folder).load().unwrap();
        let (tell, told) = channel();
        let _subscription = app.on_number_change(move |old, new| tell.send((*old, *new)).unwrap());
        let taken = use_up();
        app.set_number(2).unwrap();
        app.set_number(3).unwrap();
        nothing_yet(&told);
        drop(taken);
        assert_eq!(told.recv_timeout(BOUND).unwrap(), (1, 3));
    });
}

#[test]
fn a_refused_reload_is_reported_once_there_is_a_thread() {
    with_big_stacks(|| {
        let folder = Folder::with("app.toml", "number = 1");
        let app = App::builder(&folder).load().unwrap();
        let (tell, told) = channel();
        let _subscription = app.on_reload_error(move |error| tell.send(error.to_string()).unwrap());
        let taken = use_up();
        folder.write("app.toml", "number = 'x'");
        eventually("it is refused", || app.status().last_error.is_some());
        nothing_yet(&told);
        drop(taken);
        assert!(told.recv_timeout(BOUND).unwrap().contains("number"));
    });
}

/// The standby worker for slow callbacks is a thread, too.
#[test]
fn a_stuck_callback_holds_nobody_up_once_there_is_a_thread() {
    with_big_stacks(|| {
        let folder = Folder::with("app.toml", "number = 1");
        let app = App::builder(&folder).load().unwrap();
        let (arrive, arrived) = channel();
        let (open, gate) = channel::<()>();
        let gate = std::sync::Mutex::new(gate);
        let _stuck = app.on_number_change(move |_, _| {
            arrive.send(()).unwrap();
            let _ = gate.lock().unwrap().recv();
        });
        app.set_number(2).unwrap();
        arrived.recv_timeout(BOUND).unwrap();
        let (tell, told) = channel();
        let _quick = app.on_text_change(move |_, new| tell.send(new.clone()).unwrap());
        let taken = use_up();
        app.set_text("b".into()).unwrap();
        nothing_yet(&told);
        drop(taken);
        assert_eq!(told.recv_timeout(BOUND).unwrap(), "b");
        drop(open);
    });
}

#[test]
fn a_subscriber_of_a_configuration_without_sources_has_its_thread_from_the_start() {
    with_big_stacks(|| {
        let app = App::fixed();
        let (tell, told) = channel();
        let _subscription = app.on_number_change(move |_, new| tell.send(*new).unwrap());
        let _taken = use_up();
        app.set_number(2).unwrap();
        assert_eq!(told.recv_timeout(BOUND).unwrap(), 2);
    });
}

#[test]
fn a_file_that_a_hook_had_no_thread_for_is_taken_once_there_is_one() {
    with_big_stacks(|| {
        let folder = Folder::with("app.toml", "number = 1");
        let app = App::builder(&folder).load().unwrap();
        let _hook = app.prepare(|_| Ok::<_, hotswap::Error>(()));
        let taken = use_up();
        folder.write("app.toml", "number = 2");
        eventually("it is refused", || app.status().last_error.is_some());
        drop(taken);
        eventually("it is taken", || app.number() == 2);
        assert_eq!(app.status().last_error, None);
    });
}

#[test]
fn secrets_are_kept_fresh_once_there_is_a_thread() {
    with_big_stacks(|| {
        let store = Store::with(&[("db", "one")]);
        let folder = Folder::with("app.toml", "password = 'env:HOTSWAP_TEST_CHILD'");
        let builder = Login::hot_builder().file(folder.path("app.toml")).secrets("store", store.clone());
        let builder = builder.prepare_timeout(BOUND);
        let app = builder.secret_refresh(Duration::from_millis(20)).load().unwrap();
        // A fetch needs a thread too, so the first one gets it; the refresher gets none.
        let slow = store.clone();
        let taken = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let hold = std::sync::Arc::clone(&taken);
        // The hook is called for the secret too, which needs memory.
        let first = AtomicBool::new(true);
        let _hook = app.prepare(move |_| {
            if first.swap(false, Relaxed) {
                hold.lock().unwrap().extend(use_up());
                slow.answer("db", Ok(Fetched::new(Payload::text("two".into()))));
            }
            Ok::<_, hotswap::Error>(())
        });
        folder.write("app.toml", "number = 2");
        eventually("it is there", || app.number() == 2);
        assert_eq!(app.password().expose(), "one");
        taken.lock().unwrap().clear();
        eventually("it is fetched again", || app.password().expose() == "two");
    });
}
