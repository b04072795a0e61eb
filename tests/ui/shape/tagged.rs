use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[serde(tag = "kind")]
struct App {
    max: u32,
}

fn main() {}
