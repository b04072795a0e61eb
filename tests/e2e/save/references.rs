//! References of secrets that are not text.

use std::{collections::BTreeMap, fs};

use hotswap::{HotConfig, Secret};
use serde::{Deserialize, Serialize};

use crate::support::{Folder, with_variables};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(secret = "env:GIVEN_N1")]
    pin: Secret<u16>,
    #[serde(default)]
    other: Option<Secret<u32>>,
    #[serde(default)]
    map: BTreeMap<String, Secret<u32>>,
    #[serde(default)]
    list: Vec<Secret<u32>>,
    #[serde(default)]
    text: Option<Secret<String>>,
    #[hot(default = 1)]
    n: u32,
}

const TEXT: &str = "other = 'env:GIVEN_N2'
list = ['env:GIVEN_N1', 'env:GIVEN_N2']
text = 'env:GIVEN_N1'
[map]
a = 'env:GIVEN_N2'
";

#[test]
fn the_reference_of_a_number_is_saved() {
    with_variables(
        "save::references::the_reference_of_a_number_is_saved",
        &[("GIVEN_N1", "4711"), ("GIVEN_N2", "77")],
        || {
            let folder = Folder::with("a.toml", TEXT);
            let load = |name: &str| App::hot_builder().file(folder.path(name)).watch(false).load().unwrap();
            let config = load("a.toml");
            config.set_n(5).unwrap();
            for name in ["a.toml", "b.toml", "c.yaml", "d.json"] {
                config.save(folder.path(name)).unwrap();
                let text = fs::read_to_string(folder.path(name)).unwrap();
                assert!(!text.contains("4711") && !text.contains("77"), "{text}");
                assert_eq!(text.matches("env:GIVEN_N1").count(), 3, "{text}");
                assert_eq!(text.matches("env:GIVEN_N2").count(), 3, "{text}");
                assert_eq!(*load(name).load(), *config.load(), "{text}");
            }
        },
    );
}
