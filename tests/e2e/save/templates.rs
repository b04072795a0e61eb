//! Values with templates in files.

use std::collections::BTreeMap;

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

use crate::support::{Folder, this_test, with_variables};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    n: u32,
    name: Option<String>,
    #[serde(default)]
    port: u16,
    #[serde(default)]
    urls: Vec<String>,
    #[serde(default)]
    map: BTreeMap<String, String>,
    #[hot(nested)]
    db: Db,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Db {
    #[serde(default)]
    dsn: String,
}

const VARIABLES: &[(&str, &str)] = &[("PW", "hunter2"), ("PORT", "8080")];

const TOML: &str = "name = \"postgres://app:${PW}@db/x\" # n\nport = '${PORT}'\nurls = ['a', 'x${PW}']\nmap = { k = '${PW}', l = 'm' }\ndb.dsn = '${NOPE:pg}://${PW}'\n";
const YAML: &str = "name: postgres://app:${PW}@db/x # n\nport: ${PORT}\nurls: [a, 'x${PW}']\nmap:\n  k: ${PW}\n  l: m\ndb:\n  dsn: \"${NOPE:pg}://${PW}\"\n";
const JSON: &str = "{\"name\": \"postgres://app:${PW}@db/x\", \"port\": \"${PORT}\", \"urls\": [\"a\", \"x${PW}\"], \"map\": {\"k\": \"${PW}\", \"l\": \"m\"}, \"db\": {\"dsn\": \"${NOPE:pg}://${PW}\"}}";

fn each(test: impl Fn(&Folder, &str, &AppHandle)) {
    for (file, text) in [("app.toml", TOML), ("app.yaml", YAML), ("app.json", JSON)] {
        let folder = Folder::with(file, text);
        let config = App::hot_builder().file(folder.path(file)).load().unwrap();
        test(&folder, file, &config);
    }
}

fn read(folder: &Folder, file: &str) -> String {
    std::fs::read_to_string(folder.path(file)).unwrap()
}

#[test]
fn a_value_that_its_template_gives_keeps_the_template() {
    with_variables(&this_test(), VARIABLES, || {
        each(|folder, file, config| {
            let before = read(folder, file);
            config.save(folder.path(file)).unwrap();
            let written = read(folder, file);
            assert!(!written.contains("hunter2") && !written.contains("8080"), "{written}");
            before
                .trim_end_matches(['}', '\n'])
                .lines()
                .for_each(|line| assert!(written.contains(line), "{written}"));
            assert_eq!(App::hot_builder().file(folder.path(file)).check().unwrap(), *config.load());
        });
    });
}

#[test]
fn another_file_gets_the_template_too() {
    with_variables(&this_test(), VARIABLES, || {
        each(|folder, _, config| {
            for new in ["new.toml", "new.yaml", "new.json"] {
                config.save(folder.path(new)).unwrap();
                let written = read(folder, new);
                assert!(
                    !written.contains("hunter2") && written.contains("postgres://app:${PW}@db/x"),
                    "{written}"
                );
                assert_eq!(App::hot_builder().file(folder.path(new)).check().unwrap(), *config.load());
            }
        });
    });
}

#[test]
fn a_value_that_was_set_takes_the_place_of_its_template_only() {
    with_variables(&this_test(), VARIABLES, || {
        each(|folder, file, config| {
            config.set_name(Some("plain".into())).unwrap();
            let mut urls = config.load().urls.clone();
            urls[0] = "b".into();
            config.set_urls(urls).unwrap();
            let mut map = config.load().map.clone();
            map.insert("l".into(), "changed".into());
            config.set_map(map).unwrap();
            for file in [file, "new.toml", "new.yaml", "new.json"] {
                for whole in [false, true] {
                    let path = folder.path(file);
                    if whole {
                        config.save(&path).unwrap()
                    } else {
                        config.save_overrides(&path).unwrap()
                    }
                    let written = read(folder, file);
                    assert!(!written.contains("hunter2") && written.contains("\"plain\""), "{written}");
                    assert!(written.contains("x${PW}"), "{written}");
                }
                assert_eq!(App::hot_builder().file(folder.path(file)).check().unwrap(), *config.load());
            }
        });
    });
}

#[test]
fn text_that_looks_like_a_template_is_escaped() {
    with_variables(&this_test(), VARIABLES, || {
        each(|folder, file, config| {
            config.set_name(Some("${PW}".into())).unwrap();
            config.save_overrides(folder.path(file)).unwrap();
            let again = App::hot_builder().file(folder.path(file)).check().unwrap();
            assert_eq!(again.name.as_deref(), Some("${PW}"));
        });
    });
}
