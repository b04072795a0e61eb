//! Maps with non-string keys behind serde's buffers.

use std::collections::BTreeMap;

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

use super::{problems, read, toml, variables, yaml};
use crate::support::Folder;

type Ports = BTreeMap<u16, String>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Tagged {
    Net {
        #[serde(default)]
        ports: Ports,
        #[serde(default)]
        flags: BTreeMap<bool, u8>,
        #[serde(default)]
        names: BTreeMap<String, u8>,
        #[serde(default)]
        signed: BTreeMap<i8, Vec<String>>,
    },
    Free(BTreeMap<u16, String>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Ports(Ports),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Ports(Ports),
    Names(BTreeMap<String, u8>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Flat {
    name: String,
    #[serde(flatten)]
    inner: FlatInner,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FlatInner {
    #[serde(default)]
    ports: Ports,
    #[serde(default)]
    by_name: BTreeMap<String, Ports>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, HotConfig)]
#[serde(default)]
struct App {
    tagged: Option<Tagged>,
    list: Vec<Tagged>,
    adjacent: Option<Adjacent>,
    untagged: Option<Untagged>,
    flat: Option<Flat>,
    all: Option<All>,
}

/// Every key that is left is a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct All {
    name: String,
    #[serde(flatten)]
    rest: Ports,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Root {
    #[serde(flatten)]
    #[hot(nested)]
    inner: RootInner,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct RootInner {
    #[serde(default)]
    ports: Ports,
    #[serde(default)]
    flags: BTreeMap<bool, String>,
}

fn ports(entries: &[(u16, &str)]) -> Ports {
    entries.iter().map(|(port, name)| (*port, (*name).to_owned())).collect()
}

#[test]
fn keys_are_read_as_the_map_wants_them() {
    let net = Tagged::Net {
        ports: ports(&[(80, "x"), (443, "7")]),
        flags: [(true, 1), (false, 2)].into(),
        names: [("80".to_owned(), 1), ("true".to_owned(), 2)].into(),
        signed: [(-1, vec!["5".to_owned()])].into(),
    };
    let text = "{type: Net, ports: {80: x, 443: 7}, flags: {true: 1, false: 2}, names: {80: 1, true: 2}, signed: {-1: [5]}}";
    assert_eq!(yaml::<App>(&format!("tagged: {text}")).unwrap().tagged, Some(net.clone()));
    assert_eq!(yaml::<App>(&format!("list: [{{type: Net}}, {text}]")).unwrap().list[1], net);
    let json =
        r#"{"tagged": {"type": "Net", "ports": {"80": "x"}}, "adjacent": {"t": "Ports", "c": {"1": "a"}}}"#;
    let app = read::<App>("app.json", json).unwrap();
    assert_eq!(app.adjacent, Some(Adjacent::Ports(ports(&[(1, "a")]))));
    let app = toml::<App>("[tagged]\ntype = 'Net'\n[tagged.ports]\n80 = 'x'\n[untagged]\n7 = 'x'").unwrap();
    assert_eq!(app.untagged, Some(Untagged::Ports(ports(&[(7, "x")]))));
    let app = yaml::<App>("untagged: {7: 1, a: 2}\nadjacent: {c: {80: 1}, t: Ports}").unwrap();
    assert_eq!(app.untagged, Some(Untagged::Names([("7".to_owned(), 1), ("a".to_owned(), 2)].into())));
    assert_eq!(app.adjacent, Some(Adjacent::Ports(ports(&[(80, "1")]))));
    assert_eq!(
        yaml::<App>("tagged: {type: Free, 80: x}").unwrap().tagged,
        Some(Tagged::Free(ports(&[(80, "x")])))
    );
}

#[test]
fn keys_of_flattened_maps_are_read_as_the_map_wants_them() {
    let flat = yaml::<App>("flat: {name: 5, ports: {80: x}, by_name: {80: {1: a}, b: {2: 3}}}")
        .unwrap()
        .flat
        .unwrap();
    assert_eq!(flat.inner.ports, ports(&[(80, "x")]));
    let by_name = [("80".to_owned(), ports(&[(1, "a")])), ("b".to_owned(), ports(&[(2, "3")]))];
    assert_eq!(flat.inner.by_name, by_name.into());
    let all = yaml::<App>("all: {name: 5, 80: x, 81: 7}").unwrap().all.unwrap();
    assert_eq!((all.name.as_str(), all.rest), ("5", ports(&[(80, "x"), (81, "7")])));
}

#[test]
fn a_key_that_does_not_fit_has_its_place() {
    for (text, place) in [
        ("tagged: {type: Net, ports: {80: x, a: y}}", "tagged.ports.a"),
        ("list: [{type: Net}, {type: Net, flags: {yes: 1}}]", "list[1].flags.yes"),
        ("adjacent: {t: Ports, c: {x: 1}}", "adjacent.c.x"),
        ("flat: {name: a, ports: {80: x, b: y}}", "flat.ports.b"),
        ("tagged: {type: Net, ports: {80: [x]}}", "tagged.ports.80"),
    ] {
        let found = problems(yaml::<App>(text));
        assert!(found.len() == 1 && found[0].starts_with(&format!("{place}: ")), "{text}: {found:?}");
    }
    let found = problems(yaml::<App>("tagged: {type: Net, ports: {80: x}, prots: {1: y}}"));
    assert_eq!(found, ["tagged.prots: unknown key, did you mean `ports`?"]);
}

#[test]
fn keys_are_read_alike_at_every_entrance() {
    let inner = RootInner { ports: ports(&[(80, "x")]), flags: [(true, "1".to_owned())].into() };
    let root = Root { inner: inner.clone() };
    assert_eq!(yaml::<Root>("ports: {80: x}\nflags: {true: 1}").unwrap(), root);
    assert_eq!(toml::<Root>("[ports]\n80 = 'x'\n[flags]\ntrue = '1'").unwrap(), root);
    let set = variables::<Root>("APP_PORTS='{\"80\": \"x\"}'\nAPP_FLAGS='{\"true\": \"1\"}'");
    assert_eq!(set.unwrap(), root);
    let folder = Folder::with("app.yaml", "ports: {80: x}");
    let config = Root::hot_builder().file(folder.path("app.yaml")).watch(false).load().unwrap();
    config.set_inner_ports(ports(&[(81, "y")])).unwrap();
    assert_eq!(config.load().inner.ports, ports(&[(81, "y")]));
    config.merge_patch(serde_json::json!({ "flags": { "true": "1" }, "ports": { "82": "z" } })).unwrap();
    assert_eq!(config.load().inner.ports[&82], "z");
    config.update(|root| *root = Root { inner: inner.clone() }).unwrap();
    config.reload().unwrap();
    assert_eq!(config.load().inner, inner);
    let variable = variables::<App>("APP_TAGGED='{\"type\": \"Net\", \"ports\": {\"80\": \"x\"}}'").unwrap();
    assert!(
        matches!(variable.tagged, Some(Tagged::Net { ports: found, .. }) if found == ports(&[(80, "x")]))
    );
}
