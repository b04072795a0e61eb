//! The sources that the status shows as refused if several are invalid.

use std::{
    collections::BTreeMap,
    env,
    sync::{Arc, Mutex},
};

use hotswap::{Health, HotConfig, Reading, Source, SourceError};
use serde::Deserialize;

use crate::support::{Folder, this_test, with_variables};

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
#[hot(env = "BLAMED", check = App::fits)]
struct App {
    #[hot(default = 1)]
    file: u32,
    #[hot(default = 1)]
    dotenv: u32,
    #[hot(default = 1)]
    program: u32,
    #[hot(default = 1)]
    variable: u32,
}

impl App {
    fn fits(&self) -> Result<(), &'static str> {
        if self.file + self.variable < 100 { Ok(()) } else { Err("much") }
    }
}

#[derive(Clone, Default)]
struct Program(Arc<Mutex<BTreeMap<&'static str, serde_json::Value>>>);

impl Source for Program {
    fn name(&self) -> String {
        "program".into()
    }
    fn read(&mut self) -> Result<Reading, SourceError> {
        Ok(Reading::values(&*self.0.lock().unwrap())?)
    }
}

/// One source of each kind.
struct Sources {
    folder: Folder,
    program: Program,
    app: AppHandle,
}

impl Sources {
    fn new() -> Self {
        let folder = Folder::with("a.toml", "");
        folder.write(".env", "");
        let program = Program::default();
        let builder = App::hot_builder().allow_empty_files(true).file(folder.path("a.toml"));
        let builder = builder.dotenv(folder.path(".env")).source(program.clone()).watch(false);
        let app = builder.load().unwrap();
        Self { folder, program, app }
    }

    /// Gives the field of the same name.
    fn give(&self, source: &str, value: &'static str) {
        match source {
            "file" => self.folder.write("a.toml", &format!("file = {}", typed(value))),
            "dotenv" => self.folder.write(".env", &format!("BLAMED_DOTENV={value}")),
            "program" => *self.program.0.lock().unwrap() = BTreeMap::from([("program", typed(value))]),
            _ => set_variable("BLAMED_VARIABLE", value),
        }
    }

    /// The refused sources, in the order of the status.
    fn refused(&self) -> Vec<&'static str> {
        let refused = |source: &hotswap::SourceStatus| source.health == Health::Refused;
        let sources = self.app.status().sources.into_iter().filter(refused);
        let named = sources.map(|source| {
            let name = match &*source.name {
                "environment" => "variable",
                "program" => "program",
                name if name.ends_with("a.toml") => "file",
                _ => "dotenv",
            };
            let why = source.message.unwrap();
            assert!(why.starts_with(&format!("{name}: ")) || why.contains("much"), "{name}: {why}");
            name
        });
        named.collect()
    }
}

/// Parses a number, as in typed sources.
fn typed(value: &str) -> serde_json::Value {
    value.parse::<u32>().map_or_else(|_| value.into(), Into::into)
}

/// A test that calls this runs alone in its process.
#[expect(unsafe_code, reason = "what is tested is a change of the environment")]
fn set_variable(name: &str, value: &str) {
    // SAFETY: no thread of this process reads the environment but through the standard library.
    unsafe { env::set_var(name, value) };
}

/// In the order of the status.
const KINDS: [&str; 4] = ["file", "dotenv", "variable", "program"];

fn alone(test: impl FnOnce()) {
    with_variables(&this_test(), &[("BLAMED_VARIABLE", "1")], test);
}

fn ordered(kinds: &[&'static str]) -> Vec<&'static str> {
    let mut kinds = kinds.to_vec();
    kinds.sort_by_key(|kind| KINDS.iter().position(|name| name == kind));
    kinds
}

#[test]
fn two_kinds_of_sources_that_are_bad_at_once_are_both_refused() {
    alone(|| {
        for (index, one) in KINDS.iter().enumerate() {
            for other in &KINDS[index + 1..] {
                let sources = Sources::new();
                sources.give(one, "x");
                sources.give(other, "y");
                let error = sources.app.reload().unwrap_err();
                assert_eq!(error.issues().count(), 2, "{error}");
                assert_eq!(sources.refused(), ordered(&[one, other]));
                sources.app.reload().unwrap_err();
                assert_eq!(sources.refused(), ordered(&[one, other]), "again");
                sources.give(one, "2");
                sources.app.reload().unwrap_err();
                assert_eq!(sources.refused(), [*other], "{one} is good");
                sources.give(other, "2");
                sources.app.reload().unwrap();
                assert!(sources.refused().is_empty());
                sources.give("variable", "1");
            }
        }
    });
}

#[test]
fn all_kinds_of_sources_that_are_bad_at_once_are_refused() {
    alone(|| {
        let sources = Sources::new();
        KINDS.iter().for_each(|kind| sources.give(kind, "x"));
        sources.app.reload().unwrap_err();
        assert_eq!(sources.refused(), KINDS);
    });
}

#[test]
fn a_source_that_turns_bad_after_another_is_refused_beside_it() {
    alone(|| {
        let sources = Sources::new();
        for (done, kind) in KINDS.iter().rev().enumerate() {
            sources.give(kind, "x");
            sources.app.reload().unwrap_err();
            assert_eq!(sources.refused(), KINDS[KINDS.len() - 1 - done..]);
        }
    });
}

#[test]
fn only_the_source_that_changed_is_refused_by_a_check_of_two() {
    alone(|| {
        let sources = Sources::new();
        sources.give("file", "2");
        sources.app.reload().unwrap();
        sources.give("variable", "99");
        let error = sources.app.reload().unwrap_err();
        assert!(error.to_string().contains("a.toml"), "{error}");
        assert_eq!(sources.refused(), ["variable"]);
    });
}

#[test]
fn every_kind_that_changed_is_refused_by_a_hook() {
    alone(|| {
        let sources = Sources::new();
        let _hook = sources.app.prepare(|change| match change.new().file {
            0..5 => Ok(()),
            file => Err(if file == 5 { "much" } else { "too much" }),
        });
        sources.give("file", "5");
        sources.give("variable", "5");
        sources.app.reload().unwrap_err();
        assert_eq!(sources.refused(), ["file", "variable"]);
        sources.give("file", "6");
        sources.app.reload().unwrap_err();
        assert_eq!(sources.refused(), ["file", "variable"]);
        sources.give("file", "4");
        sources.app.reload().unwrap();
        assert!(sources.refused().is_empty());
    });
}
