//! Observers: every attempt, once, in order.

use std::{
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant},
};

use hotswap::{Cause, Event, Health, HotConfig, LastGood, Record};
use serde::Deserialize;

use crate::support::{BOUND, Folder, eventually};

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct App {
    #[hot(default = 5, range(min = 1))]
    max: u32,
    #[hot(default = "a")]
    name: String,
    #[hot(default = "none", secret)]
    token: hotswap::Secret<String>,
}

/// The recorded form of an event.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    variant: String,
    number: Option<u64>,
    record: Option<Record>,
    shown: String,
    debug: String,
}

impl Seen {
    fn of(event: &Event<'_>) -> Self {
        let debug = format!("{event:?}");
        let variant = debug.split([' ', '(']).next().unwrap().to_owned();
        let (number, record) = (event.number(), event.record().cloned());
        Self { variant, number, record, shown: event.to_string(), debug }
    }

    fn version(&self) -> Option<u64> {
        self.record.as_ref().map(|record| record.version)
    }
}

fn builder(folder: &Folder) -> (hotswap::Builder<App>, Receiver<Seen>) {
    let (sender, seen) = channel();
    let observe = move |event: &Event<'_>| drop(sender.send(Seen::of(event)));
    (App::hot_builder().optional_file(folder.path("app.toml")).watch(false).observe(observe), seen)
}

/// All observed events, after the end.
fn all(app: AppHandle, seen: &Receiver<Seen>) -> Vec<Seen> {
    app.shutdown().unwrap();
    drop(app);
    std::iter::from_fn(|| seen.recv_timeout(BOUND).ok()).collect()
}

fn variants(seen: &[Seen]) -> Vec<&str> {
    seen.iter().map(|seen| &*seen.variant).collect()
}

#[test]
fn every_way_to_change_a_configuration_is_observed_once_and_in_order() {
    let folder = Folder::new();
    let (builder, seen) = builder(&folder);
    let app = builder.load().unwrap();
    app.by("alice").set_max(6).unwrap();
    app.by("bob").set_max(0).unwrap_err();
    app.update(|app| app.name = "b".to_owned()).unwrap();
    app.update(|app| app.max = 0).unwrap_err();
    app.patch(serde_json::json!([{ "op": "replace", "path": "/max", "value": 7 }])).unwrap();
    app.patch(serde_json::json!([{ "op": "replace", "path": "/no", "value": 7 }])).unwrap_err();
    app.merge_patch_if(1, serde_json::json!({ "max": 8 })).unwrap_err();
    app.rollback(1).unwrap();
    app.rollback_to(99).unwrap_err();
    folder.write("app.toml", "name = 'c'");
    app.clear_overrides().unwrap();
    app.reload().unwrap();
    folder.write("app.toml", "name = 5");
    app.reload().unwrap_err();
    app.reload().unwrap_err();

    let seen = all(app, &seen);
    let expected = [
        "Published",
        "Published",
        "Refused",
        "Published",
        "Refused",
        "Published",
        "Refused",
        "Refused",
        "RolledBack",
        "Refused",
        "Published",
        "Published",
        "Refused",
        "Refused",
    ];
    assert_eq!(variants(&seen), expected);
    let numbers: Vec<_> = seen.iter().filter_map(|seen| seen.number).collect();
    assert_eq!(numbers, (1..=14).collect::<Vec<_>>());
    let versions: Vec<_> = seen.iter().filter_map(Seen::version).collect();
    assert_eq!(versions, (1..=7).collect::<Vec<_>>());
    assert!(seen[2].shown.starts_with("set by bob refused\n  max: 0 is less"), "{}", seen[2].shown);
    assert!(seen[2].debug.contains("by: Some(\"bob\")") && seen[2].debug.contains("version: 2"));
    assert!(seen[8].debug.contains("from: 4, to: 3"), "{}", seen[8].debug);
    assert!(seen[9].shown.starts_with("rollback to version 99 refused"), "{}", seen[9].shown);
    assert!(seen[13].shown.contains("app.toml") && seen[13].shown.contains("name: "), "{}", seen[13].shown);
}

#[test]
fn records_equal_those_of_the_history() {
    let folder = Folder::new();
    let (builder, seen) = builder(&folder);
    let app = builder.load().unwrap();
    app.by("alice").set_max(6).unwrap();
    app.set_token(hotswap::Secret::new("hunter2".to_owned())).unwrap();
    app.rollback(2).unwrap();
    let history = app.history();
    let seen = all(app, &seen);
    let records: Vec<_> = seen.iter().filter_map(|seen| seen.record.clone()).collect();
    assert_eq!(records, history);
    assert!(!format!("{seen:?}").contains("hunter2"));
}

#[test]
fn an_observer_needs_no_history() {
    let folder = Folder::new();
    let (builder, seen) = builder(&folder);
    let app = builder.no_history().load().unwrap();
    app.set_max(6).unwrap();
    let seen = all(app, &seen);
    assert_eq!(seen[1].shown, "version 2, set\n  max: 5 -> 6");
}

#[test]
fn an_attempt_that_changes_no_value_has_no_event() {
    let folder = Folder::new();
    let (builder, seen) = builder(&folder);
    let app = builder.load().unwrap();
    app.set_max(5).unwrap();
    app.reload().unwrap();
    assert_eq!(variants(&all(app, &seen)), ["Published"]);
}

#[test]
fn an_override_that_expires_is_observed() {
    let folder = Folder::new();
    let (builder, seen) = builder(&folder);
    let app = builder.load().unwrap();
    app.for_duration(Duration::from_millis(20)).set_max(6).unwrap();
    eventually("the value is back", || app.max() == 5);
    let seen = all(app, &seen);
    assert_eq!(seen[2].record.as_ref().unwrap().cause, Cause::Expired);
}

#[test]
fn a_version_that_fails_its_health_check_is_observed_as_rolled_back() {
    let folder = Folder::new();
    let (builder, seen) = builder(&folder);
    let healthy = |app: &App| if app.max > 5 { Health::Failing } else { Health::Ok };
    let app = builder.health(healthy, Duration::from_millis(200)).load().unwrap();
    app.set_max(6).unwrap();
    eventually("the value is back", || app.max() == 5);
    let seen = all(app, &seen);
    assert_eq!(variants(&seen), ["Published", "Published", "RolledBack"]);
    assert!(seen[2].debug.contains("from: 2, to: 1"));
}

#[test]
fn a_start_from_the_last_good_configuration_reports_the_refused_sources() {
    let folder = Folder::new();
    folder.write("app.toml", "max = 9");
    let state = folder.path("state");
    let app = builder(&folder).0.state_dir(&state).load().unwrap();
    app.flush_state().unwrap();
    drop(app);
    folder.write("app.toml", "max = 0");
    let (builder, seen) = builder(&folder);
    let app = builder.state_dir(&state).start_from_last_good(LastGood::OnFailure).load().unwrap();
    assert_eq!(app.max(), 9);
    let seen = all(app, &seen);
    assert_eq!(variants(&seen), ["Published", "Refused"]);
    assert_eq!(seen[0].record.as_ref().unwrap().cause, Cause::LastGood);
}

#[test]
fn a_prepare_hook_that_refuses_is_observed() {
    let folder = Folder::new();
    let (builder, seen) = builder(&folder);
    let app = builder.load().unwrap();
    let _hook = app.prepare(|_| Err::<(), _>("not now"));
    app.set_max(6).unwrap_err();
    let seen = all(app, &seen);
    assert!(seen[1].shown.contains("not now"), "{}", seen[1].shown);
}

#[test]
fn a_panic_of_the_program_is_observed_as_refused() {
    let folder = Folder::new();
    let (builder, seen) = builder(&folder);
    let app = builder.load().unwrap();
    let panics = || app.by("alice").update(|_| panic!("in a closure"));
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).is_err());
    app.set_max(6).unwrap();
    let seen = all(app, &seen);
    assert_eq!(variants(&seen), ["Published", "Refused", "Published"]);
    assert!(
        seen[1].shown.starts_with("update by alice refused\n  code of the program panicked"),
        "{}",
        seen[1].shown
    );
}

#[test]
fn an_observer_that_writes_more_than_its_queue_takes_is_bounded() {
    let folder = Folder::new();
    let weak = Arc::new(Mutex::new(None::<hotswap::WeakHandle<App>>));
    let (sender, done) = channel();
    let mine = Arc::clone(&weak);
    let observe = move |event: &Event<'_>| {
        let version = event.record().map(|record| record.version);
        let Some(weak) = mine.lock().unwrap().take_if(|_| version == Some(2)) else { return };
        let app = weak.upgrade().unwrap();
        (0..3000).for_each(|value| assert!(app.set_max(10 + value).is_ok()));
        sender.send(app.status().observers[0]).unwrap();
    };
    let app = App::hot_builder().optional_file(folder.path("app.toml")).observe(observe).load().unwrap();
    *weak.lock().unwrap() = Some(app.downgrade());
    app.set_max(6).unwrap();
    let status = done.recv_timeout(BOUND).unwrap();
    assert!(status.waiting <= status.capacity, "{status:?}");
    assert!(status.missed > 1000, "{status:?}");
}

#[test]
fn an_observer_may_read_and_write() {
    let folder = Folder::new();
    let (handle, (sender, seen)) = (Arc::new(Mutex::new(None::<hotswap::WeakHandle<App>>)), channel());
    let weak = Arc::clone(&handle);
    let observe = move |event: &Event<'_>| {
        let Some(version) = event.record().map(|record| record.version) else { return };
        let app = weak.lock().unwrap().as_ref().and_then(hotswap::WeakHandle::upgrade);
        if let Some(app) = app.filter(|_| version == 2) {
            assert!(app.version() >= version);
            sender.send(app.set(App::paths().name(), "observed".to_owned())).unwrap();
        }
    };
    let app = App::hot_builder().optional_file(folder.path("app.toml")).observe(observe).load().unwrap();
    *handle.lock().unwrap() = Some(app.downgrade());
    app.set_max(6).unwrap();
    assert_eq!(seen.recv_timeout(BOUND).unwrap().unwrap(), 3);
    assert_eq!(app.name(), "observed");
}

#[test]
fn a_panic_of_an_observer_is_contained_and_counted() {
    let folder = Folder::new();
    let (builder, seen) = builder(&folder);
    let app = builder.observe(|_: &Event<'_>| panic!("an observer")).load().unwrap();
    app.set_max(6).unwrap();
    eventually("both panics are counted", || app.status().observers[1].panics == 2);
    assert_eq!(app.status().counts.callback_panics, 2);
    assert_eq!(all(app, &seen).len(), 2);
}

/// Blocks until it is opened.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn pass(&self) {
        let (open, changed) = &*self.0;
        drop(changed.wait_while(open.lock().unwrap(), |open| !*open).unwrap());
    }

    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }
}

/// Publishes `versions` versions while an observer hangs. Returns the events that it saw, and the duration.
fn behind_a_gate(versions: u32) -> (Vec<Seen>, Duration, u64) {
    let (folder, gate) = (Folder::new(), Gate::default());
    let ((sender, seen), wait) = (channel(), gate.clone());
    let observe = move |event: &Event<'_>| {
        wait.pass();
        drop(sender.send(Seen::of(event)));
    };
    let app = App::hot_builder().optional_file(folder.path("no.toml")).observe(observe).load().unwrap();
    let began = Instant::now();
    (0..versions).for_each(|version| assert_eq!(app.set_max(10 + version).unwrap(), u64::from(version) + 2));
    let took = began.elapsed();
    let missed = app.status().observers[0].missed;
    gate.open();
    // The observer takes events again.
    eventually("the queue is empty", || app.status().observers[0].waiting == 0);
    app.set_max(9).unwrap();
    (all(app, &seen), took, missed)
}

#[test]
fn one_mark_replaces_what_did_not_fit_the_queue() {
    let versions = 1500;
    let (seen, _, missed) = behind_a_gate(versions);
    let marks: Vec<_> = seen.iter().filter(|seen| seen.variant == "Missed").collect();
    assert_eq!(marks.len(), 1);
    assert_eq!(marks[0].debug, format!("Missed({missed})"));
    assert!(missed > 400, "{missed}");
    let (published, last) = (seen.len() as u64 - 1, seen.last().unwrap());
    assert_eq!(published + missed, u64::from(versions) + 2, "each version is delivered or counted");
    assert_eq!((last.version(), last.number), (Some(1502), Some(1502)));
    let before = seen.iter().position(|seen| seen.variant == "Missed").unwrap();
    assert!(seen[..before].iter().zip(1..).all(|(seen, number)| seen.number == Some(number)));
}

#[test]
fn a_queue_that_does_not_move_is_waited_for_once() {
    let (_, took, missed) = behind_a_gate(1200);
    assert!(missed > 100);
    assert!(took > Duration::from_secs(1), "the first writer that finds it full waits: {took:?}");
    // Each of the other writes would wait as long.
    assert!(took < Duration::from_secs(60), "{took:?}");
}

#[test]
fn writers_on_many_threads_are_observed_in_the_order_of_versions() {
    let folder = Folder::new();
    let (builder, seen) = builder(&folder);
    let app = builder.load().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let app = &app;
            scope.spawn(move || {
                for value in 0..100 {
                    let value = if value % 10 == 9 { 0 } else { 10 + thread * 100 + value };
                    let _ = app.set_max(value);
                }
            });
        }
    });
    let last = app.version();
    let seen = all(app, &seen);
    let versions: Vec<_> = seen.iter().filter_map(Seen::version).collect();
    assert_eq!(versions, (1..=last).collect::<Vec<_>>());
    let numbers: Vec<_> = seen.iter().filter_map(|seen| seen.number).collect();
    assert_eq!(numbers, (1..=seen.len() as u64).collect::<Vec<_>>());
    assert_eq!(variants(&seen).iter().filter(|variant| **variant == "Refused").count(), 40);
}

static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Records a line, and is as slow as a logger may be.
struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.args().to_string().contains("panics") {
            panic!("a logger");
        }
        LOG.lock().unwrap_or_else(PoisonError::into_inner).push(format!(
            "{} {}",
            record.level(),
            record.args()
        ));
    }

    fn flush(&self) {}
}

#[test]
fn each_accepted_change_has_a_line_in_the_log() {
    log::set_logger(&Logger).unwrap();
    log::set_max_level(log::LevelFilter::Info);
    let folder = Folder::new();
    let app = builder(&folder).0.no_history().load().unwrap();
    app.by("alice").update(|app| (app.max, app.name) = (6, "b".to_owned())).unwrap();
    app.set_max(0).unwrap_err();
    app.by("panics").set_max(7).unwrap();
    app.by("eve\nroot").set_max(8).unwrap();
    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert_eq!(
        log,
        [
            "INFO hotswap: version 1, start",
            "INFO hotswap: version 2, update by alice: max, name",
            "INFO hotswap: version 4, set by eve\\nroot: max",
        ]
    );
}

#[test]
fn a_reload_is_recorded_with_its_author() {
    let folder = Folder::new();
    let (builder, seen) = builder(&folder);
    let app = builder.load().unwrap();
    folder.write("app.toml", "max = 7");
    app.by("alice").reload().unwrap();
    folder.write("app.toml", "max = 0");
    app.by("bob").reload().unwrap_err();
    folder.write("app.toml", "max = 8");
    app.reload().unwrap();
    let authors: Vec<_> = app.history().into_iter().map(|record| record.by).collect();
    assert_eq!(authors, [None, Some("alice".to_owned()), None]);
    let seen = all(app, &seen);
    assert!(seen[1].shown.contains(" by alice") && seen[2].shown.contains(" by bob refused"), "{seen:#?}");
}

#[test]
fn a_rollback_by_too_many_steps_names_a_version_that_can_exist() {
    let folder = Folder::new();
    let (builder, seen) = builder(&folder);
    let app = builder.load().unwrap();
    app.rollback(5).unwrap_err();
    let seen = all(app, &seen);
    assert!(seen[1].shown.starts_with("rollback to version 1 refused"), "{}", seen[1].shown);
    assert!(seen[1].shown.contains("no version is 5 steps back"), "{}", seen[1].shown);
}

#[test]
fn causes_and_origins_of_newer_versions_are_read_by_their_names() {
    for text in [r#""moon""#, r#"{"moon":{"phase":[1,2]}}"#] {
        let cause: Cause = serde_json::from_str(text).unwrap();
        assert_eq!(
            (cause.to_string().as_str(), serde_json::to_string(&cause).unwrap().as_str()),
            ("moon", "\"moon\"")
        );
        let origin: hotswap::Origin = serde_json::from_str(text).unwrap();
        assert_eq!(origin.to_string(), "from moon");
    }
    for text in [r#"{"files":5}"#, r#"{"a":1,"b":2}"#, "7", "null"] {
        assert!(serde_json::from_str::<Cause>(text).is_err(), "{text}");
        assert!(serde_json::from_str::<hotswap::Origin>(text).is_err() || text.contains("files"), "{text}");
    }
    let causes =
        [Cause::Start, Cause::Files(vec!["a".into()]), Cause::Rollback(3), Cause::Secrets(Vec::new())];
    for cause in causes {
        let text = serde_json::to_string(&cause).unwrap();
        assert_eq!(serde_json::from_str::<Cause>(&text).unwrap(), cause);
    }
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, Deserialize, HotConfig)]
struct Wide {
    #[hot(default = 1)]
    number: u128,
    #[hot(default = [])]
    list: Vec<i128>,
}

#[test]
fn integers_beyond_64_bits_are_printed_as_numbers() {
    let app = Wide::hot_fixed(Wide { number: 1, list: Vec::new() });
    app.update(|app| (app.number, app.list) = (u128::MAX, vec![i128::MIN, 1])).unwrap();
    let shown = app.history()[1].to_string();
    assert!(shown.contains(&format!("number: 1 -> {}", u128::MAX)), "{shown}");
    assert!(shown.contains(&format!("list[0]: null -> {}\n", i128::MIN)), "{shown}");
    let change = &app.diff(1, 2).unwrap()[0];
    let again: hotswap::FieldChange = serde_json::from_value(serde_json::to_value(change).unwrap()).unwrap();
    assert_eq!((again.to_string(), &again), (format!("number: 1 -> {}", u128::MAX), change));
}
