use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Clone, PartialEq, Deserialize)]
struct Level(u8);

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(length(min = 1))]
    level: Level,
}

fn main() {}
