use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(regex = "^(a|b")]
    name: String,
}

fn main() {}
