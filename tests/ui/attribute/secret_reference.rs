use hotswap::{HotConfig, Secret};
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(secret = "hunter2")]
    token: Secret<String>,
}

fn main() {}
