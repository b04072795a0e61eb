use hotswap::HotConfig;
use serde::Deserialize;

const LEAST: i64 = 0;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = 0, range(exclusive_min = LEAST))]
    max: i64,
}

fn main() {}
