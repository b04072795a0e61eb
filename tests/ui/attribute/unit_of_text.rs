use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(unit = "seconds")]
    name: String,
}

fn main() {}
