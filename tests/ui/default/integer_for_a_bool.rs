use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    on: bool,
}

fn main() {}
