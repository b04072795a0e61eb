use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct Limit {
    max: u32,
}

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(nested, unit = "seconds")]
    limit: Limit,
}

fn main() {}
