use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(range(min = 10, max = 1))]
    max: u32,
}

fn main() {}
