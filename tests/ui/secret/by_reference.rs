use hotswap::{HotConfig};
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(secret = "env:TOKEN")]
    token: String,
}

fn main() {}
