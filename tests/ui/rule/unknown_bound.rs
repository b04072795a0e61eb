use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(range(minimum = 1))]
    max: u32,
}

fn main() {}
