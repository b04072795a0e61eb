use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = ["a", "b"], contains = "c")]
    names: Vec<String>,
}

fn main() {}
