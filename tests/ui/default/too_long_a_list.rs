use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = [1, 2, 3], length(max = 2))]
    ports: Vec<u16>,
}

fn main() {}
