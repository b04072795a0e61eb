use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = 1.5)]
    max: u32,
}

fn main() {}
