use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(file = "")]
struct App {
    max: u32,
}

fn main() {}
