//! Invalid files, variables and profiles: refused at the start with one report, and at run time with the
//! last good configuration kept.

mod around;
mod kinds;
mod system;
mod text;

use std::{
    fs,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use hotswap::{Error, Health, HotConfig};
use serde::Deserialize;

use crate::support::{Folder, eventually};

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
#[hot(env = "BAD")]
struct App {
    #[hot(default = 1)]
    number: u8,
    #[hot(default = 0.5, range(min = 0.0, max = 1.0))]
    ratio: f64,
    #[hot(default = "")]
    text: String,
    #[serde(default)]
    list: Vec<String>,
}

/// An invalid input instead of a valid one.
struct Input<'a> {
    /// The name of the file; its extension selects the format.
    file: &'a str,
    /// Complete content with `number: 7`.
    good: &'a str,
    bad: &'a [u8],
    /// A part of the report.
    reason: &'a str,
}

fn toml<'a>(bad: &'a (impl AsRef<[u8]> + ?Sized), reason: &'a str) -> Input<'a> {
    Input { file: "app.toml", good: "number = 7", bad: bad.as_ref(), reason }
}

fn yaml<'a>(bad: &'a (impl AsRef<[u8]> + ?Sized), reason: &'a str) -> Input<'a> {
    Input { file: "app.yaml", good: "number: 7", bad: bad.as_ref(), reason }
}

fn json<'a>(bad: &'a (impl AsRef<[u8]> + ?Sized), reason: &'a str) -> Input<'a> {
    Input { file: "app.json", good: "{\"number\": 7}", bad: bad.as_ref(), reason }
}

impl Input<'_> {
    #[track_caller]
    fn is_refused(&self) {
        let put = |folder: &Folder| {
            fs::write(folder.path("new"), self.bad).expect("written");
            fs::rename(folder.path("new"), folder.path(self.file)).expect("renamed");
        };
        is_refused(self.file, self.good, self.reason, put);
    }

    #[track_caller]
    fn is_accepted(&self, number: u8) {
        let folder = Folder::new();
        fs::write(folder.path(self.file), self.bad).expect("written");
        let app = App::hot_builder().file(folder.path(self.file)).load().expect("accepted at start");
        assert_eq!((app.number(), app.status().warnings), (number, Vec::new()));
        folder.write(self.file, &self.good.replace('7', "9"));
        eventually("the good content is published", || app.number() == 9);
        fs::write(folder.path(self.file), self.bad).expect("written");
        eventually("accepted while running", || app.number() == number);
        assert_eq!((app.version(), app.status().last_error), (3, None));
    }
}

/// `put` makes the file at `file` invalid. At the start there is one report and no handle; at run time the last
/// good content stays in force, the status and one report give the reason, and the next valid content is accepted.
#[track_caller]
fn is_refused(file: &str, good: &str, reason: &str, put: impl Fn(&Folder)) {
    let folder = Folder::new();
    put(&folder);
    let start = Instant::now();
    let error = App::hot_builder().file(folder.path(file)).load().expect_err("refused at start");
    assert!(error.to_string().contains(reason), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10), "refused after {:?}", start.elapsed());

    let folder = Folder::with(file, good);
    let app = App::hot_builder().file(folder.path(file)).load().expect("loaded");
    let errors = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&errors);
    let _errors = app.on_reload_error(move |error: &Error| {
        heard.lock().expect("no panic holds it").push(error.to_string());
    });
    put(&folder);
    eventually("a refusal is reported", || !errors.lock().expect("no panic holds it").is_empty());
    assert_eq!((app.number(), app.version()), (7, 1));
    let status = app.status();
    assert!(status.last_error.is_some_and(|error| error.contains(reason)));

    let _ = fs::remove_dir(folder.path(file));
    folder.replace(file, &good.replace('7', "8"));
    eventually("the next good content is published", || app.number() == 8);
    let status = app.status();
    assert_eq!((app.version(), status.last_error), (2, None));
    assert!(status.sources.iter().all(|source| source.health == Health::Ok), "{:?}", status.sources);
    let errors = errors.lock().expect("no panic holds it");
    assert!(errors.len() == 1 && errors[0].contains(reason), "{errors:?}");
}
