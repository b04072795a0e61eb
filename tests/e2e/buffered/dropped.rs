//! A flattened `Option` in a leaf: its value is loaded, or reported with its position.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use hotswap::HotConfig;
use serde::Deserialize;

use super::{problems, toml, variables, yaml};

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Server {
    name: String,
    #[serde(flatten)]
    net: Option<Net>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Net {
    ip: Option<IpAddr>,
    ports: Option<BTreeMap<u16, String>>,
    mode: Option<Mode>,
    url: Option<SocketAddr>,
    sub: Option<Sub>,
    names: Option<Names>,
    wait: Option<Wait>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
enum Mode {
    Fast,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Sub {
    p: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Many(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Wait(#[serde(with = "hotswap::duration")] std::time::Duration);

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Host {
    name: String,
    #[serde(flatten)]
    tables: Option<Tables>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Tables {
    host: String,
    #[serde(default)]
    flags: BTreeMap<bool, u8>,
    #[serde(default)]
    ids: Vec<BTreeMap<i64, String>>,
}

/// A map that takes each key, in a type that does not parse each text.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Peers {
    name: String,
    #[serde(flatten)]
    peers: Option<BTreeMap<String, Peer>>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Peer {
    Ip(IpAddr),
    Socket(SocketAddr),
}

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[serde(default)]
    server: Option<Server>,
    #[serde(default)]
    host: Option<Host>,
    #[serde(default)]
    peers: Option<Peers>,
}

#[track_caller]
fn places(text: &str) -> Vec<String> {
    let problems = problems(yaml::<App>(text));
    problems.iter().map(|problem| problem.split(':').next().unwrap().to_owned()).collect()
}

#[test]
fn a_value_that_is_refused_in_words_of_its_type_is_reported() {
    for value in ["ip: 10.0.0.256", "ip: 10.1", "ip: ''", "ip: 10.0.0.256, mode: Fast"] {
        assert_eq!(places(&format!("server: {{name: a, {value}}}\n")), ["server.ip"], "{value}");
    }
    assert_eq!(places("server: {name: a, url: 'a'}\n"), ["server.url"]);
    assert_eq!(places("server: {name: a, wait: 5}\n"), ["server.wait"]);
    assert_eq!(places("server: {name: a, ip: x, url: y}\n"), ["server.ip", "server.url"]);
}

#[test]
fn a_value_beside_a_refused_one_is_not_reported() {
    assert_eq!(places("server: {name: a, ip: 10.0.0.1, mode: Fast, url: a}\n"), ["server.url"]);
    assert_eq!(places("peers: {name: a, x: '10.0.0.1:80', y: zzz}\n"), ["peers.y"]);
}

#[test]
fn a_missing_field_in_a_value_is_reported() {
    // The other key is unknown.
    assert_eq!(places("server: {name: a, sub: {w: 1}}\n"), ["server.sub.p", "server.sub.w"]);
    let found = problems(variables::<App>(r#"APP_SERVER={"name":"a","sub":{"w":1}}"#));
    // The keys in a variable may be parts of a secret.
    assert_eq!(found, ["server.***.p: missing value"]);
}

#[test]
fn keys_that_spell_numbers_are_read() {
    let ports = Some(BTreeMap::from([(80, "a".to_owned())]));
    let net = |config: App| config.server.unwrap().net.unwrap();
    for value in ["{name: a, ports: {80: a}}", r#"{"name":"a","ports":{"80":"a"}}"#] {
        assert_eq!(net(yaml(&format!("server: {value}\n")).unwrap()).ports, ports, "{value}");
    }
    let fast = net(yaml("server: {name: a, mode: Fast, ports: {80: a}}\n").unwrap());
    assert_eq!((fast.ports, fast.mode), (ports.clone(), Some(Mode::Fast)));
    let variable = net(variables(r#"APP_SERVER={"name":"a","ports":{"80":"a"}}"#).unwrap());
    assert_eq!(variable.ports, ports);
    let text = "[host]\nname = 'a'\nhost = 'h'\nflags = {true = 1}\nids = [{-1 = 'a'}]\n";
    let tables = toml::<App>(text).unwrap().host.unwrap().tables.unwrap();
    assert_eq!(tables.flags, BTreeMap::from([(true, 1)]));
    assert_eq!(tables.ids, [BTreeMap::from([(-1, "a".to_owned())])]);
}

#[test]
fn texts_in_a_list_of_an_untagged_enum_are_read() {
    let config: App = yaml("server: {name: a, names: [10.9, b]}\n").unwrap();
    let names = config.server.unwrap().net.unwrap().names;
    assert_eq!(names, Some(Names::Many(vec!["10.9".to_owned(), "b".to_owned()])));
}
