use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(unit = "seconds")]
    fast: bool,
}

fn main() {}
