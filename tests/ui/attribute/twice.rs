use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = 1, default = 2)]
    max: u32,
}

fn main() {}
