//! Secrets in tuples: each element has its own type.

use std::collections::BTreeMap;

use hotswap::{HotConfig, IssueKind, Secret};
use serde::{Deserialize, Serialize};

use crate::support::{Folder, with_variables};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pair(String, Secret<String>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Auth {
    Two(String, Secret<String>),
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct App {
    #[serde(default)]
    pair: Option<Pair>,
    #[serde(default)]
    pairs: Vec<Pair>,
    #[serde(default)]
    map: BTreeMap<String, (u32, Pin)>,
    #[serde(default)]
    auth: Option<Auth>,
    #[serde(default)]
    list: Option<(String, Vec<Pin>)>,
    #[hot(default = 1)]
    n: u32,
}

type Pin = Secret<u32>;

fn refused(text: &str) -> Vec<String> {
    let folder = Folder::with("a.toml", text);
    let outcome = App::hot_builder().file(folder.path("a.toml")).check();
    let error = outcome.err();
    let issues = error.iter().flat_map(|error| error.issues());
    issues
        .filter(|issue| issue.kind() == IssueKind::PlainSecret)
        .map(|issue| issue.path().to_string())
        .collect()
}

#[test]
fn only_the_secret_element_of_a_tuple_is_secret() {
    assert_eq!(refused("pair = ['admin', 'hunter2']"), ["pair[1]"]);
    assert_eq!(refused("pairs = [['a', 'hunter2'], ['b', 'hunter2']]"), ["pairs[0][1]", "pairs[1][1]"]);
    assert_eq!(refused("map.a = [4, 4711]"), ["map.a[1]"]);
    assert_eq!(refused("auth.two = ['a', 'hunter2']"), ["auth.two[1]"]);
    assert_eq!(refused("list = ['a', [1, 2]]"), ["list[1][0]", "list[1][1]"]);
}

#[test]
fn a_reference_in_a_tuple_is_followed() {
    let text = "pair = ['admin', 'env:GIVEN_V1']
pairs = [['a', 'env:GIVEN_V1'], ['b', 'env:GIVEN_P1']]
map.a = [4, 'env:GIVEN_P1']
auth.two = ['a', 'env:GIVEN_V1']
list = ['a', ['env:GIVEN_P1']]
";
    with_variables(
        "secrecy::tuples::a_reference_in_a_tuple_is_followed",
        &[("GIVEN_V1", "val-one"), ("GIVEN_P1", "4711")],
        || {
            let folder = Folder::with("a.toml", text);
            let config = App::hot_builder().file(folder.path("a.toml")).watch(false).load().unwrap();
            for n in [2, 3] {
                let app = config.load();
                let pair = |name: &str, secret: &str| Pair(name.into(), Secret::from(secret.to_owned()));
                assert_eq!(app.pair, Some(pair("admin", "val-one")));
                assert_eq!(app.pairs, [pair("a", "val-one"), pair("b", "4711")]);
                assert_eq!((app.map["a"].0, *app.map["a"].1.expose()), (4, 4711));
                assert_eq!(app.auth, Some(Auth::Two("a".into(), Secret::from("val-one".to_owned()))));
                assert_eq!(*app.list.as_ref().unwrap().1[0].expose(), 4711);
                config.set_n(n).unwrap();
            }
        },
    );
}
