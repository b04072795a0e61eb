use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(file("app.toml", maybe))]
struct App {
    max: u32,
}

fn main() {}
