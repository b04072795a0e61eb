use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[serde(transparent)]
struct App {
    max: u32,
}

fn main() {}
