use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(merge = "concat")]
    names: Vec<String>,
}

fn main() {}
