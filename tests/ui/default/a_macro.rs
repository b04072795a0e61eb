use hotswap::HotConfig;
use serde::Deserialize;

#[derive(Deserialize, HotConfig)]
struct App {
    #[hot(default = vec![1])]
    numbers: Vec<u8>,
}

fn main() {}
