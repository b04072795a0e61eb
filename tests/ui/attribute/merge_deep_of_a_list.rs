use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(merge = "deep")]
    names: Vec<String>,
}

fn main() {}
