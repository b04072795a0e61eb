use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(length(equal = 3, max = 5))]
    name: String,
}

fn main() {}
