//! Every refused attempt is observed, whichever entrance refuses it.

use std::{
    pin::pin,
    sync::{Arc, Mutex, mpsc::channel},
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use hotswap::{Error, Event, HotConfig};
use serde::{Deserialize, Serialize};

use crate::support::{BOUND, Folder};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 5, range(min = 1))]
    max: u32,
    #[hot(nested)]
    pool: Pool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Pool {
    #[hot(default = 3, range(min = 1))]
    size: u32,
}

/// The first lines of the refusals that `attempts` brings about, with versions 1 to 3 there.
fn refusals(attempts: impl FnOnce(&AppHandle)) -> Vec<String> {
    let (folder, (sender, seen)) = (Folder::new(), channel());
    let observe = move |event: &Event<'_>| {
        if matches!(event, Event::Refused { .. }) {
            let _ = sender.send(event.to_string().lines().next().unwrap_or_default().to_owned());
        }
    };
    let builder = App::hot_builder().optional_file(folder.path("app.toml")).watch(false);
    let app = builder.observe(observe).load().unwrap();
    app.set_max(6).unwrap();
    app.pool().set_size(4).unwrap();
    attempts(&app);
    app.shutdown().unwrap();
    drop(app);
    std::iter::from_fn(|| seen.recv_timeout(BOUND).ok()).collect()
}

fn assert_refused(results: impl IntoIterator<Item = Result<u64, Error>>) {
    results.into_iter().for_each(|result| drop(result.unwrap_err()));
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let (mut future, start) = (pin!(future), Instant::now());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
        assert!(start.elapsed() < BOUND, "it never ends");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_call_that_a_nested_handle_does_not_offer_is_observed() {
    let seen = refusals(|app| {
        let pool = app.by("alice").pool();
        assert_refused([pool.rollback(1), pool.rollback_to(1), pool.reload(), pool.clear_overrides()]);
    });
    let expected = [
        "rollback to version 2 by alice refused",
        "rollback to version 1 by alice refused",
        "reload by alice refused",
        "clearing of overrides by alice refused",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_call_from_async_code_is_observed_as_the_same_call() {
    let seen = refusals(|app| {
        let pool = app.by("alice").pool();
        assert_refused([
            block_on(pool.rollback_async(2)),
            block_on(pool.rollback_to_async(9)),
            block_on(pool.reload_async()),
            block_on(pool.clear_overrides_async()),
            block_on(app.rollback_to_async(9)),
        ]);
    });
    let expected = [
        "rollback to version 1 by alice refused",
        "rollback to version 9 by alice refused",
        "reload by alice refused",
        "clearing of overrides by alice refused",
        "rollback to version 9 refused",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_call_from_inside_a_write_is_observed() {
    let seen = refusals(|app| {
        let bob = app.by("bob");
        app.update(|_| {
            assert_refused([
                bob.reload(),
                bob.rollback(1),
                bob.rollback_to(1),
                bob.clear_overrides(),
                bob.clear_override("max"),
                bob.set_max(7),
                bob.update(|app| app.max = 7),
                bob.merge_patch(serde_json::json!({ "max": 7 })),
                bob.pool().rollback(1),
            ]);
        })
        .unwrap();
    });
    let causes: Vec<_> = seen.iter().map(|line| line.split(" by bob").next().unwrap()).collect();
    let expected = [
        "reload",
        "rollback to version 2",
        "rollback to version 1",
        "clearing of overrides",
        "clearing of overrides",
        "set",
        "update",
        "patch",
        "rollback to version 2",
    ];
    assert_eq!(causes, expected);
}

#[test]
fn a_reload_from_a_prepare_hook_is_observed_once() {
    let handle: Arc<Mutex<Option<AppHandle>>> = Arc::default();
    let inner = Arc::clone(&handle);
    let seen = refusals(move |app| {
        *handle.lock().unwrap() = Some(app.by("carol"));
        let hook = app.prepare(move |_| {
            let carol = inner.lock().unwrap().take();
            carol.into_iter().for_each(|carol| drop(carol.reload().unwrap_err()));
            Ok::<_, String>(())
        });
        app.set_max(8).unwrap();
        drop(hook);
    });
    assert_eq!(seen, ["reload by carol refused"]);
}

#[test]
fn an_old_version_that_is_shown_or_compared_is_no_attempt() {
    let seen = refusals(|app| {
        assert!(app.pool().at(1).is_err() && app.pool().diff(1, 2).is_err());
        assert!(app.pool().save("x.toml").is_err() && app.pool().shutdown().is_err());
    });
    assert!(seen.is_empty(), "{seen:?}");
}
