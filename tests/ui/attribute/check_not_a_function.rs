use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(check = 3)]
struct App {
    max: u32,
}

fn main() {}
