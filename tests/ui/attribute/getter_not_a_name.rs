use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(getter = "two words")]
    max: u32,
}

fn main() {}
