//! Overrides that go by themselves, or on request.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::channel,
    },
    time::{Duration, Instant},
};

use hotswap::{Cause, HotConfig, IssueKind};
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
