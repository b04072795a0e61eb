use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(each(regex = "["))]
    names: Vec<String>,
}

fn main() {}
