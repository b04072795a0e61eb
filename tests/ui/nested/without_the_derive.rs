use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize)]
struct Plain {
    max: u32,
}

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    limit: Plain,
}

fn main() {}
