//! Random edits, writes, refusals, rollbacks, restarts and crashes, compared with a small model.

use std::{
    collections::BTreeMap,
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use hotswap::{HotConfig, Subscription};
use proptest::prelude::*;
use serde::Deserialize;

use crate::support::{Folder, eventually};

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1, range(min = 1))]
    x: u32,
    #[hot(default = 1, range(min = 1))]
    y: u32,
}

const FIELDS: [&str; 2] = ["x", "y"];

#[derive(Clone, Debug)]
enum Step {
    /// The file of a field gets a value, and is reloaded; 0 is invalid.
    Reload {
        field: usize,
        value: u32,
    },
    /// The same while no process runs.
    EditAndRestart {
        field: usize,
        value: u32,
    },
    Set {
        field: usize,
        value: u32,
    },
    /// An override that expires.
    Lend {
        field: usize,
        value: u32,
    },
    /// A patch of both.
    Patch {
        x: u32,
        y: u32,
    },
    /// A hook refuses.
    Refused {
        field: usize,
        value: u32,
    },
    ClearOne {
        field: usize,
    },
    Clear,
    Back(u64),
    Restart,
    /// Only the current content of the disk survives.
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    let field = || 0..2usize;
    prop_oneof![
        3 => (field(), 0..4u32).prop_map(|(field, value)| Step::Reload { field, value }),
        1 => (field(), 1..4u32).prop_map(|(field, value)| Step::EditAndRestart { field, value }),
        3 => (field(), 0..4u32).prop_map(|(field, value)| Step::Set { field, value }),
        1 => (field(), 5..9u32).prop_map(|(field, value)| Step::Lend { field, value }),
        1 => (0..4u32, 0..4u32).prop_map(|(x, y)| Step::Patch { x, y }),
        1 => (field(), 10..14u32).prop_map(|(field, value)| Step::Refused { field, value }),
        1 => field().prop_map(|field| Step::ClearOne { field }),
        1 => Just(Step::Clear),
        2 => (1..4u64).prop_map(Step::Back),
        2 => Just(Step::Restart),
        2 => Just(Step::Crash),
    ]
}

/// Values by field.
type Values = BTreeMap<usize, u32>;

/// The content of a version: each file gives one field, and so does each override.
#[derive(Clone, Debug, Default, PartialEq)]
struct Stand {
    files: Values,
    pins: Values,
    /// The overrides that have expired since, and the lasting ones that they covered.
    lent: BTreeMap<usize, Option<u32>>,
}

impl Stand {
    fn values(&self) -> [u32; 2] {
        [0, 1].map(|field| self.pins.get(&field).unwrap_or(&self.files[&field])).map(|value| *value)
    }

    fn is_valid(&self) -> bool {
        self.values().iter().all(|value| *value > 0)
    }

    /// The content after all expiries.
    fn returned(mut self) -> Self {
        let lent = std::mem::take(&mut self.lent);
        self.pins.retain(|field, _| !lent.contains_key(field));
        self.pins.extend(lent.into_iter().filter_map(|(field, below)| Some((field, below?))));
        self
    }

    fn with(&self, pins: impl IntoIterator<Item = (usize, u32)>) -> Self {
        let mut next = self.clone();
        // Setting a field to its current value is not a change.
        next.pins.extend(pins.into_iter().filter(|(field, value)| self.values()[*field] != *value));
        next
    }
}

struct Model {
    /// The content of the files.
    given: Values,
    /// The content of files that is suppressed because it was rolled back.
    refused: Values,
    /// The content of each version, as far as it is still known.
    versions: BTreeMap<u64, Stand>,
    /// The last version that a call returned. A version from a reload may be lost in a crash, and its number assigned
    /// again.
    told: u64,
}

impl Model {
    fn new() -> Self {
        let given = Values::from([(0, 1), (1, 1)]);
        let first = Stand { files: given.clone(), ..Stand::default() };
        Self { given, refused: Values::new(), versions: BTreeMap::from([(1, first)]), told: 0 }
    }

    fn version(&self) -> u64 {
        *self.versions.last_key_value().unwrap().0
    }

    fn now(&self) -> &Stand {
        &self.versions[&self.version()]
    }

    /// Publishes if a value differs. Returns whether it is accepted.
    fn stand(&mut self, stand: Stand) -> bool {
        if !stand.is_valid() {
            return false;
        }
        let version = self.version() + u64::from(stand.values() != self.now().values());
        self.versions.insert(version, stand);
        true
    }

    fn reload(&mut self) -> bool {
        let accepted = self.stand(Stand { files: self.given.clone(), ..self.now().clone() });
        if accepted {
            self.refused.clear();
        }
        accepted
    }

    /// The result of a start with the files: suppressed content stays suppressed.
    fn start(&mut self) -> bool {
        let mut files = self.given.clone();
        let mut refused = self.refused.clone();
        refused.retain(|field, value| self.given[field] == *value);
        files.extend(refused.keys().map(|field| (*field, self.now().files[field])));
        let accepted = self.stand(Stand { files, ..self.now().clone() });
        if accepted {
            self.refused = refused;
        }
        accepted
    }

    fn back(&mut self, steps: u64) -> bool {
        let target = self.version().checked_sub(steps);
        let Some(stand) = target.and_then(|version| self.versions.get(&version)).cloned() else {
            return false;
        };
        let stand = stand.returned();
        let (mut given, now) = (self.now().files.clone(), self.refused.clone());
        given.extend(now);
        given.retain(|field, value| stand.files[field] != *value);
        self.refused = given;
        self.stand(stand)
    }
}

struct World {
    folder: Folder,
    app: Option<(AppHandle, Subscription)>,
    model: Model,
    /// Whether the hook refuses.
    vetoes: Arc<AtomicBool>,
    /// Crashes leave a copy behind.
    lives: u32,
}

impl World {
    fn new() -> Self {
        let folder = Folder::with("x.toml", "x = 1");
        folder.write("y.toml", "y = 1");
        let mut world = Self { folder, app: None, model: Model::new(), vetoes: Arc::default(), lives: 0 };
        world.start();
        world
    }

    fn state(&self) -> String {
        format!("state-{}", self.lives)
    }

    /// Returns whether the program starts.
    fn start(&mut self) -> bool {
        let files = FIELDS.map(|field| self.folder.path(&format!("{field}.toml")));
        let builder = files.iter().fold(App::hot_builder(), |builder, file| builder.file(file));
        let builder = builder.watch(false).history(100).state_dir(self.folder.path(&self.state()));
        let vetoes = Arc::clone(&self.vetoes);
        self.app = builder.load().ok().map(|app| {
            let veto = move |_: &hotswap::Change<App>| {
                if vetoes.load(Ordering::SeqCst) { Err("the hook says no") } else { Ok(()) }
            };
            let subscription = app.prepare(veto);
            (app, subscription)
        });
        self.app.is_some()
    }

    fn edit(&mut self, field: usize, value: u32) {
        let name = FIELDS[field];
        self.folder.write(&format!("{name}.toml"), &format!("{name} = {value}"));
        self.model.given.insert(field, value);
    }

    fn restart(&mut self) -> (bool, bool) {
        self.app = None;
        let done = (self.model.start(), self.start());
        // A program that does not start is started again after the files were repaired.
        if done == (false, false) && self.mend() {
            return (self.model.start(), self.start());
        }
        done
    }

    /// Returns whether there was something to repair.
    fn mend(&mut self) -> bool {
        let broken: Vec<_> = (0..2).filter(|field| self.model.given[field] == 0).collect();
        broken.iter().for_each(|field| self.edit(*field, 1));
        !broken.is_empty()
    }

    /// Copies the directory file by file, in the state after a crash: each file is complete.
    fn crash(&mut self) -> (bool, bool) {
        let from = self.folder.path(&self.state());
        self.lives += 1;
        let to = self.folder.path(&self.state());
        fs::create_dir(&to).unwrap();
        // The file that is written later is copied first, as if the crash had happened earlier.
        for name in ["history.json", "overrides.json"] {
            if from.join(name).exists() {
                fs::copy(from.join(name), to.join(name)).unwrap();
            }
        }
        self.app = None;
        self.mend();
        let started = self.start();
        if let Some((app, _)) = &self.app {
            self.model.forget(app);
        }
        (true, started)
    }

    fn lend(&mut self, field: usize, value: u32) -> (bool, bool) {
        let (app, _) = self.app.as_ref().unwrap();
        let lent = app.for_duration(Duration::from_millis(30));
        if field == 0 {
            lent.set_x(value).unwrap()
        } else {
            lent.set_y(value).unwrap()
        };
        let mut stand = self.model.now().with([(field, value)]);
        stand.lent.insert(field, self.model.now().pins.get(&field).copied());
        let accepted = self.model.stand(stand);
        if !self.model.now().clone().returned().is_valid() {
            self.mend_below(field);
        }
        let (app, _) = self.app.as_ref().unwrap();
        let after = self.model.now().clone().returned();
        let over = || app.overrides().iter().all(|value| value.expires().is_none());
        // The status shows it a moment before readers see it.
        eventually("it goes by itself", || over() && [app.x(), app.y()] == after.values());
        (accepted && self.model.stand(after), true)
    }

    /// An expired override stays in force until the file has a valid value.
    fn mend_below(&mut self, field: usize) {
        let (app, _) = self.app.as_ref().unwrap();
        eventually("it is told that it stays", || {
            let last = app.status().last_error;
            last.is_some_and(|error| error.contains("but it stays"))
        });
        self.edit(field, 1);
        let (app, _) = self.app.as_ref().unwrap();
        app.reload().unwrap();
        assert!(self.model.reload());
    }

    /// Applies it to both. Returns whether both accepted or refused it.
    fn step(&mut self, step: &Step) -> (bool, bool) {
        match *step {
            Step::Restart => return self.restart(),
            Step::Crash => return self.crash(),
            Step::EditAndRestart { field, value } => {
                self.edit(field, value);
                return self.restart();
            }
            Step::Reload { field, value } => self.edit(field, value),
            Step::Lend { field, value } => return self.lend(field, value),
            _ => {}
        }
        let (app, _) = self.app.as_ref().unwrap();
        let model = &mut self.model;
        if let Step::Reload { .. } = step {
            return (model.reload(), app.reload().is_ok());
        }
        let before = app.version();
        let done = match *step {
            Step::Set { field, value } => {
                let done = if field == 0 { app.set_x(value) } else { app.set_y(value) };
                (model.stand(model.now().with([(field, value)])), done.is_ok())
            }
            Step::Patch { x, y } => {
                let done = app.merge_patch(serde_json::json!({ "x": x, "y": y }));
                let mut stand = model.now().clone();
                stand.pins.extend([(0, x), (1, y)]);
                (model.stand(stand), done.is_ok())
            }
            Step::Refused { field, value } => {
                self.vetoes.store(true, Ordering::SeqCst);
                let done = if field == 0 { app.set_x(value) } else { app.set_y(value) };
                self.vetoes.store(false, Ordering::SeqCst);
                (false, done.is_ok())
            }
            Step::ClearOne { field } => {
                let mut stand = model.now().clone();
                stand.pins.remove(&field);
                (model.stand(stand), app.clear_override(FIELDS[field]).is_ok())
            }
            Step::Clear => {
                let stand = Stand { pins: Values::new(), ..model.now().clone() };
                (model.stand(stand), app.clear_overrides().is_ok())
            }
            Step::Back(steps) => (model.back(steps), app.rollback(steps).is_ok()),
            _ => unreachable!("done above"),
        };
        // A write without a change also wrote nothing, so the current version may come from a reload.
        if done.1 && app.version() > before {
            model.told = app.version();
        }
        done
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let ((app, _), model) = (self.app.as_ref().unwrap(), &self.model);
        prop_assert_eq!([app.x(), app.y()], model.now().values());
        prop_assert_eq!(app.version(), model.version());
        let overrides: Vec<_> = app.overrides().iter().map(|value| value.path().to_owned()).collect();
        let pins: Vec<_> = model.now().pins.keys().map(|field| FIELDS[*field]).collect();
        prop_assert_eq!(overrides, pins);
        let held = app.status().sources.iter().filter(|source| source.held.is_some()).count();
        prop_assert_eq!(held, model.refused.len());
        prop_assert_eq!(app.status().state.unwrap().problem, None);
        Ok(())
    }

    fn check_history(&self) -> Result<(), TestCaseError> {
        let ((app, _), model) = (self.app.as_ref().unwrap(), &self.model);
        for record in app.history() {
            prop_assert!(record.at <= SystemTime::now());
            let App { x, y } = *app.at(record.version).unwrap();
            prop_assert_eq!([x, y], model.versions[&record.version].values());
        }
        let versions: Vec<_> = app.history().iter().map(|record| record.version).collect();
        prop_assert_eq!(versions, model.versions.keys().copied().collect::<Vec<_>>());
        Ok(())
    }
}

impl Model {
    /// A crash loses no value whose call has returned, but the last versions of the history may be lost. The remaining
    /// versions must be unchanged, and the current configuration is checked as usual.
    fn forget(&mut self, app: &AppHandle) {
        let known: Vec<u64> = app.history().iter().map(|record| record.version).collect();
        let last = self.now().clone().returned();
        self.versions.retain(|version, _| known.contains(version));
        let values = [app.x(), app.y()];
        let mut refused = self.refused.clone();
        refused.retain(|field, value| self.given[field] == *value);
        let mut files = self.given.clone();
        files.extend(refused.keys().map(|field| (*field, last.files[field])));
        let stand = Stand { files, ..last };
        assert_eq!(values, stand.values(), "what was told is there");
        assert!(app.version() >= self.told, "versions go on");
        self.refused = refused;
        self.versions.insert(app.version(), stand);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nothing_that_was_told_is_lost(steps in prop::collection::vec(step(), 1..14)) {
        let mut world = World::new();
        for step in steps {
            let (expected, done) = world.step(&step);
            prop_assert_eq!(done, expected, "{:?}", step);
            world.check()?;
        }
        world.check_history()?;
    }
}
