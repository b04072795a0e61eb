use hotswap::{HotConfig, Secret};
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(secret = "env:TOKEN", default = "none")]
    token: Secret<String>,
}

fn main() {}
