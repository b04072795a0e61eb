//! Large values behind serde's buffers are read completely, in linear time.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    time::{Duration, Instant},
};

use hotswap::HotConfig;
use serde::Deserialize;

use super::{problems, yaml};

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Sink {
    File {
        path: String,
        #[serde(default)]
        max: u32,
    },
    Net {
        addr: String,
        #[serde(default)]
        labels: BTreeMap<String, String>,
        #[serde(default)]
        ports: BTreeMap<u16, String>,
    },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Place {
    Host { host: String, port: Option<u16> },
    Url { url: String },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Numbers {
    Numbers(Vec<u32>),
    Names(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Item {
    name: String,
    #[serde(flatten)]
    pos: Option<Position>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Position {
    x: u32,
    label: String,
}

#[derive(Debug, Default, Deserialize, HotConfig)]
#[serde(default)]
struct App {
    names: Option<OneOrMany>,
    sink: Option<Sink>,
    sinks: Vec<Sink>,
    named: BTreeMap<String, Sink>,
    place: Option<Place>,
    numbers: Option<Numbers>,
    items: Vec<Item>,
}

/// The permitted factor of the time for a value that is five times as large, on a busy machine.
const SMALL: usize = 400;
const LARGE: usize = 5 * SMALL;

/// Reads a value of two sizes. Quadratic work takes 25 times as long for the larger one.
#[track_caller]
fn read_both(text: impl Fn(usize) -> String, check: impl Fn(Result<App, hotswap::Error>, usize)) {
    let time = |size: usize| {
        let text = text(size);
        let least = (0..2).map(|_| {
            let start = Instant::now();
            let app = yaml::<App>(&text);
            let taken = start.elapsed();
            check(app, size);
            taken
        });
        least.min().unwrap_or_default()
    };
    let (small, large) = (time(SMALL), time(LARGE));
    assert!(large < small * 14 + Duration::from_secs(1), "{small:?} for a fifth of what takes {large:?}");
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        let _ = writeln!(text, "{}", line(index));
        text
    })
}

#[test]
fn a_long_list_of_plain_numbers_is_read_as_texts() {
    read_both(
        |size| format!("names:\n{}", lines(size, |index| format!("  - {index}"))),
        |app, size| {
            let Some(OneOrMany::Many(names)) = app.unwrap().names else { panic!("one name") };
            assert_eq!((names.len(), &*names[size - 1]), (size, &*(size - 1).to_string()));
        },
    );
}

#[test]
fn a_long_list_of_tagged_tables_is_read_as_each_of_them_wants() {
    read_both(
        |size| {
            format!(
                "sinks:\n{}",
                lines(size, |index| format!("  - {{type: file, path: {index}, max: {index}}}"))
            )
        },
        |app, size| {
            let last = u32::try_from(size - 1).unwrap();
            let sinks = app.unwrap().sinks;
            assert_eq!(sinks[size - 1], Sink::File { path: last.to_string(), max: last });
        },
    );
}

#[test]
fn large_maps_are_read_as_they_want() {
    read_both(
        |size| {
            let labels = lines(size, |index| format!("    k{index}: {index}"));
            let ports = lines(size, |index| format!("    {index}: {index}"));
            format!("sink:\n  type: net\n  addr: 80\n  labels:\n{labels}  ports:\n{ports}")
        },
        |app, size| {
            let Some(Sink::Net { addr, labels, ports }) = app.unwrap().sink else { panic!("no net") };
            assert_eq!((&*addr, labels.len(), ports.len()), ("80", size, size));
            assert_eq!(labels[&format!("k{}", size - 1)], (size - 1).to_string());
        },
    );
    read_both(
        |size| {
            format!("named:\n{}", lines(size, |index| format!("  k{index}: {{type: file, path: {index}}}")))
        },
        |app, size| assert_eq!(app.unwrap().named.len(), size),
    );
}

#[test]
fn all_elements_of_a_list_are_texts_for_the_sake_of_one() {
    read_both(
        |size| format!("numbers:\n{}  - a", lines(size, |index| format!("  - {index}"))),
        |app, size| {
            let Some(Numbers::Names(names)) = app.unwrap().numbers else { panic!("numbers") };
            assert_eq!((names.len(), &*names[0], &*names[size]), (size + 1, "0", "a"));
        },
    );
}

#[test]
fn flattened_options_in_a_long_list_are_not_lost() {
    read_both(
        |size| {
            format!(
                "items:\n{}",
                lines(size, |index| format!("  - {{name: {index}, x: {index}, label: {index}}}"))
            )
        },
        |app, _| {
            assert!(
                app.unwrap()
                    .items
                    .iter()
                    .all(|item| item.pos.as_ref().is_some_and(|pos| *pos.label == *item.name))
            )
        },
    );
}

#[test]
fn every_one_of_many_unknown_keys_is_reported() {
    read_both(
        |size| format!("place:\n  host: a\n{}", lines(size, |index| format!("  k{index}: 1"))),
        |app, size| {
            let error = app.unwrap_err();
            assert!(error.to_string().contains(&format!("{size} problems")), "{error}");
            let found = problems::<App>(Err(error));
            assert!(found.iter().all(|problem| problem.ends_with("unknown key")), "{:?}", &found[..3]);
        },
    );
    let many = lines(1000, |index| format!("  k{index}: 1"));
    let found = problems(yaml::<App>(&format!("place:\n  host: a\n  aport: 1\n  url: 5\n{many}")));
    assert_eq!(found[0], "place.aport: unknown key, did you mean `port`?");
}

#[test]
fn a_misfit_among_many_elements_has_its_place() {
    let many = lines(1000, |index| format!("  - {{type: file, path: {index}}}"));
    let place = |wrong: &str| {
        let found = problems(yaml::<App>(&format!("sinks:\n{many}  - {wrong}\n{many}")));
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].split(": ").next().unwrap().to_owned()
    };
    assert_eq!(place("{type: file, path: 5, max: x}"), "sinks[1000].max");
    assert_eq!(place("{type: fiel, path: 5}"), "sinks[1000].type");
    assert_eq!(place("{type: file, path: 5, maxx: 1}"), "sinks[1000].maxx");
    assert_eq!(place("{type: net, addr: 5, labels: {a: [1]}}"), "sinks[1000].labels.a");
    let labels = lines(1000, |index| format!("      k{index}: {index}"));
    let text = format!("sinks:\n  - type: net\n    addr: 5\n    labels:\n{labels}      wrong: [1]");
    assert!(problems(yaml::<App>(&text))[0].starts_with("sinks[0].labels.wrong: "));
}
