//! Which versions are kept, for how long, and the errors for other versions.

use std::time::SystemTime;

use proptest::prelude::*;

use super::{content::tests::Plain, *};
use crate::snapshot::Cause;

const ALL: Limits = Limits { versions: usize::MAX, age: None };

fn record(version: u64) -> Record {
    Record {
        version,
        at: SystemTime::UNIX_EPOCH,
        cause: Cause::Set,
        by: None,
        changed: Vec::new(),
        changes: Vec::new(),
        duration: Duration::ZERO,
    }
}

fn begun(limits: Limits) -> History {
    History::new(limits, record(1), Plain::default().content())
}

fn publish(history: &mut History, version: u64, plain: &Plain) {
    let entry = history
        .baseline(true)
        .map(|before| before.entry(plain.content(), Some(record(version)), SecretLeaves::NONE));
    entry.into_iter().for_each(|entry| drop(history.push(entry)));
}

fn filled(limits: Limits, versions: u64) -> History {
    let mut history = begun(limits);
    (2..=versions).for_each(|version| publish(&mut history, version, &Plain::default()));
    history
}

fn versions(history: &mut History) -> Vec<u64> {
    drop(history.evict());
    history.records().iter().map(|record| record.version).collect()
}

fn refusal(history: &History, version: u64) -> String {
    history.lookup(version).err().unwrap().to_string()
}

#[test]
fn the_oldest_version_goes_first() {
    let mut history = filled(Limits { versions: 2, age: None }, 3);
    assert_eq!(versions(&mut history), [2, 3]);
    assert!(refusal(&history, 1).ends_with("version 1 is not remembered; versions 2 to 3 are"));
    assert!(refusal(&history, 4).ends_with("version 4 is not remembered; versions 2 to 3 are"));
}

#[test]
fn one_version_is_the_current_one() {
    let mut history = filled(Limits { versions: 1, age: None }, 3);
    assert_eq!(versions(&mut history), [3]);
    assert!(refusal(&history, 2).ends_with("version 2 is not remembered; only version 3 is"));
    assert!(history.lookup(3).is_ok());
}

#[test]
fn no_history_keeps_nothing() {
    let mut history = filled(Limits { versions: 0, age: None }, 3);
    assert!(versions(&mut history).is_empty() && history.content.is_none());
    assert!(
        refusal(&history, 3)
            .ends_with("version 3 is not remembered; none is, as the history is switched off")
    );
}

/// The age counts from the replacement: a version that ran for a year and was replaced just now is the one
/// to roll back to.
#[test]
fn age_counts_from_when_a_version_was_replaced() {
    let hour = Duration::from_secs(3600);
    let mut history = filled(Limits { versions: 9, age: Some(hour) }, 3);
    assert_eq!(versions(&mut history), [1, 2, 3]);
    history.versions[0].replaced = Instant::now().checked_sub(2 * hour);
    assert_eq!(versions(&mut history), [2, 3]);
    history.limits.age = Some(Duration::ZERO);
    std::thread::sleep(Duration::from_millis(2));
    assert_eq!(versions(&mut history), [3]);
}

proptest! {
    /// A commit publishes a version, or changes the basis of the newest one.
    #[test]
    fn every_version_is_what_it_last_stood_on(
        commits in prop::collection::vec((super::content::tests::plain(), any::<bool>()), 1..8),
    ) {
        let mut history = begun(ALL);
        let mut config_type = vec![Plain::default()];
        for (mut plain, published) in commits {
            // Which variables are restored depends on the texts that refer to them.
            plain.variables.clear();
            let version = published.then(|| record(config_type.len() as u64 + 1));
            let entry = history.baseline(published).unwrap().entry(plain.content(), version, SecretLeaves::NONE);
            drop(history.push(entry));
            if !published {
                config_type.pop();
            }
            config_type.push(plain);
        }
        for (place, plain) in config_type.iter().enumerate() {
            let content = history.lookup(place as u64 + 1).map(|past| past.content());
            prop_assert_eq!(&Plain::new(&content.unwrap()), plain);
        }
    }
}
