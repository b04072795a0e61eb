use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Clone, PartialEq, Deserialize)]
struct Value;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(scalar)]
    value: Value,
}

fn main() {}
