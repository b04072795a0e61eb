use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = 0, range(min = 1))]
    max: u32,
}

fn main() {}
