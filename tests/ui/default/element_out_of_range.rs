use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = [80, 0], each(range(min = 1)))]
    ports: Vec<u16>,
}

fn main() {}
