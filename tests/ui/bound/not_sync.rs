use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    value: std::cell::Cell<u32>,
}

fn main() {}
