use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
#[hot(profile = "a/b")]
struct App {
    max: u32,
}

fn main() {}
