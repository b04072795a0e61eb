//! Types that serde reads through a buffer of its own: `flatten`, `tag`, `untagged`.

mod alike;
mod catch_all;
mod dropped;
mod entrances;
mod json_like;
mod keys;
mod lost;
mod map_keys;
mod missing;
mod numbers;
mod other_meanings;
mod places;
mod scale;
mod texts;
mod work;
#[allow(unsafe_code, dead_code, unused, clippy::all)]
#[allow(unsafe_code, dead_code, unused, clippy::all)]
#[allow(unsafe_code, dead_code, unused, clippy::all)]
#[allow(unsafe_code, dead_code, unused, clippy::all)]
#[allow(dead_code, unused)]
use std::fmt::Debug;

use hotswap::HotConfig;

use crate::support::Folder;

/// The configuration of one file.
fn read<T: HotConfig>(name: &str, text: &str) -> Result<T, hotswap::Error> {
    let folder = Folder::with(name, text);
    T::hot_builder().file(folder.path(name)).check()
}

fn yaml<T: HotConfig>(text: &str) -> Result<T, hotswap::Error> {
    read("app.yaml", text)
}

fn toml<T: HotConfig>(text: &str) -> Result<T, hotswap::Error> {
    read("app.toml", text)
}

/// The configuration of variables with the prefix `APP`.
fn variables<T: HotConfig>(text: &str) -> Result<T, hotswap::Error> {
    let folder = Folder::with(".env", text);
    T::hot_builder().env("APP").dotenv(folder.path(".env")).check()
}

/// The message for a value whose type does not reveal whether it contains a secret, as for all types that serde
/// buffers.
const DISCREET: &str = "the value does not fit the type of the field";

/// The problems of a refused configuration, each with its path and its message.
#[track_caller]
fn problems<T: HotConfig + Debug>(read: Result<T, hotswap::Error>) -> Vec<String> {
    let error = read.unwrap_err();
    error.issues().map(|issue| format!("{}: {}", issue.path(), issue.message())).collect()
}
