use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    max: u32,
    set_max: u32,
}

fn main() {}
