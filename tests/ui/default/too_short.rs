use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = "ab", length(min = 3))]
    name: String,
}

fn main() {}
