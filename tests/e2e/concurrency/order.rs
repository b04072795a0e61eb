//! I30 another order of keys or items is not a change: no version, no callback, no override.

use std::collections::{BTreeMap, HashMap, HashSet};

use hotswap::HotConfig;
use proptest::{prelude::*, sample::subsequence};
use serde::{Deserialize, Serialize};

use super::Log;
use crate::support::{Folder, eventually};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Unordered {
    #[hot(default = 0)]
    mark: u32,
    limits: HashMap<String, u32>,
    groups: HashMap<String, HashMap<String, HashSet<u32>>>,
    #[hot(nested)]
    inner: Inside,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Inside {
    routes: BTreeMap<String, String>,
    #[hot(default = 1)]
    weight: u8,
}

/// Names with a number each, in the order given.
fn entries(order: &[u32]) -> Vec<String> {
    order.iter().map(|number| format!("\"name-{number}\": {number}")).collect()
}

fn json(order: &[u32], fields_backwards: bool) -> String {
    let entries = entries(order).join(", ");
    let routes: Vec<_> = order.iter().map(|number| format!("\"r{number}\": \"/{number}\"")).collect();
    let mut fields = [
        format!("\"limits\": {{{entries}}}"),
        "\"groups\": {\"a\": {\"b\": [1, 2, 3]}, \"c\": {\"d\": []}}".to_owned(),
        format!("\"inner\": {{\"routes\": {{{}}}, \"weight\": 2}}", routes.join(", ")),
    ];
    if fields_backwards {
        fields.reverse();
    }
    format!("{{{}}}", fields.join(",\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_in_another_order_is_no_change(
        order in subsequence((0..40).collect::<Vec<u32>>(), 1..40).prop_shuffle(),
        backwards: bool,
    ) {
        let mut sorted = order.clone();
        sorted.sort_unstable();
        let folder = Folder::with("app.json", &json(&sorted, false));
        let config = Unordered::hot_builder().file(folder.path("app.json")).watch(false).load().unwrap();
        let before = config.snapshot();
        folder.write("app.json", &json(&order, backwards));
        prop_assert_eq!(config.reload().unwrap(), 1);
        prop_assert!(std::sync::Arc::ptr_eq(&before, &config.snapshot()));
    }
}

#[test]
fn a_map_that_was_filled_in_another_order_is_no_change() {
    let folder = Folder::with("app.json", &json(&[1, 2, 3], false));
    let config = Unordered::hot_builder().file(folder.path("app.json")).watch(false).load().unwrap();
    let calls = Log::new();
    let log = std::sync::Arc::clone(&calls);
    let _subscription = config.on_limits_change(move |_, limits| log.push(limits.len()));
    // Every map has its own seed, so their internal orders differ.
    for numbers in [[3, 1, 2], [2, 3, 1], [1, 3, 2]] {
        let limits = numbers.map(|number| (format!("name-{number}"), number)).into_iter().collect();
        assert_eq!(config.set_limits(limits).unwrap(), 1);
    }
    assert!(config.overrides().is_empty());

    // A wrong delivery would have arrived before this.
    config.set_limits(HashMap::from([("name-1".to_owned(), 1)])).unwrap();
    eventually("the change is delivered", || calls.len() > 0);
    assert_eq!((calls.all(), config.version()), (vec![1], 2));
}

#[test]
fn what_is_written_of_a_map_does_not_depend_on_its_order() {
    let shown = |order: &[u32]| {
        let folder = Folder::with("app.json", &json(order, false));
        let config = Unordered::hot_builder().file(folder.path("app.json")).watch(false).load().unwrap();
        let log = Log::new();
        let lines = std::sync::Arc::clone(&log);
        let _subscription = config.watch_pattern("limits", move |field| lines.push(field.to_string()));
        config.update(|config| config.limits.extend([("new".to_owned(), 7)])).unwrap();
        eventually("the change is shown", || log.len() > 0);
        log.last().unwrap()
    };
    let shuffled: Vec<u32> = (0..20).rev().chain(20..30).collect();
    assert_eq!(shown(&(0..30).collect::<Vec<_>>()), shown(&shuffled));
}
