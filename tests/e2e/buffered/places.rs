//! The positions of errors from serde's buffers.

use std::net::IpAddr;

use hotswap::HotConfig;
use serde::Deserialize;

use super::{DISCREET, problems, toml, yaml};

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Tagged {
    Net { addr: String, port: Option<u16>, tls: Option<Tls> },
    Ip { ip: IpAddr, port: Option<u16> },
    Many { ports: Vec<u16>, tls: Vec<Tls> },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Tls {
    cert: String,
    level: Option<Level>,
    size: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Low,
    High,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
enum Strict {
    Net { addr: String, tls: Option<StrictTls> },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictTls {
    cert: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Net { addr: String, tls: Tls },
    Number(u16),
}

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[serde(default)]
    tagged: Vec<Tagged>,
    #[serde(default)]
    strict: Vec<Strict>,
    #[serde(default)]
    untagged: Vec<Untagged>,
}

/// Messages that cannot contain part of a value.
fn is_shown(message: &str) -> bool {
    ["missing", "unknown key", "expected "].iter().any(|words| message.starts_with(words))
}

#[test]
fn an_error_in_a_tagged_enum_has_its_place() {
    for (text, problem) in [
        ("tagged: [{type: net, addr: a, tls: {certt: c}}]", "tagged[0].tls.cert: missing value"),
        ("tagged: [{type: net, tls: {cert: c}}]", "tagged[0].addr: missing value"),
        ("tagged: [{addr: a}]", "tagged[0].type: missing value"),
        (
            "tagged: [{type: nett, addr: a}]",
            "tagged[0].type: `nett` is not one of the choices, did you mean `net`?",
        ),
        ("tagged: [{type: net, addr: a, port: x}]", "tagged[0].port: expected an integer, found a string"),
        ("tagged: [{type: net, addr: a, port: 70000}]", "tagged[0].port: 70000 is out of range for u16"),
        ("tagged: [{type: net, addr: [], port: 1}]", "tagged[0].addr: expected a string, found a list"),
        (
            "tagged: [{type: net, addr: a, tls: {cert: {}}}]",
            "tagged[0].tls.cert: expected a string, found a table",
        ),
        ("tagged: [{type: net, addr: a, tls: 7}]", "tagged[0].tls: expected a table, found"),
        (
            "tagged: [{type: net, addr: a, tls: {cert: c, level: hi}}]",
            "tagged[0].tls.level: `hi` is not one of the choices",
        ),
        (
            "tagged: [{type: net, addr: a, port: 70000, tls: {cert: c, size: 70000}}]",
            "tagged[0].port: 70000 is out of range",
        ),
        (
            "tagged: [{type: net, addr: a, port: 7, tls: {cert: c, size: -7}}]",
            "tagged[0].tls.size: -7 is out of range",
        ),
        ("tagged: [{type: many, ports: [1, 2, x], tls: []}]", "tagged[0].ports[2]: expected an integer"),
        ("tagged: [{type: many, ports: [1, -1, 2, -1], tls: []}]", "tagged[0].ports[1]: -1 is out of range"),
        ("tagged: [{type: many, ports: [], tls: [{cert: a}, {}]}]", "tagged[0].tls[1].cert: missing value"),
        ("strict: [{type: Net, addr: a, tls: {cert: a, certt: c}}]", "strict[0].tls.certt: unknown key"),
        ("strict: [{type: Net, addr: a, x: 1}]", "strict[0].x: unknown key"),
    ] {
        let found = problems(yaml::<App>(text));
        let (place, message) = problem.split_once(": ").unwrap();
        let message = if is_shown(message) { message } else { DISCREET };
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("{place}: {message}")),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn an_error_whose_place_is_not_known_has_that_of_the_enum() {
    let place = |text: &str| problems(yaml::<App>(text))[0].split(": ").next().unwrap().to_owned();
    assert_eq!(place("untagged: [7, {addr: a, tls: {certt: c}}]"), "untagged[1]");
    assert_eq!(place("untagged: [7, x]"), "untagged[1]");
}

#[test]
fn the_place_has_its_line() {
    let error = toml::<App>("[[tagged]]\ntype = 'net'\naddr = 'a'\n\n[tagged.tls]\ncert = 7").unwrap_err();
    assert!(
        error.to_string().contains("tagged[0].tls.cert: expected a string, found an integer\n    at "),
        "{error}"
    );
    assert!(error.to_string().contains("app.toml:6:8"), "{error}");
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Own {
    Range(Range),
    Times { every: Every, name: String },
    Pair { first: IpAddr, second: IpAddr },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Bounds")]
struct Range {
    low: u16,
    high: u16,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Bounds {
    low: u16,
    high: u16,
}

impl TryFrom<Bounds> for Range {
    type Error = String;

    fn try_from(Bounds { low, high }: Bounds) -> Result<Self, String> {
        if low <= high { Ok(Self { low, high }) } else { Err(format!("{low} is above {high}")) }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
struct Every(u64);

impl TryFrom<String> for Every {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        text.strip_suffix('s').and_then(|number| number.parse().ok()).map(Self).ok_or("no number of seconds")
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Any {
    Net { addr: String, port: u16, deep: Option<Deep> },
    Switch { on: bool, level: u8 },
    Ports { ports: Vec<u16> },
    Number(u16),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Deep {
    size: u16,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Worded {
    #[serde(default)]
    own: Vec<Own>,
    #[serde(default)]
    any: Vec<Any>,
    one: Option<Any>,
    #[serde(default)]
    map: std::collections::BTreeMap<String, Any>,
    flat: Option<Flat>,
    tagged: Option<Tagged>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Flat {
    name: String,
    #[serde(flatten)]
    times: FlatTimes,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct FlatTimes {
    every: Every,
}

fn only_place(text: &str) -> String {
    let found = problems(yaml::<Worded>(text));
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found[0].split(": ").next().unwrap().to_owned()
}

#[test]
fn an_error_in_words_of_a_type_has_the_place_of_its_value() {
    for (text, place) in [
        ("tagged: {type: ip, ip: a.b}", "tagged.ip"),
        ("tagged: {type: ip, ip: a.b, port: 7}", "tagged.ip"),
        ("own: [{type: times, every: 5m, name: x}]", "own[0].every"),
        ("own: [{type: times, every: 5s, name: x}, {type: times, name: y, every: 7}]", "own[1].every"),
        ("own: [{type: pair, first: 1.2.3.4, second: x}]", "own[0].second"),
        ("flat: {name: n, every: 5m}", "flat.every"),
        // About two values together.
        ("own: [{type: range, low: 5, high: 3}]", "own[0]"),
    ] {
        assert_eq!(only_place(text), place, "{text}");
    }
}

#[test]
fn an_untagged_enum_that_matches_nothing_names_the_first_key_that_misfits() {
    for (text, place) in [
        ("any: [{addr: a, port: x}]", "any[0].port"),
        ("any: [7, {addr: a, port: 70000}]", "any[1].port"),
        ("any: [{addr: [], port: 7}]", "any[0].addr"),
        ("any: [{addr: [], port: x}]", "any[0].addr"),
        ("any: [{on: maybe, level: 3}]", "any[0].on"),
        ("any: [{addr: a, port: 7, deep: {size: x}}]", "any[0].deep.size"),
        ("one: {addr: a, port: []}", "one.port"),
        ("one: {ports: [1, x]}", "one.ports[1]"),
        ("map: {k: {addr: a, port: x}}", "map.k.port"),
        // Not one key that is there.
        ("any: [{addr: a}]", "any[0]"),
        ("any: [x]", "any[0]"),
        ("one: {}", "one"),
    ] {
        assert_eq!(only_place(text), place, "{text}");
    }
    let error = toml::<Worded>("[one]\naddr = 'a'\nport = 'x'").unwrap_err().to_string();
    assert!(error.contains("one.port: ") && error.contains("app.toml:3:8"), "{error}");
}
