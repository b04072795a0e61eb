use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(env = "A=B")]
    max: u32,
}

fn main() {}
