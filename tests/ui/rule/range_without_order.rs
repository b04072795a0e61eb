use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Clone, PartialEq, Deserialize)]
struct Level(u8);

impl Level {
    const LOW: Self = Self(1);
}

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(range(min = Level::LOW))]
    level: Level,
}

fn main() {}
