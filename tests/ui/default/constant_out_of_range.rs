use hotswap::HotConfig;
use serde::Deserialize;

const MANY: u8 = 11;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = MANY, range(max = 10))]
    max: u32,
}

fn main() {}
