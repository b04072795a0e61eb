use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(env = "")]
    max: u32,
}

fn main() {}
