//! Random values, files with comments and writes: saved values load again, and comments are
//! preserved.

use std::{collections::BTreeMap, fs};

use hotswap::HotConfig;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Sample {
    #[hot(default = 1)]
    n: i64,
    #[hot(default = 0.5)]
    ratio: f64,
    #[hot(default = true)]
    on: bool,
    #[hot(default = "web")]
    name: String,
    note: Option<String>,
    #[serde(default)]
    list: Vec<String>,
    #[serde(default)]
    tags: BTreeMap<String, i32>,
    #[serde(default)]
    mode: Mode,
    #[hot(nested)]
    pool: Pool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Pool {
    #[hot(default = 4)]
    size: u32,
    wait: Option<u32>,
    #[serde(default)]
    hosts: Vec<Host>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Host {
    name: String,
    port: u16,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Mode {
    #[default]
    Off,
    Fast {
        level: u8,
    },
    Named {
        name: String,
    },
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        "[ a-z#:'\"${}\\[\\],\\\\]{0,6}",
        Just("null".to_owned()),
        Just("010".to_owned())
    ]
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![
        Just(Mode::Off),
        any::<u8>().prop_map(|level| Mode::Fast { level }),
        text().prop_map(|name| Mode::Named { name })
    ]
}

fn hosts() -> impl Strategy<Value = Vec<Host>> {
    prop::collection::vec((text(), any::<u16>()).prop_map(|(name, port)| Host { name, port }), 0..3)
}

fn pool() -> impl Strategy<Value = Pool> {
    (any::<u32>(), prop::option::of(any::<u32>()), hosts()).prop_map(|(size, wait, hosts)| Pool {
        size,
        wait,
        hosts,
    })
}

fn sample() -> impl Strategy<Value = Sample> {
    let scalars = (any::<i64>(), -1e9..1e9, any::<bool>(), text(), prop::option::of(text()));
    let rest = (
        prop::collection::vec(text(), 0..4),
        prop::collection::btree_map("[a-z. ]{1,4}", any::<i32>(), 0..4),
        mode(),
        pool(),
    );
    (scalars, rest).prop_map(|((n, ratio, on, name, note), (list, tags, mode, pool))| Sample {
        n,
        ratio,
        on,
        name,
        note,
        list,
        tags,
        mode,
        pool,
    })
}

/// The fields that a write takes from the other sample, as bits.
fn write(config: &SampleHandle, new: &Sample, fields: u16) -> Result<u64, hotswap::Error> {
    config.update(|now| {
        let is_set = |bit: u16| fields & (1 << bit) != 0;
        if is_set(0) {
            now.n = new.n;
        }
        if is_set(1) {
            (now.ratio, now.on) = (new.ratio, new.on);
        }
        if is_set(2) {
            now.name.clone_from(&new.name);
        }
        if is_set(3) {
            now.note.clone_from(&new.note);
        }
        if is_set(4) {
            now.list.clone_from(&new.list);
        }
        if is_set(5) {
            now.tags.clone_from(&new.tags);
        }
        if is_set(6) {
            now.mode.clone_from(&new.mode);
        }
        if is_set(7) {
            now.pool = new.pool.clone();
        }
    })
}

const FILES: [&str; 3] = ["a.toml", "a.yaml", "a.json"];

/// A saved file with a sample, with a comment above and after each line.
fn starting_file(folder: &Folder, file: &str, sample: &Sample) {
    let fixed = Sample::hot_fixed(sample.clone());
    fixed.save(folder.path(file)).unwrap();
    if file == "a.json" {
        return;
    }
    let text = fs::read_to_string(folder.path(file)).unwrap();
    let lines = text.lines().enumerate();
    let lines = lines.map(|(at, line)| match line {
        "" => "\n".to_owned(),
        line => format!("{}# above {at}\n{line} # behind {at}\n", indent(line)),
    });
    folder.write(file, &lines.collect::<String>());
}

fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

fn comments(text: &str) -> Vec<&str> {
    let words = |line: &'_ str| line.find("# above ").or_else(|| line.find("# behind "));
    let mut found: Vec<_> = text.lines().filter_map(|line| Some(line[words(line)?..].trim_end())).collect();
    found.sort_unstable();
    found
}

/// The comments of the elements of `hosts`, the only list that is written in lines.
fn comments_of_hosts(text: &str) -> Vec<&str> {
    let (mut is_inside, mut indent_of_list) = (false, 0);
    let mut own = Vec::new();
    let lines: Vec<_> = text.lines().collect();
    for pair in lines.windows(2).filter(|pair| !pair[1].trim_start().starts_with('#')) {
        let (above, line) = (pair[0], pair[1]);
        let indent = indent(line).len();
        is_inside = if line.starts_with("[[pool.hosts]]") {
            true
        } else if line.starts_with('[') || line.trim().is_empty() {
            is_inside && line.trim().is_empty()
        } else if line.trim_start().starts_with("hosts:") {
            indent_of_list = indent + 1;
            own.extend(comments(line));
            true
        } else {
            is_inside && indent >= indent_of_list
        };
        if is_inside {
            own.extend([above, line].into_iter().flat_map(comments));
        }
    }
    own
}

fn check(file: &str, start: &Sample, writes: &[(Sample, u16)], whole: bool) {
    let folder = Folder::new();
    starting_file(&folder, file, start);
    let path = folder.path(file);
    let builder = || Sample::hot_builder().file(&path).watch(false);
    let config = builder().load().unwrap();
    assert_eq!(*config.load(), *start);
    let before = fs::read_to_string(&path).unwrap();
    for (new, fields) in writes {
        write(&config, new, *fields).unwrap();
        let saved = if whole { config.save(&path) } else { config.save_overrides(&path) };
        let text = fs::read_to_string(&path).unwrap();
        saved.unwrap_or_else(|error| panic!("{error}\n{text}"));
        let again = builder().check().unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(again, *config.load(), "{before}\n---\n{text}");
        let (found, known) = (comments(&text), comments(&before));
        // Those of list elements go with their elements.
        let lost = known.iter().filter(|comment| !found.contains(comment));
        let of_hosts = comments_of_hosts(&before);
        let lost: Vec<_> = lost.filter(|comment| !of_hosts.contains(comment)).collect();
        assert!(lost.is_empty(), "{lost:?}\n{before}\n---\n{text}");
        assert!(found.iter().all(|comment| known.contains(comment)), "{before}\n---\n{text}");
        assert!(found.windows(2).all(|pair| pair[0] != pair[1]), "{before}\n---\n{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_saved_loads_again_and_keeps_its_comments(
        start in sample(), writes in prop::collection::vec((sample(), any::<u16>()), 1..4), whole in any::<bool>()
    ) {
        FILES.iter().for_each(|file| check(file, &start, &writes, whole));
    }
}
