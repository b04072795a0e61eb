use hotswap::{HotConfig, Secret};
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(secret, range(min = 1))]
    pin: Secret<u32>,
}

fn main() {}
