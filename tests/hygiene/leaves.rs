//! Leaves of every kind, and every way to read one.

use std::{collections::HashMap, time::Duration};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

type Port = u16;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Level {
    Low,
    High,
}

fn level() -> Level {
    Level::High
}

const NAME: &str = "constant";

mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(decoder: D) -> Result<Duration, D::Error> {
        u64::deserialize(decoder).map(Duration::from_secs)
    }

    pub(super) fn serialize<S: Serializer>(value: &Duration, encoder: S) -> Result<S::Ok, S::Error> {
        value.as_secs().serialize(encoder)
    }
}

/// Read by nobody else.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct ReadOnly(u8);

#[derive(Deserialize, HotConfig)]
#[serde(rename_all = "kebab-case")]
struct App {
    #[hot(default = -1)]
    below: i64,
    #[hot(default = 1)]
    ratio: f64,
    #[hot(default = 'x')]
    letter: char,
    #[hot(default = 3)]
    wide: u128,
    #[hot(default = 80, scalar)]
    port: Port,
    #[hot(default = level, copy)]
    level: Level,
    #[hot(default = NAME)]
    name: String,
    #[hot(default = [1, 2], each(range(min = 1)))]
    numbers: Vec<u8>,
    #[hot(default = 5, copy)]
    #[serde(with = "seconds")]
    wait: Duration,
    #[hot(default = Duration::ZERO, copy)]
    #[serde(with = "seconds")]
    zero: Duration,
    #[hot(default = 7)]
    read_only: ReadOnly,
    maybe: Option<String>,
    #[serde(default)]
    labels: HashMap<String, String>,
    #[serde(skip)]
    skipped: Vec<u8>,
    last: Option<Box<u8>>,
}

fn app() -> AppHandle {
    App::hot_builder().watch(false).load().unwrap()
}

#[test]
fn defaults_fill_every_kind_of_leaf() {
    let app = app();
    assert_eq!((app.below(), app.ratio(), app.letter(), app.wide()), (-1, 1.0, 'x', 3));
    assert_eq!((app.port(), app.level()), (80, Level::High));
    assert_eq!((app.wait(), app.zero()), (Duration::from_secs(5), Duration::ZERO));
    assert_eq!(*app.name(), "constant");
    assert_eq!(*app.numbers(), [1, 2]);
    assert_eq!(*app.read_only(), ReadOnly(7));
    assert!(app.maybe().is_none() && app.labels().is_empty() && app.last().is_none());
}

#[test]
fn a_skipped_field_is_kept_and_has_no_methods() {
    assert!(app().load().skipped.is_empty());
}

#[test]
fn paths_follow_the_names_of_files() {
    assert_eq!(App::paths().read_only().dotted(), "read-only");
}

#[test]
fn setters_publish() {
    let app = app();
    assert_eq!(app.set_level(Level::Low).unwrap(), 2);
    assert_eq!(app.level(), Level::Low);
    assert_eq!(app.set_zero(Duration::from_secs(1)).unwrap(), 3);
    assert_eq!(app.zero(), Duration::from_secs(1));
}
