//! Refused content is tried again with every accepted change, and reported once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant},
};

use hotswap::{Event, Health, HotConfig, Secret};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    stores::store::Store,
    support::{BOUND, Folder, eventually},
};

#[derive(Debug, Serialize, Deserialize, HotConfig)]
#[hot(check = fits)]
struct App {
    #[hot(default = 10)]
    limit: usize,
    #[hot(default = 1)]
    number: usize,
    #[hot(default = 0)]
    other: u32,
    #[hot(secret = "store:key")]
    key: Secret<String>,
}

fn fits(app: &App) -> Result<(), String> {
    let most = app.limit.min(app.key.expose().len());
    if app.number <= most { Ok(()) } else { Err(format!("the number is above {most}")) }
}

struct Scene {
    folder: Folder,
    store: Store,
    app: AppHandle,
    refusals: Receiver<String>,
}

impl Scene {
    /// A file whose edit does not fit the limit.
    fn new(prepare: impl FnOnce(&AppHandle)) -> Self {
        let folder = Folder::with("app.toml", "number = 1");
        let store = Store::with(&[("key", "0123456789012345678901234567890123456789")]);
        let (tell, refusals) = channel();
        let observe = move |event: &Event<'_>| {
            if let Event::Refused { error, .. } = event {
                tell.send(error.to_string()).unwrap();
            }
        };
        let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store.clone());
        let builder = builder.secret_refresh(Duration::from_secs(1)).observe(observe);
        let app = builder.load().unwrap();
        prepare(&app);
        folder.write("app.toml", "number = 20");
        eventually("it is refused", || app.status().last_error.is_some());
        Self { folder, store, app, refusals }
    }

    /// The edit goes live, after it was refused once.
    #[track_caller]
    fn goes_live(self) {
        eventually("the edit goes live", || self.app.number() == 20);
        eventually("it is well", || self.app.status().last_error.is_none());
        assert_eq!(self.app.status().counts.refused, 1);
        assert_eq!(self.end().len(), 1);
    }

    fn end(self) -> Vec<String> {
        self.app.shutdown().unwrap();
        drop(self.app);
        self.refusals.iter().collect()
    }
}

fn nothing(_: &AppHandle) {}

#[test]
fn a_set_brings_the_file_in() {
    let scene = Scene::new(nothing);
    scene.app.set_limit(30).unwrap();
    scene.goes_live();
}

#[test]
fn an_update_brings_the_file_in() {
    let scene = Scene::new(nothing);
    scene.app.update(|app| app.limit = 30).unwrap();
    scene.goes_live();
}

#[test]
fn patches_bring_the_file_in() {
    let scene = Scene::new(nothing);
    scene.app.patch(json!([{"op": "replace", "path": "/limit", "value": 30}])).unwrap();
    scene.goes_live();
    let scene = Scene::new(nothing);
    scene.app.merge_patch(json!({"limit": 30})).unwrap();
    scene.goes_live();
}

#[test]
fn a_rollback_brings_the_file_in() {
    let scene = Scene::new(|app| {
        app.set_limit(30).unwrap();
        app.set_limit(5).unwrap();
    });
    scene.app.rollback(1).unwrap();
    scene.goes_live();
}

#[test]
fn the_end_of_an_override_brings_the_file_in() {
    let scene = Scene::new(|app| assert_eq!(app.set_limit(5).unwrap(), 2));
    scene.app.for_duration(Duration::from_millis(100)).set_limit(30).unwrap();
    scene.goes_live();
    let scene = Scene::new(|app| assert_eq!(app.set_limit(5).unwrap(), 2));
    scene.app.set_other(1).unwrap();
    scene.folder.write("app.toml", "number = 20\nlimit = 40");
    eventually("it is refused again", || scene.app.status().counts.refused == 2);
    scene.app.clear_override("limit").unwrap();
    eventually("the edit goes live", || scene.app.number() == 20);
}

#[test]
fn a_rotated_secret_brings_the_file_in() {
    let folder = Folder::with("app.toml", "number = 1\nlimit = 40");
    let store = Store::with(&[("key", "0123456789")]);
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store.clone());
    let app = builder.secret_refresh(Duration::from_secs(1)).load().unwrap();
    folder.write("app.toml", "number = 20\nlimit = 40");
    eventually("it is refused", || app.status().last_error.is_some());
    store.put("key", "0123456789012345678901234567890123456789");
    eventually("the edit goes live", || app.number() == 20);
}

#[test]
fn a_version_that_is_taken_back_brings_the_file_in() {
    let folder = Folder::with("app.toml", "number = 1\nlimit = 30");
    let (store, is_ill) = (Store::with(&[("key", &"k".repeat(40))]), Arc::new(AtomicBool::new(false)));
    let ill = Arc::clone(&is_ill);
    let health = move |_: &App| if ill.load(SeqCst) { Health::Failing } else { Health::Ok };
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("store", store);
    let app = builder.health(health, Duration::from_secs(60)).load().unwrap();
    app.set_limit(5).unwrap();
    folder.write("app.toml", "number = 20\nlimit = 30");
    eventually("it is refused", || app.status().last_error.is_some());
    is_ill.store(true, SeqCst);
    eventually("the limit is taken back", || app.limit() == 30);
    is_ill.store(false, SeqCst);
    eventually("the edit goes live", || app.number() == 20);
}

#[test]
fn changes_that_do_not_help_report_nothing_again() {
    let scene = Scene::new(nothing);
    for other in 1..6 {
        let reloads = scene.app.status().counts.reloads;
        scene.app.set_other(other).unwrap();
        eventually("it is tried again", || scene.app.status().counts.reloads > reloads);
    }
    assert!(scene.app.status().last_error.is_some());
    assert_eq!(scene.app.status().counts.refused, 1);
    assert_eq!(scene.end().len(), 1);
}

#[test]
fn a_file_and_a_secret_that_are_both_refused_are_reported_once_each() {
    let scene = Scene::new(nothing);
    scene.store.put("key", "");
    let is_refused =
        || scene.app.status().secrets[0].message.as_ref().is_some_and(|it| it.contains("refused"));
    eventually("the secret is refused", is_refused);
    for other in 1..6 {
        let reloads = scene.app.status().counts.reloads;
        scene.app.set_other(other).unwrap();
        eventually("it is tried again", || scene.app.status().counts.reloads > reloads);
    }
    assert_eq!(scene.app.status().counts.refused, 1, "a rotation is no reload");
    let refusals = scene.end();
    assert_eq!(refusals.len(), 2, "{refusals:#?}");
}

#[test]
fn a_reload_by_hand_reports_the_same_again() {
    let scene = Scene::new(nothing);
    scene.app.reload().unwrap_err();
    scene.app.reload().unwrap_err();
    assert_eq!(scene.end().len(), 3);
}

static CHECKS: AtomicU64 = AtomicU64::new(0);

/// Refused each time with another message.
#[derive(Clone, Debug, Serialize, Deserialize, HotConfig)]
#[hot(check = varies)]
struct Varying {
    #[hot(default = 1)]
    number: u32,
    #[hot(default = 0)]
    other: u32,
}

fn varies(app: &Varying) -> Result<(), String> {
    let letter = char::from(b'a' + (CHECKS.fetch_add(1, SeqCst) % 26) as u8);
    if app.number < 10 { Ok(()) } else { Err(format!("not {letter}")) }
}

#[test]
fn a_callback_that_writes_about_a_reason_that_varies_is_slowed_down() {
    let folder = Folder::with("app.toml", "number = 1");
    let app = Varying::hot_builder().file(folder.path("app.toml")).load().unwrap();
    let (tell, told) = channel();
    let own = app.clone();
    let _errors = app.on_reload_error(move |_| {
        own.update(|app| app.other += 1).unwrap();
        let _ = tell.send(Instant::now());
    });
    folder.write("app.toml", "number = 20");
    let reports: Vec<_> = (0..4).map(|_| told.recv_timeout(BOUND).unwrap()).collect();
    // A pause of at least a second, and then a longer one.
    let took = reports[3] - reports[0];
    assert!(took >= Duration::from_secs(1), "{took:?}");
    folder.write("app.toml", "number = 2");
    eventually("another content goes live at once", || app.number() == 2);
    app.shutdown().unwrap();
}
