use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(range(min = 1, exclusive_min = 0))]
    max: u32,
}

fn main() {}
