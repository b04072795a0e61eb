use hotswap::HotConfig;
use serde::Deserialize;

#[derive(PartialEq, Deserialize)]
struct Value;

#[derive(Deserialize, HotConfig)]
struct App {
    value: Value,
}

fn main() {}
