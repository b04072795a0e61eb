//! Files that name fields of plain types by their serde aliases.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[serde(default, alias = "servers")]
    peers: Vec<Peer>,
    #[serde(default)]
    one: Option<Peer>,
    #[serde(default)]
    map: BTreeMap<String, Peer>,
    #[serde(default)]
    names: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Peer {
    #[serde(alias = "host")]
    name: String,
    #[serde(default, alias = "p")]
    port: u16,
    #[serde(default)]
    zone: u16,
}

#[track_caller]
fn check(file: &str, first: &str, second: &str, edit: impl FnOnce(&mut App), expected: &str) {
    let folder = Folder::with(file, first);
    folder.write("second.toml", &format!("# second\n{second}"));
    let path = folder.path(file);
    let builder = || App::hot_builder().file(&path).file(folder.path("second.toml")).watch(false);
    let config = builder().load().unwrap();
    config.update(edit).unwrap();
    config.save_overrides(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    assert_eq!(builder().check().unwrap(), *config.load());
    config.save(&path).unwrap();
    assert_eq!(builder().check().unwrap(), *config.load());
}

fn port(app: &mut App) {
    let peers = app.peers.iter_mut().chain(&mut app.one).chain(app.map.values_mut());
    peers.for_each(|peer| peer.port = 9);
}

#[test]
fn a_value_under_an_alias_changes_where_it_is() {
    let one = "[one] # one\nhost = 'a' # a\np = 1 # p\n";
    check("a.toml", one, "", port, &one.replace("p = 1", "p = 9"));
    check("a.toml", one, "[one]\nhost = 'c'\n", port, &one.replace("p = 1", "p = 9"));
    let map = "map: # all\n  x: {host: a, p: 1} # x\n";
    check("a.yaml", map, "", port, &map.replace("p: 1", "p: 9"));
    check("a.yaml", map, "[map.x]\nhost = 'b'\n", port, &map.replace("p: 1", "p: 9"));
    let list = "[[servers]] # one\nhost = 'a' # a\np = 1\n\n[[servers]]\nname = 'b'\nport = 2 # b\n";
    let after = list.replace("p = 1", "p = 9").replace("port = 2", "port = 9");
    check("a.toml", list, "", port, &after);
    let json = "{\"one\": {\"host\": \"a\",  \"p\": 1}}";
    check("a.json", json, "[one]\nhost = 'c'\n", port, &json.replace("\"p\": 1", "\"p\": 9"));
}

#[test]
fn a_value_that_has_no_place_yet_is_added_under_its_own_name() {
    let one = "[one] # one\nhost = 'a' # a\n";
    check("a.toml", one, "[one]\nhost = 'c'\n", port, &format!("{one}port = 9\n"));
    let renamed = |app: &mut App| app.one.as_mut().unwrap().name = "z".to_owned();
    check("a.toml", one, "", renamed, &one.replace("'a'", "\"z\""));
}

#[test]
fn a_set_keeps_the_comments_of_its_elements() {
    let text = "names = [\n  \"b\", # b\n  \"c\", # c\n  \"a\", # a\n]\n";
    let edit = |app: &mut App| app.names.retain(|name| name != "c");
    check("a.toml", text, "", edit, "names = [\n  \"a\", # a\n  \"b\", # b\n]\n");
}
