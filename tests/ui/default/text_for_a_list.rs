use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = "a")]
    names: Vec<String>,
}

fn main() {}
