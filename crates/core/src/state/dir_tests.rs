//! The directory: its ownership, files that were changed, and the restored state.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
    time::SystemTime,
};

use proptest::prelude::*;

use super::*;
use crate::{
    history::{
        History, Limits, Record, SecretLeaves, Version,
        content::tests::{OPEN, Plain, plain},
    },
    overrides::Overrides,
    shape::{FieldShape, Shape},
    source::{SourceId, parsed_layer::SecretPolicy},
    state::{SecretFilter, Writer},
    suppressions::Suppressions,
    variables::Variables,
};

const LEAF: FieldShape = FieldShape::LEAF;

/// Has the fields that the contents override.
static FIELDS: Shape = Shape {
    name: "",
    docs: "",
    fields: &[FieldShape { key: "a", slot: 1, ..LEAF }, FieldShape { key: "b", slot: 2, ..LEAF }],
};

fn today(variables: &Arc<Variables>) -> CurrentSetup<'_> {
    let source = |rank: usize| SourceId { rank, name: format!("{rank}.toml").into() };
    static RULES: LazyLock<SecretPolicy> = LazyLock::new(SecretPolicy::default);
    let sources = (0..4).map(source).collect();
    CurrentSetup { shape: &FIELDS, sources, layers: &[], variables, rules: &RULES }
}

fn read(dir: &mut StateDir) -> (Saved, Vec<String>) {
    let (saved, issues) = dir.read(&today(&Arc::default())).expect("the files are ours");
    (saved, issues.iter().map(|issue| issue.message().to_owned()).collect())
}

fn open(path: &Path) -> StateDir {
    StateDir::open(path, false).expect("nobody else has it")
}

/// Writes one version, with or without its history.
fn written(path: &Path, plain: &Plain, version: u64) -> StateDir {
    let dir = open(path);
    let (secret_filter, mut written) = (SecretFilter::default(), Written::default());
    let writer = Writer { secret_filter: &secret_filter, shape: &OPEN };
    let content = plain.content();
    dir.write_overrides(&writer.overrides(version, &content.overrides), &mut written).unwrap();
    dir.write_history(&writer.history(&content, &Suppressions::default(), &[]), &mut written).unwrap();
    dir
}

fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).unwrap().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn one_override() -> Plain {
    Plain { overrides: BTreeMap::from([("a".to_owned(), None)]), ..Plain::default() }
}

#[test]
fn who_comes_second_is_refused_until_the_first_one_goes() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path());
    let refused = StateDir::open(folder.path(), false).unwrap_err().to_string();
    assert!(refused.contains("another configuration"), "{refused}");
    first.release();
    open(folder.path());
}

#[test]
fn a_damaged_file_is_set_aside_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    drop(written(folder.path(), &one_override(), 7));
    for number in 1..3 {
        fs::write(folder.path().join(OVERRIDES), "hotswap-state 1 00\n{}").unwrap();
        let (saved, issues) = read(&mut open(folder.path()));
        // From the history.
        assert_eq!(saved.overrides.len(), 1);
        assert!(issues[0].contains(&format!("overrides.damaged-{number}")), "{issues:?}");
    }
    let kept = ["history.json", "lock", "overrides.damaged-1", "overrides.damaged-2"];
    assert_eq!(names(folder.path()), kept);
}

#[test]
fn the_files_of_a_later_version_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let later = "hotswap-state 9 x\nnews";
    fs::write(folder.path().join(HISTORY), later).unwrap();
    let mut dir = open(folder.path());
    let (saved, issues) = read(&mut dir);
    assert!(saved.history.is_none() && issues[0].contains("a later version"), "{issues:?}");
    let form =
        Writer { secret_filter: &SecretFilter::default(), shape: &OPEN }.overrides(1, &Overrides::new());
    let refused = dir.write_overrides(&form, &mut Written::default()).unwrap_err();
    assert!(refused.message.contains("a later version"), "{refused:?}");
    assert_eq!(fs::read_to_string(folder.path().join(HISTORY)).unwrap(), later);
}

#[test]
fn what_a_killed_process_left_is_swept_away() {
    let folder = tempfile::tempdir().unwrap();
    for name in [".hotswap-a1.tmp", "mine.tmp"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let _dir = open(folder.path());
    assert_eq!(names(folder.path()), ["lock", "mine.tmp"]);
}

#[test]
fn the_same_is_not_written_twice() {
    let folder = tempfile::tempdir().unwrap();
    let dir = open(folder.path());
    let form =
        || Writer { secret_filter: &SecretFilter::default(), shape: &OPEN }.overrides(1, &Overrides::new());
    let mut written = Written::default();
    dir.write_overrides(&form(), &mut written).unwrap();
    fs::remove_file(folder.path().join(OVERRIDES)).unwrap();
    dir.write_overrides(&form(), &mut written).unwrap();
    assert_eq!(names(folder.path()), ["lock"]);
}

fn record(version: u64) -> Record {
    Record { at: SystemTime::UNIX_EPOCH, ..Record::first(version, std::time::Duration::ZERO) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_version_comes_back(contents in prop::collection::vec(plain(), 1..5)) {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits { versions: 9, age: None };
        let mut history = History::new(limits, record(1), contents[0].content());
        for (version, plain) in (2..).zip(&contents[1..]) {
            let step = history.baseline(true).unwrap().entry(plain.content(), Some(record(version)), SecretLeaves::NONE);
            drop(history.push(step));
        }
        let (versions, content) = history.entries();
        let form = Writer { secret_filter: &SecretFilter::default(), shape: &OPEN }
            .history(&content.unwrap(), &Suppressions::default(), &versions);
        let mut dir = open(folder.path());
        dir.write_history(&form, &mut Written::default()).unwrap();

        let (saved, issues) = read(&mut dir);
        prop_assert!(issues.is_empty(), "{:?}", issues);
        prop_assert_eq!(saved.version, contents.len() as u64);
        let history = saved.history.unwrap();
        let records = |versions: &[Version]| versions.iter().map(|v| v.record.clone()).collect::<Vec<_>>();
        prop_assert_eq!(records(&history.versions), records(&versions));
        let history = History::restored(limits, history.versions, history.content);
        for (version, plain) in (1..).zip(contents) {
            let found = Plain::new(&history.lookup(version).unwrap().content());
            // Variables have today's values.
            prop_assert_eq!(found, Plain { variables: BTreeMap::new(), ..plain });
        }
    }
}
