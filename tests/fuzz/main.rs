//! Hostile text at every entry point: no panic, and memory and work in proportion to the size of the input.
//!
//! Every allocation of this process is counted, so the tests take turns. A run has a fixed number of inputs and no clock.
//! `HOTSWAP_FUZZ_ROUNDS=1000000 HOTSWAP_FUZZ_SEED=7` makes a longer one of other inputs.

// Tests may panic.
#![allow(clippy::unwrap_used)]

mod corpus;
mod growth;
mod random;

use std::{
    collections::BTreeMap,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, MutexGuard, PoisonError},
};

use hotswap::{Error, Format, HotConfig, Reading, Secret, Source, SourceError};
use peak_alloc::PeakAlloc;
use serde::{Deserialize, Serialize};

use corpus::Entrance;
use random::Random;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Clone, Debug, Deserialize, HotConfig)]
#[hot(env = "FUZ")]
struct App {
    #[hot(default = 1, range(max = 100))]
    number: i32,
    #[hot(default = "")]
    text: String,
    #[serde(default)]
    list: Vec<u16>,
    #[serde(default)]
    map: BTreeMap<String, f64>,
    #[serde(default)]
    items: Vec<Item>,
    #[serde(default)]
    any: serde_json::Value,
    #[serde(default)]
    kind: Kind,
    #[hot(secret)]
    #[serde(default)]
    password: Option<Secret<String>>,
    #[hot(secret)]
    #[serde(default)]
    passwords: Vec<Secret<String>>,
    #[serde(default)]
    secrets: Vec<Secret<String>>,
    #[hot(nested)]
    inner: Inner,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Item {
    #[serde(default)]
    port: u16,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    None,
    One(u8),
    Many {
        list: Vec<bool>,
    },
}

#[derive(Clone, Debug, Deserialize, HotConfig)]
struct Inner {
    #[hot(default = 0.5)]
    ratio: f32,
    #[serde(default)]
    tags: Vec<String>,
}

struct Text(Format, String);

impl Source for Text {
    fn name(&self) -> String {
        "text".into()
    }
    fn read(&mut self) -> Result<Reading, SourceError> {
        Ok(Reading::text(self.0, &self.1)?)
    }
}

/// Passes a text to an entry point. The result is formatted, because reports are part of the work.
fn give(entrance: Entrance, text: &str, folder: &tempfile::TempDir) {
    let result = match entrance {
        Entrance::Toml => App::hot_builder().source(Text(Format::Toml, text.into())).check().map(drop),
        Entrance::Yaml => App::hot_builder().source(Text(Format::Yaml, text.into())).check().map(drop),
        Entrance::Json => App::hot_builder().source(Text(Format::Json, text.into())).check().map(drop),
        Entrance::Template => {
            let text = serde_json::json!({ "text": text, "number": text, "list": [text] }).to_string();
            App::hot_builder().source(Text(Format::Json, text)).check().map(drop)
        }
        Entrance::Dotenv => {
            let path = folder.path().join(".env");
            fs::write(&path, text).unwrap();
            App::hot_builder().dotenv(path).check().map(drop)
        }
        Entrance::Patch => patched(text),
    };
    if let Err(error) = result {
        printed(&error);
    }
}

fn patched(text: &str) -> Result<(), Error> {
    let Ok(patch) = serde_json::from_str::<serde_json::Value>(text) else { return Ok(()) };
    let app = App::hot_builder().check().map(App::hot_fixed)?;
    let merged = app.merge_patch(patch.clone()).map(drop);
    app.patch(patch).map(drop).and(merged)
}

fn printed(error: &Error) {
    let (text, report) = (error.to_string(), error.report().to_string());
    assert!(text.len().max(report.len()) < 64 << 10, "a report of {} bytes", report.len());
    error.issues().for_each(|issue| drop(issue.to_string()));
}

/// The peak of allocated bytes, in addition to those allocated before.
fn peak(work: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    work();
    MEMORY.peak_usage().saturating_sub(before)
}

fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The memory that an input of this many bytes may cost. The recovery of the TOML parser keeps about a kilobyte for each
/// error, and two bytes suffice for one; a text above 64 KiB is not recovered.
const fn allowed(entrance: Entrance, bytes: usize) -> usize {
    let times = if matches!(entrance, Entrance::Toml) { 512 } else { 64 };
    (1 << 20) + times * bytes
}

#[test]
fn no_input_makes_it_panic_or_fills_the_memory() {
    let _turn = turn();
    let (rounds, seed) = (variable("HOTSWAP_FUZZ_ROUNDS", 600), variable("HOTSWAP_FUZZ_SEED", 1));
    let folder = tempfile::tempdir().unwrap();
    // One-time allocations of the process are not counted.
    give(Entrance::Json, "{\"x\": 1}", &folder);
    for entrance in Entrance::ALL {
        let mut random = Random::new(seed);
        for round in 0..rounds {
            let text = corpus::mutated(entrance, &mut random);
            let mut used = 0;
            let outcome = catch_unwind(AssertUnwindSafe(|| used = peak(|| give(entrance, &text, &folder))));
            let kept = || {
                let path = std::env::temp_dir().join(format!("hotswap-fuzz-{entrance:?}-{seed}-{round}"));
                fs::write(&path, &text).unwrap();
                path
            };
            assert!(outcome.is_ok(), "{entrance:?} panicked: {}", kept().display());
            assert!(
                used <= allowed(entrance, text.len()),
                "{entrance:?}: {used} bytes for {}: {}",
                text.len(),
                kept().display()
            );
        }
    }
}
