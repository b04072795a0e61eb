use hotswap::{HotConfig, Secret};
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(not_secret)]
    token: Secret<String>,
}

fn main() {}
