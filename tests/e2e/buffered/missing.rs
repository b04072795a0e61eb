//! The place of a missing value beside tables that are asked for the same key.

use std::collections::BTreeMap;

use hotswap::HotConfig;
use serde::Deserialize;

use super::{problems, read, variables, yaml};

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Tls {
    cert: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Ports {
    name: String,
    ports: Vec<u16>,
    range: (u16, u16),
    tls: Option<Tls>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Sink {
    Many {
        map: BTreeMap<String, Tls>,
        #[serde(default)]
        mm: BTreeMap<String, BTreeMap<String, Tls>>,
        #[serde(default)]
        ml: BTreeMap<String, Vec<Tls>>,
        #[serde(default)]
        o: Option<Box<Tls>>,
        #[serde(default)]
        p: Option<Box<Tls>>,
        #[serde(default)]
        texts: BTreeMap<String, String>,
        #[serde(default)]
        two: Option<(Tls, Tls)>,
        #[serde(default)]
        ports: Vec<Ports>,
        #[serde(default)]
        inner: Option<Box<Sink>>,
    },
    Plain {
        labels: BTreeMap<String, String>,
        addr: String,
        tls: Option<Tls>,
    },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    One(BTreeMap<String, Tls>),
    Two { map: BTreeMap<String, Tls>, o: Option<Tls> },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Certs {
    #[serde(flatten)]
    inner: Inner,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Inner {
    certs: BTreeMap<String, Tls>,
    #[serde(default)]
    lists: BTreeMap<String, Vec<Tls>>,
    last: Option<Tls>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Rest {
    name: Option<String>,
    #[serde(flatten)]
    rest: BTreeMap<String, Tls>,
}

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[serde(default)]
    sinks: Vec<Sink>,
    #[serde(default)]
    sink: Option<Sink>,
    #[serde(default)]
    adjacent: Option<Adjacent>,
    #[serde(default)]
    fl: Option<Certs>,
    #[serde(default)]
    named: BTreeMap<String, Rest>,
}

#[track_caller]
fn is_missing(text: &str, place: &str) {
    is_the_missing_one(text, yaml::<App>(text), place);
}

#[track_caller]
fn is_the_missing_one(text: &str, read: Result<App, hotswap::Error>, place: &str) {
    let found = problems(read);
    let missing: Vec<_> = found.iter().filter(|problem| problem.ends_with(": missing value")).collect();
    assert_eq!(missing, [&format!("{place}: missing value")], "{text}: {found:?}");
}

#[test]
fn a_missing_value_is_reported_in_the_table_that_lacks_it() {
    for (sink, place) in [
        ("map: {}, o: {crt: b}", "o.cert"),
        ("map: {}, p: {crt: b}", "p.cert"),
        ("map: {}, o: {cert: a}, p: {crt: b}", "p.cert"),
        ("map: {}, o: {crt: a}, p: {crt: b}", "o.cert"),
        ("map: {}, texts: {}, p: {}", "p.cert"),
        ("map: {a: {cert: a}}, texts: {a: b}, p: {}", "p.cert"),
        ("map: {z: {crt: b}}", "map.z.cert"),
        ("map: {a: {cert: a}, z: {crt: b}}", "map.z.cert"),
        ("map: {z: {crt: b}, a: {crt: a}}", "map.a.cert"),
        ("map: {a: {}}, o: {}", "map.a.cert"),
    ] {
        is_missing(&format!("sinks: [{{type: many, {sink}}}]\n"), &format!("sinks[0].{place}"));
        is_missing(&format!("sink: {{type: many, {sink}}}\n"), &format!("sink.{place}"));
    }
}

#[test]
fn a_missing_value_in_maps_and_lists_of_maps_has_its_place() {
    for (sink, place) in [
        ("map: {}, mm: {a: {b: {crt: b}}}", "mm.a.b.cert"),
        ("map: {}, mm: {a: {}, c: {b: {crt: b}}}", "mm.c.b.cert"),
        ("map: {}, ml: {a: [{cert: c}, {crt: b}]}", "ml.a[1].cert"),
        ("map: {}, ml: {a: [{crt: c}, {crt: b}]}", "ml.a[0].cert"),
        ("map: {}, ml: {a: [], b: [{crt: b}]}", "ml.b[0].cert"),
        ("map: {}, mm: {a: {}}, ml: {a: [{cert: c}]}, two: [{cert: a}, {}]", "two[1].cert"),
        ("map: {}, two: [{}, {cert: a}]", "two[0].cert"),
        ("map: {}, inner: {type: many, map: {}, o: {}}", "inner.o.cert"),
        ("map: {}, inner: {type: many, map: {}, mm: {a: {b: {}}}}", "inner.mm.a.b.cert"),
    ] {
        is_missing(&format!("sinks: [{{type: many, {sink}}}]\n"), &format!("sinks[0].{place}"));
        is_missing(
            &format!("sinks: [{{type: many, map: {{}}}}, {{type: many, {sink}}}]\n"),
            &format!("sinks[1].{place}"),
        );
    }
}

#[test]
fn a_missing_value_of_any_type_has_its_place() {
    for (sink, place) in [
        ("type: many, map: {}, ports: [{ports: [], range: [1, 2]}]", "ports[0].name"),
        ("type: many, map: {}, ports: [{name: a, range: [1, 2], tls: {cert: a}}]", "ports[0].ports"),
        ("type: many, map: {}, ports: [{name: a, ports: [1], tls: {cert: a}}]", "ports[0].range"),
        ("type: many, map: {}, ports: [{name: a, ports: [1], range: [1, 2], tls: {}}]", "ports[0].tls.cert"),
        ("type: many, o: {cert: a}", "map"),
        ("type: plain, labels: {}", "addr"),
        ("type: plain, labels: {a: b}, tls: {cert: a}", "addr"),
        ("type: plain, addr: a, tls: {cert: a}", "labels"),
        ("type: plain, addr: a, labels: {}, tls: {}", "tls.cert"),
        ("addr: a, labels: {}", "type"),
        ("type: many, map: {}, inner: {map: {}, o: {cert: a}}", "inner.type"),
    ] {
        is_missing(&format!("sinks: [{{{sink}}}]\n"), &format!("sinks[0].{place}"));
    }
}

#[test]
fn a_missing_value_in_a_flattened_struct_is_reported_in_its_entry() {
    is_missing("fl: {certs: {z: {crt: b}}}\n", "fl.certs.z.cert");
    is_missing("fl: {certs: {a: {cert: a}, z: {crt: b}}}\n", "fl.certs.z.cert");
    is_missing("fl: {certs: {}, lists: {a: [{cert: a}, {}]}}\n", "fl.lists.a[1].cert");
    is_missing("fl: {certs: {}, lists: {}, last: {}}\n", "fl.last.cert");
    is_missing("fl: {lists: {}, last: {cert: a}}\n", "fl.certs");
    is_missing("named: {a: {name: b, c: {cert: d}, d: {}}}\n", "named.a.d.cert");
}

#[test]
fn a_missing_value_in_adjacent_content_has_its_place() {
    is_missing("adjacent: {t: One, c: {a: {cert: b}, b: {}}}\n", "adjacent.c.b.cert");
    is_missing("adjacent: {t: Two, c: {map: {}, o: {}}}\n", "adjacent.c.o.cert");
    is_missing("adjacent: {t: Two, c: {o: {cert: a}}}\n", "adjacent.c.map");
}

#[test]
fn the_place_of_a_missing_value_is_the_same_in_every_format() {
    let json = r#"{"sinks": [{"type": "many", "map": {}, "o": {"crt": "b"}}]}"#;
    is_the_missing_one(json, read("app.json", json), "sinks[0].o.cert");
    let toml = "[[sinks]]\ntype = 'many'\nmap = {}\nmm.a.b.crt = 'b'";
    is_the_missing_one(toml, read("app.toml", toml), "sinks[0].mm.a.b.cert");
    let found = problems(variables::<App>(r#"APP_SINKS='[{"type": "many", "map": {}, "o": {"crt": "b"}}]'"#));
    assert!(found.iter().any(|problem| problem.ends_with(".cert: missing value")), "{found:?}");
    assert!(!found.iter().any(|problem| problem.contains("map")), "{found:?}");
}
