use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct Limit {
    max: u32,
}

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    limit: std::collections::HashMap<String, Limit>,
}

fn main() {}
