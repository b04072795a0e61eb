use hotswap::{HotConfig, Secret};
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(secret = "vault:#token")]
    token: Secret<String>,
}

fn main() {}
