//! Random edits, writes, reloads and rollbacks, compared with a small model.

use std::collections::BTreeMap;

use hotswap::HotConfig;
use proptest::prelude::*;
use serde::Deserialize;

use super::wake_source::WakeSource;
use crate::support::{Folder, eventually};

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1, range(min = 1))]
    x: u32,
    #[hot(default = 1, range(min = 1))]
    y: u32,
    #[hot(default = 0)]
    rings: u32,
}

#[derive(Clone, Debug)]
enum Step {
    /// A file gets a value; 0 is invalid, and a comment is not a change.
    Edit {
        y: bool,
        value: u32,
        comment: bool,
    },
    /// A value is set at run time.
    Set {
        y: bool,
        value: u32,
    },
    Clear,
    Reload,
    Back(u64),
    BackTo(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<bool>(), 0..4u32, any::<bool>()).prop_map(|(y, value, comment)| Step::Edit { y, value, comment }),
        2 => (any::<bool>(), 0..4u32).prop_map(|(y, value)| Step::Set { y, value }),
        1 => Just(Step::Clear),
        1 => Just(Step::Reload),
        2 => (0..4u64).prop_map(Step::Back),
        2 => (0..9u64).prop_map(Step::BackTo),
    ]
}

/// Values by field.
type Values = BTreeMap<&'static str, u32>;

/// The content of a version: each source gives one field, and so does each override.
#[derive(Clone, Debug, Default, PartialEq)]
struct Stand {
    sources: Values,
    pins: Values,
}

impl Stand {
    fn value(&self, field: &str) -> u32 {
        self.pins.get(field).or_else(|| self.sources.get(field)).copied().unwrap_or_default()
    }

    fn values(&self) -> [u32; 3] {
        ["x", "y", "rings"].map(|field| self.value(field))
    }

    fn is_valid(&self) -> bool {
        self.value("x") > 0 && self.value("y") > 0
    }
}

#[derive(Clone, Debug)]
struct Model {
    /// The current content of the sources.
    given: Values,
    /// Their content when they were last accepted.
    accepted: Values,
    /// The suppressed content of sources.
    refused: Values,
    /// One entry for each version, the current one last.
    versions: Vec<Stand>,
}

impl Model {
    fn new() -> Self {
        let given = Values::from([("x", 1), ("y", 1), ("rings", 0)]);
        let first = Stand { sources: given.clone(), pins: Values::new() };
        Self { accepted: given.clone(), given, refused: Values::new(), versions: vec![first] }
    }

    fn now(&self) -> &Stand {
        self.versions.last().unwrap()
    }

    /// Publishes if a value differs. Returns whether it is accepted.
    fn stand(&mut self, stand: Stand) -> bool {
        if !stand.is_valid() {
            return false;
        }
        if stand.values() == self.now().values() {
            self.versions.pop();
        }
        self.versions.push(stand);
        true
    }

    fn look(&mut self, by_hand: bool) -> bool {
        let mut refused = if by_hand { Values::new() } else { self.refused.clone() };
        refused.retain(|source, value| self.given[source] == *value);
        let mut sources = self.given.clone();
        sources.extend(refused.keys().map(|source| (*source, self.now().sources[source])));
        let accepted = self.stand(Stand { sources, pins: self.now().pins.clone() });
        if accepted {
            self.refused = refused;
            self.accepted.clone_from(&self.given);
        }
        accepted
    }

    fn set(&mut self, field: &'static str, value: u32) -> bool {
        if self.now().value(field) == value {
            return true;
        }
        let mut stand = self.now().clone();
        stand.pins.insert(field, value);
        self.stand(stand)
    }

    fn back_to(&mut self, version: u64) -> bool {
        let place = usize::try_from(version).unwrap().wrapping_sub(1);
        let Some(stand) = self.versions.get(place).cloned() else { return false };
        self.refused = self.accepted.clone();
        self.refused.retain(|source, value| stand.sources[source] != *value);
        self.stand(stand)
    }
}

struct World {
    folder: Folder,
    wake_source: WakeSource,
    app: AppHandle,
    model: Model,
}

impl World {
    fn new() -> Self {
        let folder = Folder::with("x.toml", "x = 1");
        folder.write("y.toml", "y = 1");
        let wake_source = WakeSource::default();
        let (x, y) = (folder.path("x.toml"), folder.path("y.toml"));
        let builder = App::hot_builder().file(x).file(y).source(wake_source.clone());
        let app = builder.watch(false).history(100).load().unwrap();
        Self { folder, wake_source, app, model: Model::new() }
    }

    /// Applies it to both. Returns whether both accepted or refused it.
    fn step(&mut self, step: Step) -> (bool, bool) {
        let (app, model) = (&self.app, &mut self.model);
        let current = model.versions.len() as u64;
        match step {
            Step::Edit { y, value, comment } => {
                let field = if y { "y" } else { "x" };
                let comment = if comment { "# comment" } else { "" };
                self.folder.write(&format!("{field}.toml"), &format!("{field} = {value}\n{comment}"));
                let refused = app.status().counts.refused;
                let rings = self.wake_source.wake();
                let over = || app.rings() == rings || app.status().counts.refused > refused;
                eventually("the engine has looked", over);
                model.given.extend([(field, value), ("rings", rings)]);
                (model.look(false), app.rings() == rings)
            }
            Step::Set { y: false, value } => (model.set("x", value), app.set_x(value).is_ok()),
            Step::Set { y: true, value } => (model.set("y", value), app.set_y(value).is_ok()),
            Step::Clear => {
                let stand = Stand { pins: Values::new(), ..model.now().clone() };
                (model.stand(stand), app.clear_overrides().is_ok())
            }
            Step::Reload => (model.look(true), app.reload().is_ok()),
            Step::Back(steps) => (model.back_to(current.saturating_sub(steps)), app.rollback(steps).is_ok()),
            Step::BackTo(version) => (model.back_to(version), app.rollback_to(version).is_ok()),
        }
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let (app, model) = (&self.app, &self.model);
        prop_assert_eq!([app.x(), app.y(), app.rings()], model.now().values());
        prop_assert_eq!(app.version(), model.versions.len() as u64);
        let overrides: Vec<_> = app.overrides().iter().map(|value| value.path().to_owned()).collect();
        prop_assert_eq!(overrides, model.now().pins.keys().copied().collect::<Vec<_>>());
        let held = app.status().sources.iter().filter(|source| source.held.is_some()).count();
        prop_assert_eq!(held, model.refused.len());
        Ok(())
    }

    fn check_history(&self) -> Result<(), TestCaseError> {
        let (app, versions) = (&self.app, &self.model.versions);
        prop_assert_eq!(app.history().len(), versions.len());
        for (place, stand) in versions.iter().enumerate() {
            let version = place as u64 + 1;
            let App { x, y, rings } = *app.at(version).unwrap();
            prop_assert_eq!([x, y, rings], stand.values());
            let pairs = versions[0].values().into_iter().zip(stand.values());
            prop_assert_eq!(
                app.diff(1, version).unwrap().len(),
                pairs.filter(|(old, new)| old != new).count()
            );
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn old_versions_come_back_as_they_were(steps in prop::collection::vec(step(), 1..16)) {
        let mut world = World::new();
        for step in steps {
            let told = format!("{step:?}");
            let (expected, done) = world.step(step);
            prop_assert_eq!(done, expected, "{}", told);
            world.check()?;
        }
        world.check_history()?;
    }
}
