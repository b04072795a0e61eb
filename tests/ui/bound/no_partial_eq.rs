use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Clone, Deserialize)]
struct Value;

#[derive(Deserialize, HotConfig)]
struct App {
    value: Value,
}

fn main() {}
