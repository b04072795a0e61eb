//! The description of the quickstart's configuration, as shown in the guide.

#[path = "../quickstart/settings.rs"]
mod settings;

use std::{fs, path::PathBuf};

use hotswap::{Format, HotConfig};
use settings::AppConfig;

/// The text of a page of the guide; with `RENEW` set it is written first.
fn shown(file: &str, now: &str) -> String {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "../crates/core/src/guide/described", file].iter().collect();
    if std::env::var_os("RENEW").is_some() {
        fs::write(&path, now).unwrap();
    }
    fs::read_to_string(path).unwrap()
}

#[track_caller]
fn same(file: &str, now: &str) {
    assert_eq!(shown(file, now), now, "renew {file}: RENEW=1 cargo test -p examples --test described");
}

#[test]
fn the_schema_is_the_one_shown() {
    let now = AppConfig::schema();
    // The order of keys depends on the features of serde_json.
    let shown: serde_json::Value =
        serde_json::from_str(&shown("schema.json", &format!("{now:#}\n"))).unwrap();
    assert_eq!(shown, now, "renew it: RENEW=1 cargo test -p examples --test described");
}

#[test]
fn the_templates_are_those_shown() {
    same("template.toml", &AppConfig::template(Format::Toml));
    same("template.yaml", &AppConfig::template(Format::Yaml));
    same("template.json", &AppConfig::template(Format::Json));
}

#[test]
fn the_reference_is_the_one_shown() {
    same("reference.md", &AppConfig::reference());
}
