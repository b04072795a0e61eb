//! JSON Patch and JSON Merge Patch at run time.

mod flattened;
mod limits;
mod merge;
mod official;
mod operations;
mod refused;
mod secrets;
mod sets;
mod together;
mod untagged;
mod wide;

use std::collections::BTreeMap;

use hotswap::{HotConfig, Secret};
use serde::{Deserialize, Serialize};

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = "info")]
    level: String,
    #[hot(default = "hush", secret)]
    token: Secret<String>,
    #[hot(default = 1, readonly)]
    fixed: u32,
    #[hot(nested)]
    limit: Limit,
    #[hot(nested)]
    spare: Option<Limit>,
    #[hot(default = ["a", "b", "c"])]
    list: Vec<String>,
    #[serde(default)]
    map: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Limit {
    #[hot(default = 5, range(min = 1))]
    max: u32,
    #[hot(default = 1)]
    burst: u32,
    #[hot(default = 0.5)]
    share: f64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Entry {
    size: u32,
}

fn app(text: &str) -> (AppHandle, Folder) {
    let folder = Folder::with("app.toml", text);
    (App::hot_builder().file(folder.path("app.toml")).load().unwrap(), folder)
}

fn plain() -> (AppHandle, Folder) {
    app("#")
}
