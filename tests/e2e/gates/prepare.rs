//! Prepare hooks: which hooks are called, the effect of a refusal, and forbidden calls of a hook.

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
    thread,
    time::{Duration, Instant},
};

use hotswap::{Error, HotConfig, IssueKind, Subscription};
use serde::{Deserialize, Serialize};

use crate::support::{BOUND, Folder, eventually};

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    limit: Limit,
    #[hot(default = "info")]
    level: String,
    #[hot(default = 80, restart)]
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Limit {
    #[hot(default = 5, range(min = 1))]
    max: u32,
}

const NEVER: Duration = Duration::from_millis(50);

fn app(folder: &Folder) -> AppHandle {
    App::hot_builder().file(folder.path("app.toml")).watch(false).load().unwrap()
}

fn fixed() -> LimitHandle {
    Limit::hot_fixed(Limit { max: 5 })
}

/// A hook that agrees and records its calls and notifications.
fn agreeing(limit: &LimitHandle, name: &'static str, log: &Arc<Mutex<Vec<String>>>) -> Subscription {
    let (asked, told) = (Arc::clone(log), Arc::clone(log));
    let hook = move |_: &_| {
        asked.lock().unwrap().push(format!("{name} asked"));
        Ok::<_, Error>(())
    };
    limit.prepare(hook).on_abort(move || told.lock().unwrap().push(format!("{name} told")))
}

#[test]
fn a_write_that_is_refused_changes_nothing() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    let _hook = app.prepare(|_| Err("not today"));
    let error = app.set_limit_max(6).unwrap_err();
    assert_eq!(
        error.to_string(),
        "configuration rejected: 1 problem\n  prepare hook 1 of `App` refused: not today"
    );
    assert_eq!((app.version(), app.limit_max(), app.history().len()), (1, 5, 1));
    assert!(app.status().overrides.is_empty());
}

#[test]
fn a_refused_reload_is_reported_and_tried_again_by_hand() {
    let folder = Folder::with("app.toml", "limit.max = 5");
    let app = App::hot_builder().file(folder.path("app.toml")).load().unwrap();
    let (tell, told) = channel();
    let _errors = app.on_reload_error(move |report| tell.send(report.clone()).unwrap());
    let hook = app.prepare(|_| Err("not today"));
    folder.write("app.toml", "limit.max = 6");
    assert!(told.recv_timeout(BOUND).unwrap().has(IssueKind::Prepare));
    assert!(app.reload().is_err());
    assert_eq!((app.limit_max(), app.status().counts.refused), (5, 1));
    assert!(app.status().last_error.unwrap().contains("not today"));

    drop(hook);
    assert_eq!(app.reload().unwrap(), 2);
    assert_eq!((app.limit_max(), app.status().last_error), (6, None));
}

#[test]
fn everybody_is_asked_in_order_and_those_who_agreed_are_told() {
    let (limit, log) = (fixed(), Arc::default());
    let _hooks = [
        agreeing(&limit, "first", &log),
        limit.prepare(|_| Err("no")),
        agreeing(&limit, "third", &log),
        limit.prepare(|_| Err("never")),
    ];
    let error = limit.set_max(6).unwrap_err();
    let reasons: Vec<_> = error.issues().map(|issue| issue.message().to_owned()).collect();
    assert_eq!(
        reasons,
        ["prepare hook 2 of `Limit` refused: no", "prepare hook 4 of `Limit` refused: never"]
    );
    assert_eq!(*log.lock().unwrap(), ["first asked", "third asked", "third told", "first told"]);
}

#[test]
fn nobody_is_told_of_a_change_that_comes() {
    let (limit, log) = (fixed(), Arc::default());
    let _hook = agreeing(&limit, "it", &log);
    assert_eq!(limit.set_max(6).unwrap(), 2);
    assert_eq!(*log.lock().unwrap(), ["it asked"]);
}

#[test]
fn a_hook_sees_both_sides_and_the_handle_shows_the_old_one() {
    let limit = fixed();
    let (weak, seen) = (limit.downgrade(), Arc::new(Mutex::default()));
    let noted = Arc::clone(&seen);
    let _hook = limit.prepare(move |change| {
        let now = weak.upgrade().unwrap().max();
        let change = (change.old().max, change.new().max, change.version(), change.cause().to_string());
        *noted.lock().unwrap() = Some((now, change));
        Ok::<_, Error>(())
    });
    limit.set_max(6).unwrap();
    assert_eq!(*seen.lock().unwrap(), Some((5, (5, 6, 2, "set".to_owned()))));
}

#[test]
fn a_part_is_asked_about_itself_only() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    let _hook = app.limit().prepare(|_| Err("full"));
    app.set_level("debug".into()).unwrap();
    let error = app.set_limit_max(6).unwrap_err();
    assert_eq!(error.issues().next().unwrap().path(), "limit");
}

#[test]
fn a_write_that_changes_nothing_asks_nobody() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    let _hook = app.prepare(|_| Err("no"));
    app.set_limit_max(5).unwrap();
    app.set_port(81).unwrap();
    assert_eq!(app.pending_restart().len(), 1);
}

#[test]
fn a_panic_refuses() {
    let limit = fixed();
    let _hook = limit.prepare(|_| -> Result<(), Error> { panic!("as planned") });
    let error = limit.set_max(6).unwrap_err().to_string();
    assert!(error.contains("prepare hook 1 of `Limit` panicked"), "{error}");
    assert_eq!(limit.max(), 5);
}

#[test]
fn a_panic_of_one_who_is_told_keeps_nobody_from_being_told() {
    let (limit, log) = (fixed(), Arc::default());
    let _hooks = [
        agreeing(&limit, "first", &log),
        limit.prepare(|_| Ok::<_, Error>(())).on_abort(|| panic!("as planned")),
        limit.prepare(|_| Err("no")),
    ];
    assert!(limit.set_max(6).is_err());
    assert_eq!(*log.lock().unwrap(), ["first asked", "first told"]);
}

/// A handle with a hook that waits for a permission, and then agrees.
fn stuck(folder: &Folder, leave: Receiver<()>, told: impl Fn() + Send + Sync + 'static) -> AppHandle {
    let timeout = Duration::from_millis(20);
    let builder = App::hot_builder().file(folder.path("app.toml")).prepare_timeout(timeout);
    let app = builder.load().unwrap();
    let leave = Mutex::new(leave);
    let hook = move |_: &_| leave.lock().unwrap().recv().map_err(|error| error.to_string());
    app.prepare(hook).on_abort(told).detach();
    app
}

#[test]
fn a_hook_that_hangs_refuses_and_is_told_when_it_agrees_too_late() {
    let folder = Folder::with("app.toml", "#");
    let (give, leave) = channel();
    let (tell, told) = channel();
    let app = stuck(&folder, leave, move || tell.send(()).unwrap());
    let error = app.set_limit_max(6).unwrap_err().to_string();
    assert!(
        error.contains("gave no answer within 20ms; make it faster, or raise `prepare_timeout`"),
        "{error}"
    );

    let error = app.set_limit_max(6).unwrap_err().to_string();
    assert!(error.contains("is still busy with an earlier change"), "{error}");
    assert!(told.recv_timeout(NEVER).is_err());
    give.send(()).unwrap();
    told.recv_timeout(BOUND).unwrap();

    give.send(()).unwrap();
    eventually("it is free again", || app.set_limit_max(6).is_ok());
}

#[test]
fn a_write_inside_a_hook_is_an_error() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    let weak = app.downgrade();
    let _hook = app.prepare(move |_| {
        let app = weak.upgrade().unwrap();
        let outcomes = [app.set_limit_max(7), app.reload(), app.clear_overrides()];
        match outcomes.iter().all(Result::is_err) {
            true => Ok(()),
            false => Err("a write came through"),
        }
    });
    assert_eq!(app.set_limit_max(6).unwrap(), 2);
}

#[test]
fn a_write_on_another_thread_that_a_writer_waits_for_is_an_error() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    app.update(|_| {
        let write = app.set_async(App::paths().limit().max(), 7);
        assert!(block_on(write).is_err());
    })
    .unwrap();
}

#[test]
fn a_hook_may_shut_down_and_nothing_comes_after() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    let weak = app.downgrade();
    let _hook = app.prepare(move |_| weak.upgrade().unwrap().shutdown());
    let start = Instant::now();
    assert!(app.set_limit_max(6).is_err());
    assert_eq!((app.version(), start.elapsed() < BOUND), (1, true));
}

#[test]
fn a_dropped_subscription_asks_no_more() {
    let limit = fixed();
    let hook = limit.prepare(|_| Err("no"));
    assert_eq!(limit.status().counts.subscribers, 1);
    drop(hook);
    limit.set_max(6).unwrap();
    assert_eq!(limit.status().counts.subscribers, 0);
}

#[test]
fn a_hook_may_drop_its_own_subscription() {
    let limit = fixed();
    let place = Arc::new(Mutex::new(None::<Subscription>));
    let own = Arc::clone(&place);
    let hook = limit.prepare(move |_| {
        drop(own.lock().unwrap().take());
        Err("only once")
    });
    *place.lock().unwrap() = Some(hook);
    assert!(limit.set_max(6).is_err());
    assert_eq!(limit.set_max(6).unwrap(), 2);
}

#[test]
fn on_abort_is_nothing_to_other_subscriptions() {
    let limit = fixed();
    let (tell, told) = channel::<()>();
    let _changes = limit.on_max_change(|_, _| {}).on_abort(move || tell.send(()).unwrap());
    let _hook = limit.prepare(|_| Err("no"));
    assert!(limit.set_max(6).is_err());
    assert!(told.recv_timeout(NEVER).is_err());
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        thread::sleep(Duration::from_millis(1));
    }
}
