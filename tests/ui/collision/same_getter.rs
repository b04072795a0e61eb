use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    max: u32,
    #[hot(getter = "max")]
    other: u32,
}

fn main() {}
