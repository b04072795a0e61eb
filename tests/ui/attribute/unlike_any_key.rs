use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(frobnicate)]
    max: u32,
}

fn main() {}
