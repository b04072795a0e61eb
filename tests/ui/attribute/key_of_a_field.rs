use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(nested)]
struct App {
    max: u32,
}

fn main() {}
