use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct Limit {
    max: u32,
}

type Alias = Limit;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    limit: Alias,
}

fn main() {}
