use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = ["a", 2])]
    names: Vec<String>,
}

fn main() {}
