use hotswap::{HotConfig, Secret};
use serde::Deserialize;

#[derive(Clone, PartialEq, Deserialize)]
struct Login {
    password: String,
}

#[derive(Deserialize, HotConfig)]
struct App {
    login: Secret<Login>,
}

fn main() {}
