use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    max: u32,
    #[hot(restart)]
    #[serde(skip)]
    count: u32,
}

fn main() {}
