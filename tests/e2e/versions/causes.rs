//! The cause of a version, for each entry point.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
        mpsc::channel,
    },
    time::Duration,
};

use hotswap::{Cause, Changed, Event, Health, HotConfig, LastGood, Reading, Source, SourceError};
use serde::Deserialize;
use serde_json::json;

use crate::support::{BOUND, Folder, eventually, this_test, with_variables};

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct App {
    #[hot(default = 5, range(min = 1))]
    max: u32,
    #[hot(default = "a")]
    name: String,
}

fn app(folder: &Folder) -> AppHandle {
    App::hot_builder().optional_file(folder.path("app.toml")).watch(false).load().unwrap()
}

fn cause(app: &AppHandle) -> Cause {
    let (status, record) = (app.status().cause, app.history().last().unwrap().cause.clone());
    assert_eq!(status, record);
    status
}

fn file(folder: &Folder) -> Cause {
    Cause::Files(vec![folder.path("app.toml")])
}

#[test]
fn each_write_is_the_cause_of_its_version() {
    let folder = Folder::new();
    let app = app(&folder);
    assert_eq!(cause(&app), Cause::Start);
    app.set_max(6).unwrap();
    assert_eq!(cause(&app), Cause::Set);
    app.update(|app| app.max = 7).unwrap();
    assert_eq!(cause(&app), Cause::Update);
    app.patch(json!([{ "op": "replace", "path": "/max", "value": 8 }])).unwrap();
    assert_eq!(cause(&app), Cause::Patch);
    app.merge_patch(json!({ "max": 9 })).unwrap();
    assert_eq!(cause(&app), Cause::Patch);
    app.clear_override("max").unwrap();
    assert_eq!(cause(&app), Cause::Clear);
    app.set_max(6).unwrap();
    app.clear_overrides().unwrap();
    assert_eq!(cause(&app), Cause::Clear);
    app.rollback(1).unwrap();
    assert_eq!(cause(&app), Cause::Rollback(7));
    app.for_duration(Duration::from_millis(20)).set_max(60).unwrap();
    eventually("the override expires", || app.max() == 6);
    assert_eq!(cause(&app), Cause::Expired);
}

#[test]
fn a_failed_health_check_is_the_cause_of_the_version_after_it() {
    let folder = Folder::new();
    let healthy = |app: &App| if app.max > 5 { Health::Failing } else { Health::Ok };
    let builder = App::hot_builder().optional_file(folder.path("app.toml"));
    let app = builder.health(healthy, Duration::from_millis(200)).load().unwrap();
    app.set_max(6).unwrap();
    eventually("the value is back", || app.max() == 5);
    assert_eq!(cause(&app), Cause::Health(1));
}

#[test]
fn a_file_that_changes_is_the_cause() {
    let folder = Folder::new();
    let app = app(&folder);
    for text in ["max = 6", "max = 7"] {
        folder.write("app.toml", text);
        app.reload().unwrap();
        assert_eq!(cause(&app), file(&folder));
    }
    std::fs::remove_file(folder.path("app.toml")).unwrap();
    eventually("the file leaves the merge", || app.reload().is_ok() && app.max() == 5);
    assert_eq!(cause(&app), file(&folder));
}

#[test]
fn a_refused_file_that_is_accepted_without_another_change_is_the_cause() {
    let folder = Folder::new();
    let app = app(&folder);
    let vetoes = Arc::new(AtomicBool::new(true));
    let veto = Arc::clone(&vetoes);
    let _hook = app.prepare(move |_| if veto.load(Ordering::SeqCst) { Err("not now") } else { Ok(()) });
    folder.write("app.toml", "max = 6");
    app.reload().unwrap_err();
    vetoes.store(false, Ordering::SeqCst);
    app.reload().unwrap();
    assert_eq!((app.max(), cause(&app)), (6, file(&folder)));
}

#[test]
fn a_file_that_was_rolled_back_and_is_taken_again_is_the_cause() {
    let folder = Folder::with("app.toml", "max = 6");
    let app = app(&folder);
    folder.write("app.toml", "max = 7");
    app.reload().unwrap();
    app.rollback(1).unwrap();
    assert_eq!(app.max(), 6);
    app.reload().unwrap();
    assert_eq!((app.max(), cause(&app)), (7, file(&folder)));
}

#[test]
fn a_file_of_variables_is_the_cause_of_what_refers_to_it() {
    let folder = Folder::with("app.toml", "name = '${NAME:x}'");
    let builder = App::hot_builder().file(folder.path("app.toml")).dotenv(folder.path(".env"));
    let app = builder.watch(false).load().unwrap();
    folder.write(".env", "NAME=b");
    app.reload().unwrap();
    let dotenv = Cause::Files(vec![folder.path(".env")]);
    assert_eq!((app.name().as_str(), cause(&app)), ("b", dotenv.clone()));
    app.rollback(1).unwrap();
    assert_eq!(app.name(), "x");
    app.reload().unwrap();
    assert_eq!((app.name().as_str(), cause(&app)), ("b", dotenv));
}

/// A source of the program.
#[derive(Clone)]
struct Own(Arc<AtomicU32>, Arc<Mutex<Option<Changed>>>);

impl Source for Own {
    fn name(&self) -> String {
        "my source".into()
    }

    fn read(&mut self) -> Result<Reading, SourceError> {
        Ok(Reading::values(&json!({ "max": self.0.load(Ordering::SeqCst) }))?)
    }

    fn watch(&mut self, changed: Changed) {
        *self.1.lock().unwrap() = Some(changed);
    }
}

#[test]
fn a_source_of_the_program_is_the_cause_by_its_name() {
    let own = Own(Arc::new(AtomicU32::new(6)), Arc::default());
    let app = App::hot_builder().source(own.clone()).load().unwrap();
    let named = || Cause::Sources(vec!["my source".into()]);
    own.0.store(7, Ordering::SeqCst);
    own.1.lock().unwrap().as_ref().unwrap().notify();
    eventually("the value is taken", || app.max() == 7);
    assert_eq!(cause(&app), named());
    app.rollback(1).unwrap();
    app.reload().unwrap();
    assert_eq!((app.max(), cause(&app)), (7, named()));
    own.0.store(0, Ordering::SeqCst);
    app.reload().unwrap_err();
    own.0.store(8, Ordering::SeqCst);
    app.reload().unwrap();
    assert_eq!((app.max(), cause(&app)), (8, named()));
}

/// Whether the check of [`Checked`] refuses a `max` of 7.
static REFUSES: AtomicBool = AtomicBool::new(false);

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[hot(check = Checked::accepted)]
struct Checked {
    #[hot(default = 5)]
    max: u32,
}

impl Checked {
    fn accepted(&self) -> Result<(), &'static str> {
        if self.max == 7 && REFUSES.load(Ordering::SeqCst) { Err("not yet") } else { Ok(()) }
    }
}

/// The cause of the version that follows a start from the last good configuration, because `second` was refused then.
fn cause_after_last_good(
    first: hotswap::Builder<Checked>,
    second: impl FnOnce() -> hotswap::Builder<Checked>,
) -> Cause {
    let state = Folder::new();
    let app = first.watch(false).state_dir(state.path("state")).load().unwrap();
    app.flush_state().unwrap();
    drop(app);
    REFUSES.store(true, Ordering::SeqCst);
    let builder = second().watch(false).state_dir(state.path("state"));
    let app = builder.start_from_last_good(LastGood::OnFailure).load().unwrap();
    assert_eq!((app.max(), app.status().cause), (6, Cause::LastGood));
    REFUSES.store(false, Ordering::SeqCst);
    app.reload().unwrap();
    assert_eq!(app.max(), 7);
    app.status().cause
}

#[test]
fn sources_that_are_taken_after_a_start_without_them_are_the_cause() {
    let folder = Folder::with("app.toml", "max = 6");
    let builder = || Checked::hot_builder().file(folder.path("app.toml"));
    let cause = cause_after_last_good(builder(), || {
        folder.write("app.toml", "max = 7");
        builder()
    });
    assert_eq!(cause, file(&folder));
}

#[test]
fn the_environment_is_the_cause_if_it_was_refused() {
    with_variables(&this_test(), &[("CAUSES_MAX", "7")], || {
        let folder = Folder::with("app.toml", "max = 6");
        let builder = || Checked::hot_builder().file(folder.path("app.toml"));
        assert_eq!(cause_after_last_good(builder(), || builder().env("CAUSES")), Cause::Environment);
    });
}

static FAILS: AtomicBool = AtomicBool::new(false);

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[hot(check = Moody::check)]
struct Moody {
    #[hot(default = 5)]
    max: u32,
}

impl Moody {
    fn check(&self) -> Result<(), &'static str> {
        if FAILS.load(Ordering::SeqCst) { Err("not today") } else { Ok(()) }
    }
}

#[test]
fn a_reload_is_the_cause_where_no_source_changed() {
    let (sender, causes) = channel();
    let observe = move |event: &Event<'_>| {
        if let Event::Refused { cause, .. } = event {
            let _ = sender.send((*cause).clone());
        }
    };
    let folder = Folder::with("app.toml", "max = 6");
    let app =
        Moody::hot_builder().file(folder.path("app.toml")).watch(false).observe(observe).load().unwrap();
    FAILS.store(true, Ordering::SeqCst);
    app.reload().unwrap_err();
    let cause = causes.recv_timeout(BOUND).unwrap();
    assert_eq!((cause.to_string().as_str(), cause), ("reload", Cause::Reload));
    assert_eq!(app.max(), 6);
}

#[test]
fn refusals_have_the_cause_that_a_version_would_have() {
    let folder = Folder::with("app.toml", "max = 6");
    let (sender, causes) = channel();
    let observe = move |event: &Event<'_>| {
        if let Event::Refused { cause, .. } = event {
            let _ = sender.send((*cause).clone());
        }
    };
    let builder = App::hot_builder().file(folder.path("app.toml")).watch(false).observe(observe);
    let app = builder.load().unwrap();
    folder.write("app.toml", "max = 7");
    app.reload().unwrap();
    app.rollback(1).unwrap();
    let hook = app.prepare(|_| Err::<(), _>("not now"));
    // Rolled back, changed, and unchanged since a refusal.
    app.reload().unwrap_err();
    folder.write("app.toml", "max = 8");
    app.reload().unwrap_err();
    app.reload().unwrap_err();
    drop(hook);
    let files: Vec<PathBuf> = vec![folder.path("app.toml")];
    for _ in 0..3 {
        assert_eq!(causes.recv_timeout(BOUND).unwrap(), Cause::Files(files.clone()));
    }
}

#[test]
fn every_cause_is_read_as_it_was_written() {
    let names = || vec!["a".to_owned(), "b".to_owned()];
    for cause in [
        Cause::Start,
        Cause::LastGood,
        Cause::Files(vec!["a.toml".into()]),
        Cause::Environment,
        Cause::Sources(names()),
        Cause::Reload,
        Cause::Secrets(names()),
        Cause::Set,
        Cause::Update,
        Cause::Patch,
        Cause::Clear,
        Cause::Expired,
        Cause::Rollback(3),
        Cause::Health(4),
        Cause::Other("newer".into()),
    ] {
        let text = serde_json::to_string(&cause).unwrap();
        assert_eq!(serde_json::from_str::<Cause>(&text).unwrap(), cause, "{text}");
        let value = serde_json::to_value(&cause).unwrap();
        assert_eq!(serde_json::from_value::<Cause>(value).unwrap(), cause, "{text}");
    }
}
