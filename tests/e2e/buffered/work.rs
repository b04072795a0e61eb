//! How often the types of the program are read: in proportion to the value.

use std::{cell::Cell, collections::BTreeMap};

use hotswap::HotConfig;
use serde::{Deserialize, Deserializer};

use super::yaml;

thread_local! {
    static READS: Cell<usize> = const { Cell::new(0) };
}

/// A text that counts how often one is read.
#[derive(Clone, Debug, PartialEq)]
struct Counted(String);

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        READS.set(READS.get() + 1);
        String::deserialize(deserializer).map(Self)
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Text(Counted),
    Texts(Vec<Counted>),
    Table { host: Counted, port: Option<u16> },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type")]
enum Tagged {
    A { host: Counted },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Flat {
    name: Counted,
    #[serde(flatten)]
    place: Option<Place>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Place {
    host: Counted,
}

#[derive(Debug, Default, Deserialize, HotConfig)]
#[serde(default)]
struct App {
    untagged: BTreeMap<String, Untagged>,
    nested: BTreeMap<String, BTreeMap<String, Untagged>>,
    list: Vec<Untagged>,
    tagged: BTreeMap<String, Tagged>,
    flat: BTreeMap<String, Flat>,
    numbered: BTreeMap<u32, Untagged>,
    holders: Vec<Holder>,
    any: Option<Any>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type")]
enum Holder {
    Of {
        #[serde(default)]
        map: BTreeMap<String, Untagged>,
    },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Any {
    One(Counted),
    Map(BTreeMap<String, Untagged>),
}

#[derive(Debug, Deserialize, HotConfig)]
struct Root {
    #[serde(flatten)]
    map: BTreeMap<String, Untagged>,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Beside {
    name: Option<Counted>,
    #[serde(flatten)]
    #[hot(nested)]
    inner: NestedApp,
    #[serde(flatten)]
    place: Option<Place>,
}

#[derive(Debug, Deserialize, HotConfig)]
struct NestedApp {
    untagged: BTreeMap<String, Untagged>,
}

/// How often a text is read of a text in which `entry` is repeated.
fn reads<T: HotConfig>(text: &str, entry: &str, count: usize) -> usize {
    let entries: Vec<_> = (0..count).map(|index| entry.replace('#', &index.to_string())).collect();
    let text = text.replace("..", &entries.join(", "));
    READS.set(0);
    yaml::<T>(&text).unwrap();
    READS.get()
}

#[track_caller]
fn grows_with<T: HotConfig>(text: &str, entry: &str) {
    let (small, large) = (reads::<T>(text, entry, 150), reads::<T>(text, entry, 300));
    assert!(large < small * 3, "{text}: {entry}: {small} reads for half of what takes {large}");
}

#[test]
fn untagged_values_are_read_in_proportion_to_their_number() {
    for value in ["#", "[#, a]", "{host: #, port: 1}"] {
        let entry = format!("k#: {value}");
        grows_with::<App>("untagged: {..}", &entry);
        grows_with::<App>("nested: {a: {..}}", &entry);
        grows_with::<App>("numbered: {..}", &entry[1..]);
        grows_with::<App>("holders: [{type: Of, map: {..}}]", &entry);
        grows_with::<App>("any: {..}", &entry);
        grows_with::<App>("list: [..]", value);
        grows_with::<Root>("{..}", &entry);
        grows_with::<Beside>("{untagged: {..}}", &entry);
    }
}

#[test]
fn maps_of_other_types_are_read_in_proportion_to_their_entries() {
    for entry in ["k#: {type: A, host: a#}", "k#: {type: A, host: #}"] {
        grows_with::<App>("tagged: {..}", entry);
    }
    for entry in ["k#: {name: a, host: a#}", "k#: {name: a, host: #}"] {
        grows_with::<App>("flat: {..}", entry);
    }
    grows_with::<App>("nested: {..}", "k#: {a: a#}");
}
