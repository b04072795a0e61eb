//! Enums whose default is another variant.

use std::fs;

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    n: u32,
    #[hot(default = disk)]
    backend: Backend,
    #[hot(default = file)]
    sink: Sink,
    #[hot(default = plain)]
    loose: Loose,
    #[hot(nested)]
    #[serde(default)]
    pool: Pool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, HotConfig)]
struct Pool {
    #[hot(default = disk)]
    backend: Backend,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Backend {
    Disk {
        path: String,
        depth: Option<u32>,
    },
    S3 {
        bucket: String,
        #[serde(default)]
        region: Option<String>,
    },
    #[default]
    Off,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Sink {
    File { path: String },
    Net { addr: String, retries: Option<u8> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Loose {
    Pair { left: String, right: u8 },
    One { only: String },
}

fn disk() -> Backend {
    Backend::Disk { path: "/d".into(), depth: None }
}

fn file() -> Sink {
    Sink::File { path: "/f".into() }
}

fn plain() -> Loose {
    Loose::Pair { left: "l".into(), right: 1 }
}

const FILES: [&str; 3] = ["a.toml", "a.yaml", "a.json"];

fn saved(set: impl Fn(&mut App)) {
    for file in FILES {
        for whole in [false, true] {
            let text = if file == "a.toml" { "n = 2\n" } else { "{\"n\": 2}\n" };
            let folder = Folder::with(file, text);
            let path = folder.path(file);
            let builder = || App::hot_builder().file(&path).watch(false);
            let config = builder().load().unwrap();
            config.update(&set).unwrap();
            let save = || if whole { config.save(&path) } else { config.save_overrides(&path) };
            save().unwrap();
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(builder().check().unwrap(), *config.load(), "{text}");
            save().unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}

#[test]
fn another_variant_than_the_default_is_saved() {
    let s3 = |region: Option<&str>| Backend::S3 { bucket: "b".into(), region: region.map(str::to_owned) };
    saved(|app| app.backend = s3(Some("r")));
    saved(|app| app.backend = s3(None));
    saved(|app| app.backend = Backend::Off);
    saved(|app| app.backend = Backend::Disk { path: "/e".into(), depth: Some(2) });
    saved(|app| app.pool.backend = s3(Some("r")));
}

#[test]
fn another_variant_with_a_content_of_its_own_is_saved() {
    saved(|app| app.sink = Sink::Net { addr: "a".into(), retries: Some(1) });
    saved(|app| app.sink = Sink::Net { addr: "a".into(), retries: None });
}

#[test]
fn an_unknown_key_of_the_file_is_not_part_of_the_saved_variant() {
    let folder = Folder::with("a.yaml", "backend: {kind: s3, bucket: a}\n");
    let path = folder.path("a.yaml");
    let config = App::hot_builder().file(&path).watch(false).load().unwrap();
    config.set_backend(disk()).unwrap();
    config.save_overrides(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("bucket"), "{text}");
    assert_eq!(App::hot_builder().file(&path).check().unwrap(), *config.load());
}
