use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(range(max = 300))]
    max: u8,
}

fn main() {}
