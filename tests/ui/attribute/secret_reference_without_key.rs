use hotswap::{HotConfig, Secret};
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(secret = "vault:secret/app#")]
    token: Secret<String>,
}

fn main() {}
