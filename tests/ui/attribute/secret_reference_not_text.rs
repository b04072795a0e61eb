use hotswap::{HotConfig, Secret};
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(secret = TOKEN)]
    token: Secret<String>,
}

fn main() {}
