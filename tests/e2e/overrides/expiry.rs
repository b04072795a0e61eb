//! Overrides that expire, or are cleared.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
        mpsc::channel,
    },
    time::{Duration, Instant},
};

use hotswap::{Cause, Error, Event, HotConfig, IssueKind};
use serde::{Deserialize, Serialize};

use super::paths;
use crate::support::{BOUND, Folder, eventually};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    a: u32,
    #[hot(default = 1)]
    b: u32,
    #[hot(nested)]
    part: Part,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[hot(check = Part::fits)]
struct Part {
    #[hot(default = 1)]
    low: u32,
    #[hot(default = 9)]
    high: u32,
}

impl Part {
    fn fits(&self) -> Result<(), &'static str> {
        if self.low <= self.high { Ok(()) } else { Err("low is above high") }
    }
}

fn app(folder: &Folder) -> AppHandle {
    App::hot_builder().file(folder.path("app.toml")).load().unwrap()
}

const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(3600);

#[test]
fn a_value_goes_when_its_time_is_over() {
    let folder = Folder::with("app.toml", "a = 2");
    let app = app(&folder);
    let start = Instant::now();
    app.for_duration(SHORT).set_a(5).unwrap();
    app.for_duration(LONG).set_b(5).unwrap();
    eventually("the value goes", || app.a() == 2);
    assert!(start.elapsed() >= SHORT);
    assert_eq!((app.b(), paths(&app)), (5, vec!["b".to_owned()]));
    assert_eq!(app.status().cause, Cause::Expired);
}

#[test]
fn it_goes_though_nothing_is_watched() {
    let folder = Folder::with("app.toml", "a = 2");
    let app = App::hot_builder().file(folder.path("app.toml")).watch(false).load().unwrap();
    app.for_duration(LONG).set_b(5).unwrap();
    app.for_duration(SHORT).set_a(5).unwrap();
    eventually("the value goes", || app.a() == 2);
}

#[test]
fn setting_it_again_counts_anew() {
    let folder = Folder::with("app.toml", "a = 2");
    let app = app(&folder);
    app.for_duration(SHORT).set_a(5).unwrap();
    app.set_a(6).unwrap();
    assert_eq!(app.overrides()[0].expires(), None);
    app.for_duration(SHORT).set_b(5).unwrap();
    eventually("the other one goes", || app.b() == 1);
    assert_eq!(app.a(), 6);
}

#[test]
fn what_cannot_go_stays_and_is_reported() {
    let folder = Folder::with("app.toml", "part = { low = 5, high = 9 }");
    let app = app(&folder);
    let (tell, told) = channel();
    let _errors = app.on_reload_error(move |report| tell.send(report.clone()).unwrap());
    app.for_duration(SHORT).part().set_low(1).unwrap();
    app.part().set_high(3).unwrap();
    let report = told.recv_timeout(BOUND).unwrap();
    let issue = report.issues().next().unwrap();
    assert_eq!((issue.kind(), issue.path()), (IssueKind::Override, "part.low".to_owned()));
    assert!(issue.message().contains("low is above high"), "{report}");
    assert_eq!((app.part_low(), app.overrides().len()), (1, 2));
}

#[test]
fn a_value_that_could_not_go_goes_when_it_can() {
    let folder = Folder::with("app.toml", "part = { low = 5, high = 9 }");
    let app = app(&folder);
    let (tell, told) = channel();
    let _errors = app.on_reload_error(move |report| tell.send(report.clone()).unwrap());
    app.for_duration(SHORT).part().set_low(1).unwrap();
    app.part().set_high(3).unwrap();
    told.recv_timeout(BOUND).unwrap();
    app.clear_override("part.high").unwrap();
    eventually("it goes", || app.part_low() == 5);
}

#[test]
fn what_a_hook_kept_from_going_is_tried_again() {
    let folder = Folder::with("app.toml", "a = 2");
    let app = app(&folder);
    let vetoes = Arc::new(AtomicBool::new(true));
    let veto = Arc::clone(&vetoes);
    let _hook = app.prepare(move |change| match change.new().a {
        2 if veto.load(Ordering::SeqCst) => Err("not now"),
        _ => Ok(()),
    });
    let (tell, told) = channel();
    let _errors = app.on_reload_error(move |report| tell.send(report.to_string()).unwrap());
    app.for_duration(SHORT).set_a(5).unwrap();
    assert!(told.recv_timeout(BOUND).unwrap().contains("not now"));
    assert_eq!(app.a(), 5);
    vetoes.store(false, Ordering::SeqCst);
    eventually("it goes, though nothing else happens", || app.a() == 2);
}

#[test]
fn one_value_is_cleared_and_others_stay() {
    let folder = Folder::with("app.toml", "a = 2");
    let app = app(&folder);
    app.set_a(5).unwrap();
    app.set_b(5).unwrap();
    app.set_part(Part { low: 2, high: 8 }).unwrap();
    assert_eq!(app.clear_override("a").unwrap(), 5);
    assert_eq!((app.a(), app.b()), (2, 5));
    app.part().clear_override(Part::paths().low()).unwrap();
    assert_eq!(paths(&app), ["b", "part.high"]);
    app.clear_override("part").unwrap();
    assert_eq!(paths(&app), ["b"]);
    assert_eq!(app.clear_override("a").unwrap(), app.version());
}

#[test]
fn only_fields_are_cleared() {
    let folder = Folder::with("app.toml", "a = 2");
    let app = app(&folder);
    let error = app.clear_override("part.lwo").unwrap_err().to_string();
    assert!(error.contains("no such field: `part.lwo`, did you mean `part.low`?"), "{error}");
    assert!(app.part().clear_override("a").is_err());
}

#[test]
fn what_is_invalid_without_a_value_keeps_it() {
    let folder = Folder::with("app.toml", "part = { low = 5, high = 9 }");
    let app = app(&folder);
    app.part().set_low(1).unwrap();
    app.part().set_high(3).unwrap();
    assert!(app.clear_override("part.low").is_err());
    assert_eq!((app.part_low(), app.overrides().len()), (1, 2));
}

/// Sends the text of each refusal.
fn refusals(folder: &Folder, hear: impl Fn(&str) + Send + Sync + 'static) -> AppHandle {
    let observe = move |event: &Event<'_>| {
        if let Event::Refused { error, .. } = event {
            hear(&error.to_string());
        }
    };
    App::hot_builder().file(folder.path("app.toml")).observe(observe).load().unwrap()
}

/// An expired override of `part.low` that cannot be removed.
fn get_stuck(app: &AppHandle) {
    app.for_duration(SHORT).part().set_low(1).unwrap();
    app.part().set_high(3).unwrap();
    eventually("it is reported", || app.status().last_error.is_some());
}

const APART: &str = "part = { low = 5, high = 9 }";

#[test]
fn what_cannot_go_is_reported_once_whatever_else_is_written() {
    let folder = Folder::with("app.toml", APART);
    let (tell, told) = channel();
    let app = refusals(&folder, move |error| tell.send(error.to_owned()).unwrap());
    get_stuck(&app);
    for a in 10..15 {
        app.set_a(a).unwrap();
        // The engine's thread has tried again once this override has expired.
        app.for_duration(Duration::from_millis(1)).set_b(a).unwrap();
        eventually("another one expires", || app.b() == 1);
    }
    assert_eq!(app.part_low(), 1);
    app.shutdown().unwrap();
    drop(app);
    assert_eq!(told.iter().count(), 1);
}

#[test]
fn an_observer_that_writes_about_what_cannot_go_causes_no_loop() {
    let folder = Folder::with("app.toml", APART);
    let slot: Arc<OnceLock<AppHandle>> = Arc::default();
    let own = Arc::clone(&slot);
    let app = refusals(&folder, move |_| {
        if let Some(app) = own.get() {
            app.update(|app| app.a += 1).unwrap();
        }
    });
    slot.set(app.clone()).unwrap();
    get_stuck(&app);
    eventually("the observer writes", || app.a() == 2);
    for b in 10..15 {
        app.for_duration(Duration::from_millis(1)).set_b(b).unwrap();
        eventually("another one expires", || app.b() == 1);
    }
    assert_eq!(app.a(), 2);
    app.shutdown().unwrap();
}

type Write = fn(&AppHandle) -> Result<u64, Error>;

#[test]
fn the_status_forgets_what_could_not_go_once_it_is_replaced_or_gone() {
    let ends: [Write; 4] = [
        |app| app.part().set_low(2),
        |app| app.part().set_high(9),
        |app| app.clear_override("part.high"),
        |app| app.update(|app| (app.part.low, app.part.high) = (2, 4)),
    ];
    for end in ends {
        let folder = Folder::with("app.toml", APART);
        let (tell, told) = channel();
        let app = refusals(&folder, move |error| tell.send(error.to_owned()).unwrap());
        let (report, reports) = channel();
        let _errors = app.on_reload_error(move |error| report.send(error.to_string()).unwrap());
        get_stuck(&app);
        assert!(reports.recv_timeout(BOUND).unwrap().contains("low is above high"));
        end(&app).unwrap();
        eventually("the status is well", || app.status().last_error.is_none());
        app.clear_overrides().unwrap();
        get_stuck(&app);
        assert!(reports.recv_timeout(BOUND).unwrap().contains("low is above high"));
        app.shutdown().unwrap();
        drop(app);
        assert_eq!(told.iter().count(), 2);
    }
}

#[test]
fn the_status_still_has_the_refusal_of_a_file_when_an_override_is_gone() {
    let folder = Folder::with("app.toml", APART);
    let app = app(&folder);
    folder.write("app.toml", "b = 'x'\npart = { low = 5, high = 9 }");
    eventually("the file is refused", || app.status().last_error.is_some());
    app.for_duration(SHORT).part().set_low(1).unwrap();
    app.part().set_high(3).unwrap();
    let shows = |part: &str| app.status().last_error.is_some_and(|error| error.contains(part));
    eventually("the override is reported", || shows("the override's time is over"));
    app.part().set_low(2).unwrap();
    assert!(shows("app.toml"), "{:?}", app.status().last_error);
}
