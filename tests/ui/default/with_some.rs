use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = Some(3))]
    max: Option<u32>,
}

fn main() {}
