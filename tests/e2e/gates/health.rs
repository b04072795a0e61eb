//! Versions on probation: which versions are rolled back, once, and which are not.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

use hotswap::{Builder, Cause, Error, Health, HotConfig, IssueKind};
use serde::{Deserialize, Serialize};

use crate::support::{BOUND, Folder, eventually};

/// A program that fails with more than ten.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 5)]
    max: u32,
    #[hot(default = 1)]
    burst: u32,
}

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(3600);
/// The tests wait for its end.
const SHORT: Duration = Duration::from_millis(100);

fn stands(app: &App) -> Health {
    if app.max > 10 { Health::Failing } else { Health::Ok }
}

fn builder(folder: &Folder) -> Builder<App> {
    App::hot_builder().file(folder.path("app.toml")).watch(false)
}

fn reports(app: &AppHandle) -> Receiver<Error> {
    let (tell, told) = channel();
    app.on_reload_error(move |report| drop(tell.send(report.clone()))).detach();
    told
}

/// The check is called at least every second, however long the probation is.
#[test]
fn a_change_that_harms_is_taken_back_and_stays_refused() {
    let folder = Folder::with("app.toml", "max = 5");
    let app = App::hot_builder().file(folder.path("app.toml")).health(stands, LONG).load().unwrap();
    let told = reports(&app);
    folder.write("app.toml", "max = 11");
    let report = told.recv_timeout(BOUND).unwrap();
    assert!(report.has(IssueKind::Health));
    let text = report.to_string();
    for said in [
        "version 2 was ",
        " s old when its health check failed: it is taken back, version 3 is what version 1 was",
    ] {
        assert!(text.contains(said), "{text}");
    }
    assert_eq!((app.max(), app.status().cause, app.history().len()), (5, Cause::Health(1), 3));
    assert!(app.status().last_error.is_some());

    folder.write("app.toml", "max = 11 # a comment releases nothing\n");
    eventually("it is read", || app.status().counts.reloads >= 2);
    assert_eq!((app.max(), app.version()), (5, 3));
    folder.write("app.toml", "max = 10");
    eventually("something else is heard", || app.max() == 10);
}

#[test]
fn what_was_set_goes_with_it() {
    let folder = Folder::with("app.toml", "#");
    let app = builder(&folder).health(stands, LONG).load().unwrap();
    let told = reports(&app);
    app.set_burst(2).unwrap();
    app.set_max(11).unwrap();
    told.recv_timeout(BOUND).unwrap();
    // Both were on probation.
    assert_eq!((app.max(), app.burst(), app.version(), app.overrides().len()), (5, 1, 4, 0));
}

#[test]
fn a_change_that_proves_itself_stays() {
    let folder = Folder::with("app.toml", "#");
    let app = builder(&folder).health(stands, SHORT).load().unwrap();
    assert_eq!(app.status().probation, None);
    app.set_max(10).unwrap();
    eventually("the probation is over", || app.status().probation.is_none());
    let told = reports(&app);
    app.set_max(11).unwrap();
    told.recv_timeout(BOUND).unwrap();
    assert_eq!(app.max(), 10);
}

#[test]
fn a_probation_shows_in_the_status() {
    let folder = Folder::with("app.toml", "#");
    let app = builder(&folder).health(stands, LONG).load().unwrap();
    app.set_max(10).unwrap();
    let status = app.status();
    assert!(status.probation.is_some_and(|left| left <= LONG));
    assert!(status.to_string().contains("on probation for another 3"), "{status}");
    assert!(serde_json::to_value(&status).unwrap()["probation"].as_f64().is_some_and(|left| left > 3000.0));
}

#[test]
fn a_program_that_is_ill_anyway_is_taken_back_once() {
    let folder = Folder::with("app.toml", "#");
    let looks = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&looks);
    let ill = move |_: &App| {
        counted.fetch_add(1, SeqCst);
        Health::Failing
    };
    let app = builder(&folder).health(ill, SHORT).load().unwrap();
    let told = reports(&app);
    app.set_max(6).unwrap();
    told.recv_timeout(BOUND).unwrap();
    // A rollback that does not happen cannot be observed; it would have happened by now.
    thread::sleep(SHORT * 3);
    assert_eq!((app.version(), app.max(), looks.load(SeqCst), app.status().probation), (3, 5, 1, None));
    assert!(told.try_recv().is_err());
}

#[test]
fn a_check_that_panics_found_no_health() {
    let folder = Folder::with("app.toml", "#");
    let check = |app: &App| if app.max > 10 { panic!("as planned") } else { Health::Ok };
    let app = builder(&folder).health(check, LONG).load().unwrap();
    let told = reports(&app);
    app.set_max(11).unwrap();
    let report = told.recv_timeout(BOUND).unwrap().to_string();
    assert!(report.contains("its health check panicked"), "{report}");
    assert_eq!(app.max(), 5);
}

#[test]
fn only_failing_is_a_failure() {
    let folder = Folder::with("app.toml", "#");
    let app = builder(&folder).health(|_| Health::Degraded, SHORT).load().unwrap();
    app.set_max(11).unwrap();
    eventually("the probation is over", || app.status().probation.is_none());
    assert_eq!(app.max(), 11);
}

#[test]
fn what_cannot_be_taken_back_is_reported_once_and_stays() {
    let folder = Folder::with("app.toml", "#");
    let app = builder(&folder).health(stands, SHORT).load().unwrap();
    let told = reports(&app);
    let _hook = app.prepare(|change| if change.new().max < 10 { Err("never less") } else { Ok(()) });
    app.set_max(11).unwrap();
    let report = told.recv_timeout(BOUND).unwrap();
    let lines = report.to_string();
    for said in ["and it cannot be taken back", "prepare hook 1 of `App` refused: never less"] {
        assert!(lines.contains(said), "{lines}");
    }
    thread::sleep(SHORT * 3);
    assert_eq!((app.version(), app.max()), (2, 11));
    assert!(told.try_recv().is_err());
}

#[test]
fn a_reload_by_hand_gives_it_another_chance() {
    let folder = Folder::with("app.toml", "max = 5");
    let well = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&well);
    let check = move |app: &App| if now.load(SeqCst) { Health::Ok } else { stands(app) };
    let app = builder(&folder).health(check, LONG).load().unwrap();
    let told = reports(&app);
    folder.write("app.toml", "max = 11");
    app.reload().unwrap();
    told.recv_timeout(BOUND).unwrap();
    assert_eq!(app.max(), 5);
    well.store(true, SeqCst);
    app.reload().unwrap();
    assert_eq!(app.max(), 11);
}

#[test]
fn a_check_without_history_is_a_mistake() {
    let folder = Folder::with("app.toml", "#");
    let error = builder(&folder).health(stands, LONG).history(1).load().unwrap_err();
    assert!(error.has(IssueKind::Setup));
}

#[test]
fn a_shutdown_ends_a_probation() {
    let folder = Folder::with("app.toml", "#");
    let (tell, told) = channel();
    let check = move |_: &App| {
        let _ = tell.send(());
        Health::Ok
    };
    let app = builder(&folder).health(check, Duration::from_secs(1)).load().unwrap();
    app.set_max(6).unwrap();
    told.recv_timeout(BOUND).unwrap();
    app.shutdown().unwrap();
    // The thread owns the check, which owns its end of the channel.
    drop(app);
    eventually("the check is gone", || told.try_recv() == Err(std::sync::mpsc::TryRecvError::Disconnected));
}
