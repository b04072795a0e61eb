use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(merge = key("name"))]
    names: Vec<String>,
}

fn main() {}
