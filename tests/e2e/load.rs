//! Accepted and refused loads.

use hotswap::HotConfig;
use serde::Deserialize;

use crate::support::{Folder, eventually};

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Config {
    #[hot(default = 8080)]
    port: u16,
    name: String,
}

#[test]
fn a_file_and_a_default_make_a_configuration() {
    let folder = Folder::with("app.toml", "name = 'a'");
    let config = Config::hot_builder().file(folder.path("app.toml")).load().unwrap();
    assert_eq!((config.port(), &**config.name(), config.version()), (8080, "a", 1));
}

#[test]
fn an_edit_goes_live() {
    let folder = Folder::with("app.toml", "name = 'a'");
    let config = Config::hot_builder().file(folder.path("app.toml")).load().unwrap();
    folder.write("app.toml", "name = 'b'\nport = 1");
    eventually("the edit is published", || config.port() == 1);
    assert_eq!((&**config.name(), config.version()), ("b", 2));
}
